"""`backfill openmetrics`: which files, which ticks, which series; and the figures of the report at every midnight."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest

from projections.batches import read
from projections.definitions import BY_REPORT
from projections.figures import Counts
from projections.measures import Policy
from projections.periods import Period
from projections.reports import Grouping, Question
from services.backfill.filling import Asked, Filled, backfill
from services.composition import Database
from services.exports.errors import ExportRefused
from services.history.when import parse_when
from services.projector import Projector
from tests.fixtures.databases import FixedClock, opened
from tests.fixtures.saying import event, processed, received, records
from tests.fixtures.times import local
from tests.services.backfill.openmetrics_text import Key, labelled, series

pytestmark = pytest.mark.database

NOW = "2024-04-10T10:30"
TOLD = (
    received("c1", "2024-03-05T09:00", due="2024-03-08T17:00"),
    processed("c1", "2024-03-07T15:30"),
    received("c2", "2024-03-05T09:00", due="2024-03-08T17:00", unit="B"),
    processed("c2", "2024-03-12T15:30"),
    received("c3", "2024-03-28T09:00", due="2024-04-02T17:00", unit="C"),
    event("paused", "c3", "2024-03-29T08:00", reason="supplement"),
    event("resumed", "c3", "2024-04-03T08:00"),
    received("c4", "2024-03-05T09:00", kind="complaint"),
)


async def filled(
    found: Database, folder: Path, begin: str = "2024-03-01", end: str = "2024-04-11", when: str = "now"
) -> Filled:
    first, last = (date.fromisoformat(day).toordinal() for day in (begin, end))
    asked = Asked(Period(first, last), parse_when(when, found.founding.time_zone), folder, 3)
    return await backfill(found.store, asked, found.clock, lambda _what, _done, _total: None)


@pytest.fixture
async def found(database_url: str):
    async with opened(database_url, clock=FixedClock(local(NOW))) as database:
        await Projector(database.store).project(read(records(*TOLD)))
        yield database


def seconds(text: str) -> int:
    return local(text) // 1_000_000


async def counts_of(found: Database, day: date) -> dict[str, Counts]:
    """The report of one day by unit, the province under the empty code."""
    period = Period(day.toordinal(), day.toordinal() + 1)
    question = Question(BY_REPORT["on-time"], period, Policy.DATE, Grouping.UNIT)
    report = (await found.reporting().answer(question)).report
    return {row.unit or "": row.counts for row in (*report.rows, report.total)}


async def test_a_file_for_each_month_and_nothing_of_the_last_three_hours(found: Database, tmp_path: Path) -> None:
    done = await filled(found, tmp_path / "past")
    assert [path.name for path, _ in done.files] == ["2024-03.om", "2024-04.om"]
    assert {path.name for path in (tmp_path / "past").iterdir()} == {"2024-03.om", "2024-04.om", "replay_run.json"}
    march, april = (series(path) for path, _ in done.files)
    hourly = labelled("province:duecourse_open:sum", province="P", replay_run=done.run)
    daily = labelled("duecourse_cases_open", unit="A", deadline="in_time", replay_run=done.run)
    assert list(march[hourly]) == list(range(seconds("2024-03-01T01:00"), seconds("2024-04-01T00:00") + 1, 3600))
    assert max(april[hourly]) == seconds("2024-04-10T07:00")
    assert list(march[daily]) == [seconds("2024-03-02") + day * 86_400 for day in range(31)]
    assert max(april[daily]) == seconds("2024-04-10")
    assert sum(len(values) for values in (*march.values(), *april.values())) == sum(n for _, n in done.files)


async def test_every_series_names_the_run_which_is_the_same_for_the_same_history(
    found: Database, tmp_path: Path
) -> None:
    first, second = await filled(found, tmp_path / "1"), await filled(found, tmp_path / "2")
    assert first.run == second.run
    for path, _ in first.files:
        assert path.read_bytes() == (tmp_path / "2" / path.name).read_bytes()
        assert {dict(labels)["replay_run"] for _, labels in series(path)} == {first.run}
    before = await filled(found, tmp_path / "3", when="0:3")
    assert before.run != first.run
    manifest = json.loads((tmp_path / "1" / "replay_run.json").read_text())
    assert (manifest["replay_run"], manifest["as_of"]["positions"]) == (first.run, {"0": len(TOLD)})


async def test_at_each_midnight_the_samples_are_the_figures_of_the_report_for_the_day_that_ends(
    found: Database, tmp_path: Path
) -> None:
    done = await filled(found, tmp_path / "past")
    every: dict[Key, dict[int, float]] = {}
    for path, _ in done.files:
        for key, values in series(path).items():
            every[key] = {**every.get(key, {}), **values}
    for offset in range(40):
        day = date(2024, 3, 1) + timedelta(days=offset)
        at = seconds((day + timedelta(days=1)).isoformat())
        for unit, counts in (await counts_of(found, day)).items():
            if unit:
                check_samples(every, "duecourse_cases", {"unit": unit, "replay_run": done.run}, at, counts)
            else:
                check_samples(every, "province", {"province": "P", "replay_run": done.run}, at, counts)


def check_samples(
    every: Mapping[Key, Mapping[int, float]], prefix: str, own: Mapping[str, str], at: int, counts: Counts
) -> None:
    names = {
        name: f"duecourse_cases_{name}" if prefix == "duecourse_cases" else f"{prefix}:duecourse_cases_{name}:sum"
        for name in ("settled", "open", "received")
    }

    def value(name: str, **labels: str) -> float:
        return every[labelled(names[name], **own, **labels)][at]

    for label in ("early", "on_time", "late"):
        assert value("settled", window="1d", timeliness=label) == getattr(counts, f"settled_{label}"), (own, at)
    assert value("received", window="1d") == counts.new
    assert value("open", deadline="overdue") == counts.pending_overdue
    assert value("open", deadline="paused") == counts.pending_paused
    in_time = value("open", deadline="in_time") + value("open", deadline="due_soon")
    assert in_time == counts.pending_in_time


async def test_hours_show_what_had_happened_by_then(found: Database, tmp_path: Path) -> None:
    done = await filled(found, tmp_path / "past")
    march = series(done.files[0][0])
    early = {"window": "1d", "timeliness": "early", "replay_run": done.run}
    province = march[labelled("province:duecourse_cases_settled:sum", province="P", **early)]
    parent = march[labelled("parent:duecourse_cases_settled:sum", parent="P", **early)]
    level = march[labelled("level:duecourse_cases_settled:sum", province="P", level="department", **early)]
    for values in (province, parent, level):
        assert [values[seconds(f"2024-03-0{at}")] for at in ("7T15:00", "7T16:00", "8T00:00", "8T01:00")] == [
            0,
            1,
            1,
            0,
        ]
    shares = march[labelled("province:duecourse_late_settled:ratio_30d", province="P", replay_run=done.run)]
    assert shares[seconds("2024-03-12T16:00")] == 0.5
    assert str(shares[seconds("2024-03-07T15:00")]) == "nan"


async def test_units_carry_the_labels_that_dashboards_join_by(found: Database, tmp_path: Path) -> None:
    done = await filled(found, tmp_path / "past")
    own = {"name": "Unit A", "level": "department", "parent": "P", "province": "P", "replay_run": done.run}
    infos = series(done.files[0][0])[labelled("duecourse_unit_info", unit="A", **own)]
    assert set(infos.values()) == {1}


async def test_a_folder_that_holds_files_and_days_that_are_to_come_are_refused(found: Database, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").touch()
    with pytest.raises(ExportRefused, match="holds files"):
        await filled(found, tmp_path / "other")
    for begin, end in (("2024-04-10", "2024-04-10"), ("2030-01-01", "2031-01-01")):
        with pytest.raises(ExportRefused, match="nothing to fill"):
            await filled(found, tmp_path / "past", begin, end)
    with pytest.raises(ExportRefused, match="no folder can be made"):
        await filled(found, tmp_path / "other" / "file" / "past")


async def test_a_time_zone_with_changing_clocks_has_days_of_23_and_25_hours(database_url: str, tmp_path: Path) -> None:
    clock = FixedClock(local(NOW))
    async with opened(database_url, clock=clock, time_zone="Europe/Amsterdam") as database:
        done = await filled(database, tmp_path / "past", "2024-03-30", "2024-04-02")
    hours = labelled("province:duecourse_open:sum", province="P", replay_run=done.run)
    march = series(done.files[0][0])[hours]
    assert len(march) == 24 + 23
    assert max(march) == 1_711_922_400
