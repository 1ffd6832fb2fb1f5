"""Every report by its name, from the live database and from the archive, and every form it is drawn in."""

import io
from datetime import datetime
from itertools import pairwise
from typing import Any

import openpyxl
import pytest

from events.instants import instant_of
from projections.batches import read
from projections.definitions import BY_REPORT
from projections.groups import Grouping
from projections.measures import Policy
from projections.periods import parse_period
from projections.reports import Question, UnitsShown
from projections.units import Unit
from services.documents import Language
from services.report_documents import REPORT_NAMES, Asked, Document, ReportRefused, ReportUnknown
from services.report_drawing import Format, drawn, json_of, warnings_of
from services.sample.history import history
from services.sample.units import province_units
from tests.fixtures.databases import FixedClock, opened
from tests.fixtures.figures_in_memory import decided, document
from tests.fixtures.reporting_in_memory import memory_store, tell
from tests.fixtures.saying import processed, received, records
from tests.fixtures.serving import serving

UNTIL = datetime.fromisoformat("2025-06-18T10:30:00+07:00")
UNITS = tuple(Unit(one.code, one.name, one.level, one.parent) for one in province_units())
SMALL = [Unit("P", "Province", "province"), Unit("A", "Unit A", "department", "P")]


def asked(name: str, **more: Any) -> Asked:
    return Asked(name, Question(BY_REPORT["on-time"], parse_period("2025"), **more))


def lasting(found: Document) -> dict[str, Any]:
    """All but the moment at which the report was asked for."""
    return {key: value for key, value in found.json.items() if key != "as_of"}


@pytest.mark.slow
@pytest.mark.database
async def test_the_live_database_and_its_archive_give_the_same_reports(database_url: str) -> None:
    clock = FixedClock(instant_of(UNTIL))
    async with opened(database_url, clock=clock, units=UNITS) as found:
        await found.projector().project(read(records(*history(seed=5, cases=300, until=UNTIL))))
        [checkpoint] = [one for one in await found.store.checkpoints() if one.position]
        live = await found.reporting_at("now")
        clock.now = checkpoint.recorded_at
        archived = await found.reporting_at(f"0:{checkpoint.position}")
        assert (live.policy, live.today()) == (archived.policy, archived.today())
        policy = live.policy
        for name in REPORT_NAMES:
            one, other = [
                await source.document(asked(name, policy=policy, by=Grouping.UNIT)) for source in (live, archived)
            ]
            assert lasting(one) == lasting(other), name
            assert one.table.rows == other.table.rows, name
            assert one.table.rows
            for form in Format:
                assert drawn([one], form, Language.VI)


@pytest.mark.database
async def test_under_either_policy_the_database_sums_what_the_archive_does(database_url: str) -> None:
    clock = FixedClock(instant_of(UNTIL))
    async with opened(database_url, clock=clock, units=UNITS) as found:
        by_day = received("hour", "2025-03-03", unit="H99.01", due="2025-03-10T12:00")
        late_by_hours = processed("hour", "2025-03-10T15:00")
        told = records(*history(seed=6, cases=80, until=UNTIL), by_day, late_by_hours)
        await found.projector().project(read(told))
        [checkpoint] = [one for one in await found.store.checkpoints() if one.position]
        clock.now = checkpoint.recorded_at
        archived = await found.reporting_at(f"0:{checkpoint.position}")
        totals = set()
        for policy in Policy:
            question = asked("on-time", policy=policy, by=Grouping.UNIT)
            one, other = [await source.document(question) for source in (found.reporting(), archived)]
            assert lasting(one) == lasting(other)
            totals.add(one.json["total"]["numerator"])
        assert len(totals) == 2, "the policies differ here"


async def small(name: str = "on-time", period: str = "2024", **more: Any) -> Document:
    store = memory_store(SMALL)
    await tell(store, decided("A", 3, 2, received="2024-03-01", due="2024-03-08", late="2024-03-12"))
    return await document(store, name, period, **more)


async def test_a_workbook_holds_the_figures_as_numbers() -> None:
    content = drawn([await small("ii06a")], Format.XLSX, Language.EN)
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows(values_only=True) for cell in row]
    assert {1, 2, 3} <= set(cells)


