"""Rows by procedure group, attribution, targets: from the database, as of a point, over HTTP, on the command line."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from projections.attribution import Attribution
from projections.batches import read
from projections.definitions import BY_REPORT
from projections.groups import Grouping
from projections.measures import Policy
from projections.periods import parse_period
from projections.reports import Question
from services.composition import Database
from services.documents import Language
from services.report_documents import Asked, Document, ReportRefused
from services.report_drawing import Format, drawn
from services.rules_loading import load_procedures
from services.targets_loading import load_targets, read_targets_file
from tests.fixtures.databases import FixedClock, opened
from tests.fixtures.promising import registry_in
from tests.fixtures.saying import event, processed, received, records
from tests.fixtures.serving import serving
from tests.fixtures.times import local
from tests.fixtures.verbs import run_verb

pytestmark = pytest.mark.database

NOW = local("2024-02-01T10:00")
TARGETS = "unit,target,valid_from,valid_to\nA,0.95,,2024-12-15\nA,0.5,2024-12-15,\nP,0.6,,\n"
FACTS = (
    received("land", "2024-01-02", due="2024-01-10T17:00", procedure="month", channel="online"),
    processed("land", "2024-01-05"),
    received("permit", "2024-01-02", due="2024-01-10T17:00", procedure="old-two", receiving_unit="B"),
    event("transferred", "permit", "2024-01-04", unit="C"),
    processed("permit", "2024-01-11"),
    received("open", "2023-12-01", due="2024-01-20T17:00", procedure="one", unit="B"),
    received("odd", "2024-01-03", due="2024-02-20T17:00", procedure="unheard-of", unit="B"),
    received("none", "2024-01-03", due="2024-02-01T17:00", unit="B"),
    received("before", "2023-12-01", due="2024-01-20T17:00", procedure="month"),
    processed("before", "2023-12-05"),
    event("returned", "before", "2024-01-08"),
)


async def filled(found: Database, folder: Path) -> None:
    await load_procedures(found.store, registry_in(folder))
    (folder / "targets.csv").write_text(TARGETS, encoding="utf-8")
    await load_targets(found.store, read_targets_file(folder / "targets.csv"))
    await found.projector().project(read(records(*FACTS)))


async def report(
    found: Database, name: str, period: str = "2024", *, as_of: str | None = None, **more: Any
) -> Document:
    reporting = await found.reporting_at(as_of)
    question = Question(BY_REPORT["on-time"], parse_period(period), Policy.DATE, **more)
    return await reporting.document(Asked(name, question, minimum_cases=1))


async def test_the_form_by_group_has_a_row_for_each_and_one_for_procedures_nobody_registered(
    database_url: str, tmp_path: Path
) -> None:
    async with opened(database_url, clock=FixedClock(NOW)) as found:
        await filled(found, tmp_path)
        by_group, by_unit = [await report(found, "ii06a", by=by) for by in (Grouping.GROUP, Grouping.UNIT)]
    rows = {row["name"]: row for row in by_group.json["rows"]}
    assert list(rows) == ["Land", "Permits", "procedure not registered"]
    received_, settled, pending = ([row[name] for row in rows.values()] for name in ("received", "settled", "pending"))
    assert (received_, settled, pending) == ([1, 2, 2], [1, 1, 0], [0, 1, 2])
    assert (rows["Permits"]["carried_over"], rows["Permits"]["pending_overdue"]) == (1, 1)
    for row in by_group.json["rows"]:
        left = row["settled"] + row["closed"] + row["transferred_out"] + row["pending"]
        assert row["received"] + row["transferred_in"] == left
    assert by_group.json["total"] == by_unit.json["total"]
    assert by_group.json["versions"]["procedures"].startswith("sha256:")
    assert "procedures" not in by_unit.json["versions"]


async def test_a_printed_form_by_group_names_its_rows_in_the_language_and_has_no_column_of_codes(
    database_url: str, tmp_path: Path
) -> None:
    async with opened(database_url, clock=FixedClock(NOW)) as found:
        await filled(found, tmp_path)
        form = await report(found, "ii06a", by=Grouping.GROUP)
    header, *lines = csv.reader(io.StringIO(drawn([form], Format.CSV, Language.VI).decode()))
    assert header[0] == "name"
    assert [line[0] for line in lines] == ["Land", "Permits", "thủ tục chưa đăng ký", "Tổng cộng"]
    page = drawn([form], Format.HTML, Language.VI).decode()
    assert "Lĩnh vực, nhóm thủ tục" in page
    assert "theo nhóm của thủ tục" in page
    assert drawn([form], Format.XLSX, Language.EN).startswith(b"PK")


async def test_a_rate_by_group_counts_cases_that_fell_due_or_were_handed_over_after_they_had_ended(
    database_url: str, tmp_path: Path
) -> None:
    async with opened(database_url, clock=FixedClock(NOW)) as found:
        await filled(found, tmp_path)
        told = (await report(found, "on-time-due", "2024-01", by=Grouping.GROUP)).json
        later = (await report(found, "on-time-due", "2024-02", by=Grouping.GROUP)).json
    land = next(row for row in told["rows"] if row["name"] == "Land")
    assert (land["numerator"], land["denominator"], land["counts"]["returned"]) == (1, 1, 1)
    assert [(row["name"], row["numerator"], row["denominator"]) for row in later["rows"]] == [
        ("Land", 1, 1),
        ("Permits", 0, 1),
        ("procedure not registered", 0, 0),
    ]
    assert (later["total"]["numerator"], later["total"]["denominator"]) == (1, 2)


async def test_rows_by_group_and_targets_are_those_of_then_when_asked_as_of_then(
    database_url: str, tmp_path: Path
) -> None:
    clock = FixedClock(NOW)
    async with opened(database_url, clock=clock) as found:
        await filled(found, tmp_path)
        [checkpoint] = [one for one in await found.store.checkpoints() if one.position]
        clock.now = checkpoint.recorded_at
        live = [await report(found, "ii06a", by=Grouping.GROUP), await report(found, "ranking")]
        await load_procedures(found.store, registry_in(tmp_path, _REGROUPED))
        (tmp_path / "targets.csv").write_text("unit,target\nA,0.1\n", encoding="utf-8")
        await load_targets(found.store, read_targets_file(tmp_path / "targets.csv"))
        point = f"0:{checkpoint.position}"
        then = [
            await report(found, "ii06a", as_of=point, by=Grouping.GROUP),
            await report(found, "ranking", as_of=point),
        ]
        now = [await report(found, "ii06a", by=Grouping.GROUP), await report(found, "ranking")]
    for before, as_of, after in zip(live, then, now, strict=True):
        assert [before.table.columns, before.table.total] == [as_of.table.columns, as_of.table.total]
        assert before.table.rows == as_of.table.rows != after.table.rows
        assert before.json["versions"] == as_of.json["versions"] != after.json["versions"]


_REGROUPED = "code,name,group,limit,limit_unit,cutoff_time,case_kind\nmonth,Within a month,Soil,,,,procedure\n"


async def test_a_case_that_moved_is_settled_for_the_unit_asked_for_and_the_total_is_the_same(
    database_url: str, tmp_path: Path
) -> None:
    settled_by = {Attribution.LAST: "C", Attribution.FIRST: "A", Attribution.RECEIVING: "B"}
    async with opened(database_url, clock=FixedClock(NOW)) as found:
        await filled(found, tmp_path)
        [checkpoint] = [one for one in await found.store.checkpoints() if one.position]
        for as_of in (None, f"0:{checkpoint.position}"):
            told = {one: await report(found, "late-settled", as_of=as_of, attribution=one) for one in Attribution}
            for attribution, unit in settled_by.items():
                rows = told[attribution].json["rows"]
                assert [row["unit"] for row in rows if row["numerator"]] == [unit]
                assert told[attribution].json["total"] == told[Attribution.LAST].json["total"]
                assert told[attribution].json["attribution"] == attribution.value
    notes = {one: [note.value.en for note in told[one].table.notes if note.label.en == "Settled cases"] for one in told}
    assert all(len(words) == 1 for words in notes.values())
    assert len({words[0] for words in notes.values()}) == len(Attribution)


async def test_the_ranking_shows_targets_of_its_last_day_and_only_of_the_rate_that_they_are_of(
    database_url: str, tmp_path: Path
) -> None:
    async with opened(database_url, clock=FixedClock(local("2025-02-01T10:00"))) as found:
        await filled(found, tmp_path)
        told = (await report(found, "ranking", "2024-01")).json
        later = (await report(found, "ranking", "2025")).json
        by_child = (await report(found, "ranking", "2024-01", by=Grouping.CHILD)).json
        other = Question(BY_REPORT["late-settled"], parse_period("2024-01"), Policy.DATE)
        without = (await found.reporting().document(Asked("ranking", other))).json
    rows = {row["unit"]: row for row in told["rows"]}
    assert (rows["A"]["percent"], rows["A"]["target_percent"], rows["A"]["points_from_target"]) == (
        "100.00",
        "95.00",
        "+5.00",
    )
    assert (rows["C"]["target_percent"], rows["C"]["points_from_target"]) == (None, None)
    assert (told["total"]["percent"], told["total"]["points_from_target"]) == ("50.00", "-10.00")
    assert next(row for row in later["rows"] if row["unit"] == "A")["target_percent"] == "50.00"
    assert by_child["total"] == told["total"]
    assert told["versions"]["targets"].startswith("sha256:")
    assert not {"target_percent", "points_from_target"} & set(without["rows"][0])


async def test_what_a_report_has_not_is_refused_in_words_that_say_what_there_is(
    database_url: str, tmp_path: Path
) -> None:
    async with opened(database_url, clock=FixedClock(NOW)) as found:
        await filled(found, tmp_path)
        for name in ("ranking", "backlog-age", "data-quality", "working-time", "scorecard"):
            with pytest.raises(ReportRefused, match="no rows by group"):
                await report(found, name, by=Grouping.GROUP)
        for name in ("settlement-rate", "backlog", "ii06a", "online-filing"):
            with pytest.raises(ReportRefused, match="on-time, on-time-due, on-time-handled, late-settled"):
                await report(found, name, attribution=Attribution.FIRST)
        with pytest.raises(ReportRefused, match="not of units"):
            await report(found, "on-time", by=Grouping.GROUP, attribution=Attribution.FIRST)


async def test_without_procedures_every_case_is_in_the_row_of_those_not_registered(database_url: str) -> None:
    async with opened(database_url, clock=FixedClock(NOW)) as found:
        assert (await report(found, "ii06a", by=Grouping.GROUP)).json["rows"] == []
        await found.projector().project(read(records(*FACTS)))
        told = (await report(found, "ii06a", by=Grouping.GROUP)).json
    [row] = told["rows"]
    assert (row["name"], row["received"]) == ("procedure not registered", told["total"]["received"])
    assert "procedures" not in told["versions"]


async def test_group_and_attribution_are_asked_for_over_http_and_on_the_command_line(
    database_url: str, tmp_path: Path
) -> None:
    clock = FixedClock(NOW)
    async with opened(database_url, clock=clock) as found:
        await filled(found, tmp_path)
    async with serving(database_url, clock=clock) as service:
        form = await service.get("/reports/ii06a", period="2024", by="group")
        first = await service.get("/reports/late-settled", period="2024", attribution="first")
        refused = await service.http.get("/reports/backlog", params={"attribution": "first"})
    assert [row["name"] for row in form["rows"]] == ["Land", "Permits", "procedure not registered"]
    assert [row["unit"] for row in first["rows"] if row["numerator"]] == ["A"]
    assert refused.status_code == 422
    settings = {"DUECOURSE_DATABASE": database_url}
    printed = run_verb(["report", "ii06a", "--period", "2024", "--by", "group"], settings, tmp_path)
    assert printed.status == 0, printed.stderr
    assert "Permits" in printed.stdout
    words = ["report", "late-settled", "--period", "2024", "--attribution", "receiving", "--format", "csv"]
    late = run_verb(words, settings, tmp_path)
    assert [line.split(",")[0] for line in late.stdout.splitlines() if ",1,1,100.00," in line] == ["B"]
    wrong = run_verb(["report", "ranking", "--by", "group"], settings, tmp_path)
    assert (wrong.status, wrong.stderr) == (
        2,
        "duecourse: report ranking has no rows by group: use unit, child or level\n",
    )
