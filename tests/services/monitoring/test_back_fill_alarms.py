"""A back-fill or a rebuild of two hours, as a real exporter shows it: it tells nothing that is not so in the end.

The pages become the input of promtool, which runs the rules of `deploy/` over them. Two hours are longer than any alert
waits, so what keeps them silent are the conditions themselves. In any other order than that of time, cases lack their
later dates for a while: then only what takes less than a quarter of an hour is sure to alarm nobody.
"""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from events.instants import instant_of
from projections.batches import read
from projections.units import Unit
from services.composition import assemble
from services.projector import Projector
from services.sample.units import province_units
from tests.fixtures.databases import FixedClock, opened
from tests.fixtures.sample_events import UNTIL, sample_events
from tests.fixtures.saying import records
from tests.services.monitoring.case_files import DEPLOY
from tests.services.monitoring.rule_cases import OFFICE_ALERTS

pytestmark = [pytest.mark.database, pytest.mark.slow]

UNITS = tuple(Unit(one.code, one.name, one.level, one.parent) for one in province_units())
ABSENT = "_"
STEP_MINUTES = 10
PAGES = 12
AFTERWARDS = 9
"""Steps: an hour and a half, in which an alert that waits for an hour fires if it is so."""
AT = f"{STEP_MINUTES * (PAGES + AFTERWARDS)}m"
FALSE_ALARMS = (
    f"count by (alertname, scope, unit, parent) (max_over_time({OFFICE_ALERTS}[{AT}]) unless {OFFICE_ALERTS})"
)
SETTLED = "sum(province:duecourse_settled:sum_30d) > bool 0"


async def test_a_back_fill_in_the_order_of_time_alarms_nobody_about_what_is_not_so_in_the_end(
    database_url: str, promtool: str, tmp_path: Path
) -> None:
    series = as_series(await pages_of_a_back_fill(database_url, sample_events()))
    file = tmp_path / "back_fill.yml"
    file.write_text(json.dumps(rule_test(series, {FALSE_ALARMS: None, SETTLED: 1})))
    said = subprocess.run([promtool, "test", "rules", file], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr


async def pages_of_a_back_fill(url: str, events: Sequence[bytes]) -> list[bytes]:
    """What the exporter shows, an empty database first."""
    async with opened(url, clock=FixedClock(instant_of(UNTIL)), units=UNITS) as found:
        exporter, projector = assemble(found).exporter, Projector(found.store)
        await exporter.refresh()
        pages = [exporter.unit_page()]
        size = -(-len(events) // PAGES)
        for begin in range(0, len(events), size):
            await projector.project(read(records(*events[begin : begin + size])))
            await exporter.refresh()
            pages.append(exporter.unit_page())
        return pages


def as_series(pages: Sequence[bytes]) -> list[dict[str, str]]:
    """promtool's notation: each page a step, the last one until the end."""
    found: dict[str, list[str]] = {}
    for place, page in enumerate(pages):
        for family in text_string_to_metric_families(page.decode()):
            for one in family.samples:
                values = found.setdefault(name_of(one), [ABSENT] * len(pages))
                values[place] = f"{one.value:.0f}"
    return [{"series": name, "values": lasting(values)} for name, values in found.items()]


def name_of(sample: Sample) -> str:
    labels = ", ".join(f"{name}={json.dumps(text, ensure_ascii=False)}" for name, text in sample.labels.items())
    return f"{sample.name}{{{labels}}}"


def lasting(values: Sequence[str]) -> str:
    same = f"_x{AFTERWARDS}" if values[-1] == ABSENT else f"{values[-1]}+0x{AFTERWARDS}"
    return " ".join((*values[:-1], same))


def rule_test(series: list[dict[str, str]], expected: dict[str, int | None]) -> dict[str, Any]:
    found = [
        {"expr": query, "eval_time": AT, "exp_samples": [] if value is None else [{"labels": "{}", "value": value}]}
        for query, value in expected.items()
    ]
    rules = [str(DEPLOY / f"prometheus/rules/{name}.yml") for name in ("recording", "offices")]
    tests = [{"interval": f"{STEP_MINUTES}m", "input_series": series, "promql_expr_test": found}]
    return {"rule_files": rules, "evaluation_interval": f"{STEP_MINUTES}m", "tests": tests}