async def test_a_series_of_periods_is_one_document_with_its_warnings() -> None:
    series = [await small(period=period) for period in ("2024-03", "2024-04", "2024-06")]
    assert warnings_of(series) == ["[2024-03-15, 2024-04-15) and [2024-05-15, 2024-06-15) leave a gap of 30 days"]
    told = json_of(series)
    assert [one["from"] for one in told["reports"]] == ["2024-02-15", "2024-03-15", "2024-05-15"]
    assert told["warnings"] == warnings_of(series)
    lines = drawn(series, Format.CSV, Language.EN).decode().splitlines()
    assert [line for line in lines if line.startswith("unit,")] == lines[:1], "one header"
    assert len(lines) == 1 + sum(len(one.table.rows) + 1 for one in series)
    with pytest.raises(ReportRefused, match="one period a file"):
        drawn(series, Format.XLSX, Language.EN)
    with pytest.raises(ReportRefused, match="one period a file"):
        drawn([await small("ii06a"), await small("ii06a")], Format.CSV, Language.EN)


async def test_reports_that_there_are_not_are_refused() -> None:
    with pytest.raises(ReportUnknown):
        await small("no-such-report")
    with pytest.raises(ReportRefused, match="no rows by month"):
        await small("ranking", by=Grouping.MONTH)


async def test_in_a_vietnamese_form_the_months_are_written_as_vietnamese_writes_dates() -> None:
    found = await small("ii06a", by=Grouping.MONTH)
    months = {language: drawn([found], Format.HTML, language).decode() for language in Language}
    assert "2023-12-15 – 2024-01-15" in months[Language.EN]
    assert "15/12/2023 – 15/01/2024" in months[Language.VI]
    assert "2023-12-15 – 2024-01-15" not in months[Language.VI]


async def test_the_form_by_month_says_which_days_each_row_is_of() -> None:
    rows = (await small("ii06a", by=Grouping.MONTH)).json["rows"]
    assert len(rows) == 12
    assert (rows[0]["from"], rows[0]["to"], rows[0]["received"]) == ("2023-12-15", "2024-01-15", 0)
    assert all(row["to"] == after["from"] for row, after in pairwise(rows))
    assert all(row["pending"] == after["carried_over"] for row, after in pairwise(rows))


async def test_data_quality_is_of_all_days_and_names_no_period() -> None:
    found = await small("data-quality")
    assert (found.json["from"], found.json["to"]) == (None, None)
    assert not {"Period", "Policy"} & {note.label.en for note in found.table.notes}


async def test_every_report_says_what_it_is_made_of() -> None:
    for name in REPORT_NAMES:
        found = await small(name)
        assert found.json["report"] == found.table.name == name
        assert found.json["versions"]["definition"].startswith("sha256:")
        assert {"Definition", "Units", "Cases", "As of"} <= {note.label.en for note in found.table.notes}
        assert all(text.en and text.vi for note in found.table.notes for text in (note.label, note.value))


@pytest.mark.database
async def test_reports_are_served_by_their_names_with_either_dash(database_url: str) -> None:
    async with serving(database_url, clock=FixedClock(instant_of(UNTIL)), run=False) as service:
        for name in ("backlog_age", "working-time", "on_time_due"):
            assert (await service.get(f"/reports/{name}"))["report"] == name.replace("_", "-")
        await service.parts.database.projector().project(read(records(received("c1", "2025-06-01"))))
        today = await service.get("/reports/on-time", units=UnitsShown.TODAY.value, as_of="0:1")
        assert (today["units"], today["as_of"]["positions"]) == ("today", {"0": 1})
        page = await service.http.get("/reports/ii06a", params={"language": "vi"}, headers={"accept": "text/html"})
        assert page.headers["content-type"].startswith("text/html")
        assert 'lang="vi"' in page.text
        wrong = await service.http.get("/reports/ranking", params={"figure": "nonsense"})
        assert wrong.status_code == 404
        months = await service.http.get("/reports/scorecard", params={"by": "month"})
        assert (months.status_code, months.headers["content-type"]) == (422, "application/problem+json")
