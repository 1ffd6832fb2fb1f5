"""Files of `export`: what stands in them is what the figures are made of."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path

import pytest

from events.facts import NAMES
from events.instants import instant_of
from projections.batches import read
from projections.definitions import BY_REPORT
from projections.measures import Policy
from projections.periods import Period
from projections.reports import Grouping, Question
from projections.units import Unit
from projections.zone import date_of
from services.composition import Database
from services.exports import draft
from services.exports.errors import ExportRefused
from services.exports.exporting import Exported, Format, export
from services.exports.ocel import EVENT_TYPES
from services.history.archive import ArchiveUnreadable
from services.history.figures import report_at
from services.history.folding import fold_archive
from services.history.points import point_at
from services.history.when import parse_when
from services.postgres.queries import snapshot
from services.projector import Projector
from services.sample.history import history
from services.sample.units import province_units
from tests.fixtures.databases import FixedClock, fetch, opened
from tests.fixtures.saying import event, processed, received, records, retracted
from tests.services.exports.exported_files import (
    Settled,
    ocel,
    of_ocel_json,
    of_ocel_sqlite,
    of_parquet,
    of_xes,
    on_time,
    rows,
    traces,
)

pytestmark = pytest.mark.database

UNTIL = datetime.fromisoformat("2025-06-18T10:30:00+07:00")
UNITS = [Unit(one.code, one.name, one.level, one.parent) for one in province_units()]
YEAR = Period(UNTIL.date().toordinal() - 200, UNTIL.date().toordinal())
READERS: dict[str, tuple[Format, Callable[[Path], list[Settled]]]] = {
    "cases.xes": (Format.XES, of_xes),
    "cases.jsonocel": (Format.OCEL, of_ocel_json),
    "cases.sqlite": (Format.OCEL, of_ocel_sqlite),
    "facts.parquet": (Format.PARQUET, of_parquet),
}
STRANGE = 'c&<"\u0001\n\u00e9 \u1ec7'


@pytest.fixture
async def province(database_url: str) -> AsyncIterator[Database]:
    """Some hundred cases of the sample province over two partitions, pauses and reschedulings among them."""
    async with opened(database_url, units=UNITS, clock=FixedClock(instant_of(UNTIL))) as found:
        events = list(history(seed=5, cases=250, until=UNTIL))
        half = len(events) // 2
        await Projector(found.store, 0).project(read(records(*events[:half])))
        await Projector(found.store, 1).project(read(records(*events[half:])))
        yield found


async def written(found: Database, path: Path, when: str = "now") -> Exported:
    form = READERS[path.name][0]
    return await export(
        found.store, form, path, parse_when(when, found.founding.time_zone), found.clock, lambda _read, _total: None
    )


async def reported(found: Database, when: str, policy: Policy) -> dict[str, tuple[int, int]]:
    """Numerator and denominator of the on-time rate by unit, as the report has them."""
    async with snapshot(found.pool) as connection:
        point = await point_at(connection, parse_when(when, found.founding.time_zone), found.clock)
        folded = await fold_archive(connection, found.store, point)
    report = report_at(folded, Question(BY_REPORT["on-time"], YEAR, policy, Grouping.UNIT))
    return {row.unit or "": (row.numerator, row.denominator) for row in report.rows if row.denominator}


@pytest.mark.parametrize("name", READERS)
async def test_an_on_time_rate_counted_from_the_file_alone_is_the_one_of_the_report(
    province: Database, tmp_path: Path, name: str
) -> None:
    begin, end = (datetime.combine(date_of(day), datetime.min.time(), UNTIL.tzinfo) for day in (YEAR.begin, YEAR.end))
    for when in ("now", "0:400,1:200"):
        await written(province, tmp_path / name, when)
        cases = READERS[name][1](tmp_path / name)
        for policy in Policy:
            expected = await reported(province, when, policy)
            assert on_time(cases, begin, end, policy.value) == expected
            assert sum(n for _, n in expected.values()) > 20


@pytest.mark.parametrize("name", READERS)
async def test_each_label_follows_from_the_due_date_in_the_same_file(
    province: Database, tmp_path: Path, name: str
) -> None:
    await written(province, tmp_path / name)
    cases = READERS[name][1](tmp_path / name)
    for one in cases:
        due = one.due["date"]
        late = due is not None and one.ended_at.astimezone(UNTIL.tzinfo).date() > due.astimezone(UNTIL.tzinfo).date()
        assert (one.label["date"] == "late") == late
        due = one.due["instant"]
        assert (one.label["instant"] == "late") == (due is not None and one.ended_at > due)
    assert {one.due["date"] == one.due["instant"] for one in cases} == {True, False}


@pytest.mark.parametrize("name", READERS)
async def test_the_due_date_of_a_case_is_the_one_after_its_rescheduling(
    database_url: str, tmp_path: Path, name: str
) -> None:
    async with opened(database_url) as found:
        moved = event("rescheduled", "c1", "2024-01-05", due="2024-01-20T17:00", reason="supplement")
        told = received("c1", "2024-01-02", due="2024-01-10T17:00"), moved, processed("c1", "2024-01-15")
        await Projector(found.store).project(read(records(*told)))
        await written(found, tmp_path / name)
    [case] = READERS[name][1](tmp_path / name)
    assert case.due["date"] == datetime.fromisoformat("2024-01-20T17:00+07:00")
    assert case.label == {"date": "early", "instant": "early"}


async def test_a_change_of_the_due_date_is_an_attribute_with_its_time(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url) as found:
        paused = event("paused", "c1", "2024-01-03T08:00", reason="supplement")
        told = received("c1", "2024-01-02", due="2024-01-10T17:00"), paused, event("resumed", "c1", "2024-01-05T08:00")
        await Projector(found.store).project(read(records(*told)))
        await written(found, tmp_path / "cases.jsonocel")
        await written(found, tmp_path / "cases.xes")
    [case] = [one for one in ocel(tmp_path / "cases.jsonocel")["objects"] if one["type"] == "case"]
    changes = [(own["name"], own["time"][:16], own["value"]) for own in case["attributes"]]
    assert [one for one in changes if one[0] in ("due_by_date", "paused_by_date")] == [
        ("due_by_date", "2024-01-01T17:00", "2024-01-10T10:00:00.000000Z"),
        ("paused_by_date", "2024-01-03T01:00", True),
        ("due_by_date", "2024-01-05T01:00", "2024-01-12T10:00:00.000000Z"),
        ("paused_by_date", "2024-01-05T01:00", False),
    ]
    [(trace, events)] = traces(tmp_path / "cases.xes")
    assert [(one["paused_by_date"], one["due_by_date"].day) for one in events] == [(False, 10), (True, 10), (False, 12)]
    assert trace["state"] == "open"
    assert "label_by_date" not in trace


async def test_parquet_keeps_every_archived_fact_as_it_was_received(province: Database, tmp_path: Path) -> None:
    done = await written(province, tmp_path / "facts.parquet")
    kept = rows(tmp_path / "facts.parquet", "select partition, position, recorded_at, body from facts")
    archived = await fetch(
        str(province.settings.database),
        "select partition, position, to_timestamp(0) + recorded_at * interval '1 microsecond' as at, body from archive",
    )
    assert done.events == len(kept) == len(archived)
    found = {(one["partition"], one["position"]): (one["recorded_at"], one["body"]) for one in kept}
    assert found == {(one["partition"], one["position"]): (one["at"], one["body"]) for one in archived}


async def test_parquet_says_what_became_of_each_fact_and_its_times_are_utc_microseconds(
    database_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "facts.parquet"
    async with opened(database_url) as found:
        told = (
            received("c1", "2024-01-02T08:00:00.123456", due="2024-01-10T17:00", channel="online"),
            processed("c1", "2024-01-05", id="first", electronic_result=True),
            processed("c1", "2024-01-06"),
            retracted("c1", "2024-01-07", "first"),
            processed("c1", "2024-01-08"),
        )
        await Projector(found.store).project(read(records(*told)))
        await written(found, path)
    kept = rows(path, "select * from facts order by position")
    words = [None, "retracted", None, "retraction", "processed_twice"]
    assert [one["unused_because"] for one in kept] == words
    assert kept[0]["time"] == datetime.fromisoformat("2024-01-02T01:00:00.123456+00:00")
    assert (kept[0]["channel"], kept[1]["electronic_result"], kept[3]["retracted_id"]) == ("online", True, "first")
    [shape] = rows(
        path, f"select type, logical_type from parquet_schema('{path}') where name = 'time' and duckdb_type is not null"
    )
    assert "isAdjustedToUTC=1" in shape["logical_type"]
    assert "MICROS" in shape["logical_type"]


async def test_names_that_no_xml_may_hold_are_shown_and_break_nothing(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url) as found:
        await Projector(found.store).project(read(records(received(STRANGE, "2024-01-02"))))
        await written(found, tmp_path / "cases.xes")
        await written(found, tmp_path / "cases.jsonocel")
        await written(found, tmp_path / "cases.sqlite")
    [(trace, _)] = traces(tmp_path / "cases.xes")
    assert trace["concept:name"] == STRANGE.replace("\u0001", "\u2401")
    assert f"case:{STRANGE}" in {one["id"] for one in ocel(tmp_path / "cases.jsonocel")["objects"]}
    assert of_ocel_sqlite(tmp_path / "cases.sqlite") == []


@pytest.mark.parametrize("name", READERS)
async def test_a_point_without_facts_gives_a_file_that_is_whole_and_empty(
    database_url: str, tmp_path: Path, name: str
) -> None:
    async with opened(database_url) as found:
        await Projector(found.store).project(read(records(received("c1", "2024-01-02"))))
        done = await written(found, tmp_path / name, "2020-01-01")
    assert (done.cases, done.events) == (0, 0)
    assert READERS[name][1](tmp_path / name) == []


@pytest.mark.parametrize("name", READERS)
async def test_a_file_that_cannot_be_finished_leaves_the_one_that_was_there(
    database_url: str, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_text("as before")
    async with opened(database_url) as found:
        await Projector(found.store).project(read(records(received("c1", "2024-01-02"), received("c2", "2024-01-02"))))
        await fetch(database_url, "update archive set body = 'x' where position = 1")
        with pytest.raises(ArchiveUnreadable, match="0:1"):
            await written(found, tmp_path / name)
    assert (tmp_path / name).read_text() == "as before"
    assert [one.name for one in tmp_path.iterdir()] == [name]


def test_a_folder_is_no_file_and_a_missing_one_is_named(tmp_path: Path) -> None:
    for path, text in ((tmp_path, "is a folder"), (tmp_path / "none" / "cases.xes", "No such file or directory")):
        with pytest.raises(ExportRefused, match=text), draft.drafted(path):
            raise AssertionError("nothing may be written")


def test_every_fact_but_a_retraction_is_an_event_type() -> None:
    assert set(EVENT_TYPES) == set(NAMES.values()) - {"retracted"}
