"""The audit Prometheus: the real one, on real blocks of back-filled history, gives the figures of the reports."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from deploy.audit.errors import AuditFailed
from deploy.audit.prometheus import audit_prometheus, make_blocks
from deploy.stack.ports import chosen_ports
from deploy.stack.programs import end_all
from events.instants import instant_of
from projections.batches import read
from projections.definitions import BY_REPORT
from projections.measures import Policy
from projections.periods import Period
from projections.reports import Grouping, Question, Report
from projections.units import Unit
from services.backfill.filling import Asked, backfill
from services.history.when import Now
from services.monitoring.recording_rules import recording_groups
from services.monitoring.rules import Recording
from services.projector import Projector
from services.sample.history import history
from services.sample.units import province_units
from tests.fixtures.databases import FixedClock, empty_database, opened
from tests.fixtures.debian import debian_program
from tests.fixtures.saying import records

pytestmark = [pytest.mark.database, pytest.mark.slow]

UNITS = [Unit(one.code, one.name, one.level, one.parent) for one in province_units()]
UNTIL = datetime.fromisoformat("2025-06-18T10:30:00+07:00")
DAY = date(2025, 6, 10)
MIDNIGHT = datetime.fromisoformat("2025-06-11T00:00:00+07:00")
STARTED_WITHIN_SECONDS = 120
UNLIKE = (":burn_", "objective", "data_quality")
"""Recorded series that are not back-filled: they rest on the objective of today, or on problems that have no time."""


@dataclass(frozen=True)
class Past:
    """A Prometheus of the past, and what the service itself says of the same day."""

    address: str
    history: Path
    report: Report

    def at(self, expression: str, moment: datetime = MIDNIGHT) -> dict[tuple[tuple[str, str], ...], float]:
        """Values by labels, without the run's; an error or a warning fails."""
        asked = {"query": expression, "time": str(moment.timestamp())}
        body = httpx.get(f"{self.address}/api/v1/query", params=asked, timeout=30).json()
        assert body["status"] == "success", f"{body.get('error')}: {expression}"
        return {_labels(one["metric"]): float(one["value"][1]) for one in body["data"]["result"]}


def _labels(metric: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, text) for name, text in metric.items() if name not in ("replay_run", "__name__")))


async def _filled(url: str, folder: Path) -> Report:
    async with opened(url, units=UNITS, clock=FixedClock(instant_of(UNTIL))) as found:
        events = list(history(seed=3, cases=1_500, until=UNTIL))
        await Projector(found.store).project(read(records(*events)))
        days = Period(date(2025, 5, 20).toordinal(), date(2025, 6, 18).toordinal())
        await backfill(found.store, Asked(days, Now(), folder, 3), found.clock, lambda _what, _done, _total: None)
        own = Period(DAY.toordinal(), DAY.toordinal() + 1)
        question = Question(BY_REPORT["on-time"], own, Policy.DATE, Grouping.UNIT)
        return (await found.reporting().answer(question)).report


