"""Every query of every dashboard, asked of a real Prometheus that scrapes the exporter's pages of a sample province."""

import asyncio
import math
import os
import re
from collections.abc import Iterator, Mapping

import pytest

from events.instants import instant_of
from projections.batches import read
from projections.units import Unit
from services.composition import assemble
from services.monitoring.dashboards.selections import PICKED
from services.projector import Projector
from services.sample.units import province_units
from services.units_loading import load_units
from tests.fixtures.databases import FixedClock, empty_database, opened
from tests.fixtures.sample_events import UNTIL, sample_events
from tests.fixtures.saying import records
from tests.services.monitoring.dashboard_files import PARENT, Asked, other_queries, panel_queries
from tests.services.monitoring.prometheus_server import Asking, prometheus

pytestmark = [pytest.mark.database, pytest.mark.slow]

PLACES = {"province": "H99", "parent": ".+", "unit": "H99.01"}
CHUNK_EVENTS = 4_000
QUIET = {
    ("pipeline", "Records refused"): "nothing was refused within the run",
    ("pipeline", "From event to metric"): "no batch came in between two scrapes: NaN",
    ("*", "annotation Days off · Ngày nghỉ"): "today is none",
    ("*", "annotation Alerts of provinces · Cảnh báo cấp tỉnh"): "the province as a whole is well",
    ("*", "annotation Read again · Đọc lại"): "nothing was read again",
}
"""What rightly finds nothing here, and why."""


async def exported(url: str) -> Mapping[str, bytes]:
    """The exporter's pages at the end of the sample."""
    clock = FixedClock(instant_of(UNTIL))
    async with opened(url, clock=clock) as found:
        await load_units(found.store, [Unit(one.code, one.name, one.level, one.parent) for one in province_units()])
        projector = Projector(found.store)
        events = sample_events()
        for begin in range(0, len(events), CHUNK_EVENTS):
            await projector.project(read(records(*events[begin : begin + CHUNK_EVENTS])))
        parts = assemble(found)
        await parts.exporter.refresh()
        parts.live.differences = 0  # as after a verification that found none
        parts.exporter.draw(set())
        return {"/metrics": parts.exporter.unit_page(), "/metrics/process": parts.exporter.process_page()}


@pytest.fixture(scope="module")
def asking(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    """A Prometheus that has seen it."""
    pages = asyncio.run(exported(empty_database(postgres_url, f"test_{os.getpid()}_1")))
    with prometheus(tmp_path_factory.mktemp("prometheus"), pages) as found:
        yield found


def is_quiet(asked: Asked) -> bool:
    return (asked.file, asked.place) in QUIET or ("*", asked.place) in QUIET


def test_every_query_answers_with_data_but_for_those_that_rightly_find_nothing(asking: Asking) -> None:
    found = {asked: asking.known(asked.filled(PLACES)) for asked in (*panel_queries(), *other_queries())}
    empty = [asked for asked, samples in found.items() if not is_quiet(asked) and not numbers(samples)]
    assert [f"{one.file}: {one.place} {one.ref}: {one.expression}" for one in empty] == []


def numbers(samples: list[dict[str, object]]) -> list[float]:
    """The values that are numbers."""
    values = [float(sample["value"][1]) for sample in samples]  # type: ignore[index]
    return [value for value in values if not math.isnan(value)]


def test_variables_show_names_and_carry_codes(asking: Asking) -> None:
    queries = {one.place: one.filled(PLACES) for one in other_queries() if one.file == "unit"}
    picked = re.compile(PICKED.strip("/").replace("(?<", "(?P<"))
    found = {
        name: {one["value"]: one["text"] for one in options(asking, queries[f"variable {name}"], picked)}
        for name in ("province", "parent", "unit")
    }
    assert list(found["province"]) == ["H99"]
    assert set(found["province"]) < set(found["parent"]) < set(found["unit"])
    assert set(found["unit"]) == {unit.code for unit in province_units()}
    assert all(text and text != code for code, text in found["unit"].items())


def options(asking: Asking, query: str, picked: re.Pattern[str]) -> Iterator[dict[str, str]]:
    """As Grafana reads them: from each series written as text."""
    for sample in asking.known(query):
        labels = ",".join(f'{name}="{text}"' for name, text in sample["metric"].items() if name != "__name__")
        match = picked.search(f"duecourse_unit_info{{{labels}}} 1")
        assert match is not None, labels
        yield match.groupdict()


def test_the_columns_of_a_listing_join_by_the_same_labels(asking: Asking) -> None:
    """Where one column had a label more than another, Grafana would show each unit twice."""
    listings: dict[tuple[str, str], set[frozenset[str]]] = {}
    for asked in panel_queries():
        for sample in asking.known(asked.filled(PLACES)):
            if asked.expression and asked.ref in "ABCDEFG" and "by (unit)" in asked.expression:
                key = (asked.file, asked.place)
                listings.setdefault(key, set()).add(frozenset(sample["metric"]))
    assert {key: labels for key, labels in listings.items() if len(labels) > 1} == {}


def test_the_worst_units_of_the_overview_are_ordered_by_what_is_sure(asking: Asking) -> None:
    worst = [one for one in panel_queries() if (one.file, one.place) == ("overview", "Highest late share, 30 days")]
    columns = {one.ref: by_unit(asking, one) for one in worst}
    late, settled, share, sure = (columns[ref] for ref in "ABCD")
    assert late.keys() == settled.keys() == share.keys() == sure.keys()
    for unit, value in share.items():
        assert value == pytest.approx(late[unit] / settled[unit])
        assert 0 < sure[unit] < value


def test_every_case_is_counted_once_in_the_numbers_of_a_province(asking: Asking) -> None:
    [expected] = asking.known("sum (duecourse_cases_open)")
    queries = {(one.file, one.place): one.filled(PLACES) for one in panel_queries()}
    assert only(asking, queries["overview", "Open cases"]) == float(expected["value"][1])
    deadlines = ("In time", "Due soon", "Overdue", "Paused")
    assert sum(only(asking, queries["backlog", name]) for name in deadlines) == float(expected["value"][1])


def test_a_parent_counts_its_own_cases_and_those_of_its_children(asking: Asking) -> None:
    own = f'duecourse_cases_open{{unit="{PARENT}"}}'
    children = f'duecourse_cases_open * on (unit) group_left () duecourse_unit_info{{parent="{PARENT}"}}'
    queries = {one.place: one.filled(PLACES) for one in panel_queries() if one.file == "parent"}
    assert only(asking, queries["Open cases"]) == only(asking, f"sum ({own}) + sum ({children})")


def only(asking: Asking, expression: str) -> float:
    [found] = asking.known(expression)
    return float(found["value"][1])


def by_unit(asking: Asking, asked: Asked) -> dict[str, float]:
    return {one["metric"]["unit"]: float(one["value"][1]) for one in asking.known(asked.filled(PLACES))}
