"""The same history with promises of another calendar: what would have been, and never taken for what was."""

from pathlib import Path
from typing import Any

import pytest

from projections.batches import read
from projections.definitions import BY_REPORT
from projections.measures import Policy
from projections.periods import Period, parse_period
from projections.reports import Question
from services.composition import Database
from services.documents import Language
from services.history.when import WhenRefused
from services.report_documents import Asked, Document, ReportRefused
from services.report_drawing import Format, drawn
from services.rescheduling import reschedule
from services.rules_loading import load_calendar
from tests.fixtures.databases import FixedClock, opened
from tests.fixtures.promising import LATER, registry_in, rules_loaded, shipped, with_holiday
from tests.fixtures.saying import processed, received, records
from tests.fixtures.serving import serving
from tests.fixtures.verbs import run_verb

pytestmark = pytest.mark.database

FACTS = (
    received("promised", "2026-03-10T09:00", procedure="two"),
    processed("promised", "2026-03-13T10:00"),
    received("told", "2026-03-10T09:00", procedure="two", due="2026-03-12T17:00"),
    processed("told", "2026-03-13T10:00"),
    received("open", "2026-03-10T09:00", procedure="five"),
)
FIRST = shipped()
SECOND = with_holiday(FIRST, "2026-03-11", "2026-03-20")
"""The day after the reception is a holiday, which nobody knew then."""

MARCH = parse_period("calendar:2026-03")
UNTIL_THE_18TH = Period(MARCH.begin, MARCH.begin + 17)
"""The open case falls due on the 17th, and by the second calendar on the 18th."""


async def filled(found: Database, folder: Path) -> None:
    """Recorded under the first calendar; the second one is in force since."""
    await rules_loaded(found, registry_in(folder), FIRST)
    await found.projector().project(read(records(*FACTS)))
    await load_calendar(found.store, SECOND)


async def on_time(
    found: Database, calendar: str | None = None, name: str = "on-time", period: Period = MARCH
) -> Document:
    reporting = await found.reporting_at(None, calendar)
    question = Question(BY_REPORT["on-time"], period, Policy.DATE)
    return await reporting.document(Asked(name, question))


def shares(document: Document) -> tuple[int, int]:
    total: dict[str, Any] = document.json["total"]
    return total["numerator"], total["denominator"]


async def test_a_promise_of_another_calendar_is_another_label_and_a_date_of_the_sender_is_the_same(
    database_url: str, tmp_path: Path
) -> None:
    async with opened(database_url, clock=FixedClock(LATER)) as found:
        await filled(found, tmp_path)
        was, would, again = [await on_time(found, one) for one in (None, SECOND.calendar.version[:12], None)]
    assert (shares(was), shares(would), shares(again)) == ((0, 2), (1, 2), (0, 2))
    assert would.json["versions"]["calendar"] == f"sha256:{SECOND.calendar.version}"


async def test_with_the_calendar_that_promises_were_made_by_nothing_is_different(
    database_url: str, tmp_path: Path
) -> None:
    async with opened(database_url, clock=FixedClock(LATER)) as found:
        await filled(found, tmp_path)
        for name in ("on-time", "on-time-due", "ii06a", "backlog-due", "working-time"):
            was, would = [await on_time(found, one, name) for one in (None, FIRST.calendar.version)]
            assert was.json["rows"] == would.json["rows"], name


async def test_promises_that_were_moved_to_the_other_calendar_are_moved_once(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url, clock=FixedClock(LATER)) as found:
        await filled(found, tmp_path)
        versions = FIRST.calendar.version, SECOND.calendar.version
        before = [shares(await on_time(found, one, "on-time-due", UNTIL_THE_18TH)) for one in versions]
        done = await reschedule(found, found.projector(), reason="a holiday", done_by="test")
        after = [shares(await on_time(found, one, "on-time-due", UNTIL_THE_18TH)) for one in versions]
    assert done.written == 1
    assert before == after == [(0, 3), (1, 2)]


async def test_figures_of_another_calendar_say_so_wherever_they_are_drawn(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url, clock=FixedClock(LATER)) as found:
        await filled(found, tmp_path)
        was, would = [await on_time(found, one) for one in (None, SECOND.calendar.version)]
    assert "what_if" not in was.json
    assert would.json["what_if"] == {"calendar": f"sha256:{SECOND.calendar.version}"}
    for form in (Format.TABLE, Format.HTML):
        for language, words in ((Language.EN, "no official figures"), (Language.VI, "không phải số liệu chính thức")):
            assert words in " ".join(drawn([would], form, language).decode().split())
            assert words not in " ".join(drawn([was], form, language).decode().split())
    with pytest.raises(ReportRefused, match="no foot"):
        drawn([would], Format.CSV, Language.EN)


async def test_a_calendar_that_there_is_not_is_refused_with_those_that_there_are(
    database_url: str, tmp_path: Path
) -> None:
    async with opened(database_url, clock=FixedClock(LATER)) as found:
        await filled(found, tmp_path)
        for named in ("nothing", "", "sha256:"):
            with pytest.raises(WhenRefused, match=FIRST.calendar.version[:12]):
                await on_time(found, named)


async def test_another_calendar_is_asked_for_over_http_and_on_the_command_line(
    database_url: str, tmp_path: Path
) -> None:
    clock, period = FixedClock(LATER), "calendar:2026-03"
    async with opened(database_url, clock=clock) as found:
        await filled(found, tmp_path)
    async with serving(database_url, clock=clock) as service:
        told = await service.get("/reports/on-time", period=period, calendar=SECOND.calendar.version)
        refused = await service.http.get("/reports/on-time", params={"calendar": "nothing"})
    assert (told["total"]["numerator"], told["total"]["denominator"]) == (1, 2)
    assert refused.status_code == 422
    words = ["report", "on-time", "--period", period, "--calendar", SECOND.calendar.version[:16]]
    printed = run_verb(words, {"DUECOURSE_DATABASE": database_url}, tmp_path)
    assert printed.status == 0, printed.stderr
    assert printed.stdout.startswith("What if: Settled on time")
    assert run_verb([*words, "--format", "csv"], {"DUECOURSE_DATABASE": database_url}, tmp_path).status == 2