@pytest.fixture(scope="module")
def past(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    """Some weeks of the sample province in a Prometheus of their own."""
    folder = tmp_path_factory.mktemp("audit")
    promtool, prometheus = (debian_program(name, package="prometheus") for name in ("promtool", "prometheus"))
    report = asyncio.run(_filled(empty_database(postgres_url, f"test_{os.getpid()}_1"), folder / "history"))
    data = make_blocks(folder / "history", folder, promtool, lambda _text: None)
    port = chosen_ports({}, {})["prometheus"]
    program = audit_prometheus(prometheus, folder / "prometheus", data, port)
    try:
        program.start()
        program.await_answer()
        yield Past(f"http://127.0.0.1:{port}", folder / "history", report)
    finally:
        end_all([program])


def test_a_query_for_a_past_day_gives_the_figures_of_the_report(past: Past) -> None:
    settled = past.at('sum by (unit) (duecourse_cases_settled{window="1d"})')
    late = past.at('sum by (unit) (duecourse_cases_settled{window="1d", timeliness="late"})')
    overdue = past.at('duecourse_cases_open{deadline="overdue"}')
    backlog = past.at("sum by (unit) (duecourse_cases_open)")
    assert sum(settled.values()) > 0
    for row in past.report.rows:
        unit = (("unit", row.unit or ""),)
        assert (settled[unit], late[unit]) == (row.denominator, row.denominator - row.numerator)
        assert overdue[(("deadline", "overdue"), *unit)] == row.counts.pending_overdue
        assert backlog[unit] == row.counts.pending
    counts = past.report.total.counts
    [of_province] = past.at('sum (province:duecourse_cases_settled:sum{window="1d"})').values()
    assert of_province == counts.settled
    assert past.at("province:duecourse_open:sum") == {(("province", "H99"),): counts.pending}


def test_rolled_up_series_are_what_the_recording_rules_make_of_the_units(past: Past) -> None:
    rules = [rule for group in recording_groups(Decimal("0.05")) for rule in group.rules if isinstance(rule, Recording)]
    compared = 0
    for rule in rules:
        if not any(word in rule.name for word in UNLIKE):
            computed, kept = past.at(rule.expression), past.at(rule.name)
            assert [str(n) for _, n in sorted(computed.items())] == [str(n) for _, n in sorted(kept.items())], rule.name
            assert computed.keys() == kept.keys(), rule.name
            compared += len(kept)
    assert compared > 1_000


def test_between_two_days_a_unit_has_the_figures_of_the_last_and_a_province_those_of_the_hour(past: Past) -> None:
    noon = datetime.fromisoformat("2025-06-11T12:00:00+07:00")
    of_units = 'sum (duecourse_cases_received{window="1d"})'
    assert past.at(of_units, noon) == past.at(of_units)
    of_province = 'sum (province:duecourse_cases_received:sum{window="1d"})'
    seen = {past.at(of_province, MIDNIGHT.replace(hour=hour))[()] for hour in (1, 9, 10, 11, 15, 17, 23)}
    assert min(seen) == 0
    assert len(seen) > 2


def test_blocks_are_made_once_and_an_interrupted_run_leaves_nothing_that_counts(
    past: Past, promtool: str, tmp_path: Path
) -> None:
    said: list[str] = []
    manifest = past.history / "replay_run.json"
    run = re.search(r'"replay_run": "(\w+)"', manifest.read_text())
    assert run is not None
    half = tmp_path / f"draft-{run[1]}" / "01BLOCK" / "chunks"
    half.mkdir(parents=True)
    (half / "000001").write_bytes(b"half")
    data = make_blocks(past.history, tmp_path, promtool, said.append)
    assert said == ["making blocks of 2025-05.om", "making blocks of 2025-06.om"]
    assert not half.exists()
    assert any(data.glob("*/meta.json"))
    assert make_blocks(past.history, tmp_path, promtool, said.append) == data
    assert len(said) == 2


def test_a_folder_that_was_not_filled_and_a_file_that_is_none_are_named(promtool: str, tmp_path: Path) -> None:
    with pytest.raises(AuditFailed, match="backfill openmetrics"):
        make_blocks(tmp_path, tmp_path / "audit", promtool, lambda _text: None)
    manifest = tmp_path / "replay_run.json"
    manifest.write_text('{"replay_run": "r", "files": [{"name": "2025-05.om"}]}')
    with pytest.raises(AuditFailed, match=r"2025-05\.om is missing"):
        make_blocks(tmp_path, tmp_path / "audit", promtool, lambda _text: None)
    (tmp_path / "2025-05.om").write_text("no metrics\n")
    with pytest.raises(AuditFailed, match=r"cannot make blocks of .*2025-05\.om"):
        make_blocks(tmp_path, tmp_path / "audit", promtool, lambda _text: None)
    assert not (tmp_path / "audit" / "data-r").exists()


def test_the_script_serves_until_it_is_told_to_stop_and_leaves_no_process(past: Past, tmp_path: Path) -> None:
    words = [sys.executable, "-m", "deploy.audit", "--history", past.history, "--folder", tmp_path / "audit"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
    assert process.stdout is not None
    try:
        said = next(line for line in process.stdout if "ready" in line)
        address = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert address is not None
        again = Past(address[0], past.history, past.report)
        assert again.at("province:duecourse_open:sum") == past.at("province:duecourse_open:sum")
    finally:
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=STARTED_WITHIN_SECONDS)
    assert (process.returncode, "stopped" in rest) == (0, True)
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{address[0]}/-/ready")


def test_usage_without_a_history_is_said(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "deploy.audit", "--history", tmp_path, "--folder", tmp_path / "audit"]
    done = subprocess.run(words, capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("deploy.audit: ")
    assert done.stderr.count("\n") == 1
