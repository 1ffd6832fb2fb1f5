"""The weekly digest: the figures of the exporter and the reports, in words for a mail."""

import asyncio
import json
import re
from fractions import Fraction
from pathlib import Path

import pytest

from projections.batches import read
from projections.definitions import BY_REPORT
from projections.groups import Grouping, UnitUnknown
from projections.measures import Policy
from projections.reports import Rollup
from projections.targets import Target, Targets
from projections.units import Unit
from services.composition import Database
from services.digest.drawing import digest_html, digest_text
from services.digest.figures import DUE_SOON_DAYS, Digest, digest_of
from services.digest.wording import PHRASES, Language
from services.exporter.live import LiveFigures
from services.projector import Projector
from services.reporting import asked_period, question_of
from services.units_loading import load_units
from tests.fixtures.databases import UNITS, FixedClock, opened
from tests.fixtures.saying import processed, received, records
from tests.fixtures.times import local
from tests.fixtures.verbs import run_verb

pytestmark = pytest.mark.database

NOW = "2024-03-20T10:00"
FACTS = (
    received("due-today", "2024-03-18T08:00", unit="A", due="2024-03-20T17:00"),
    received("due-in-six-days", "2024-03-18T08:00", unit="A", due="2024-03-26T17:00"),
    received("due-in-seven-days", "2024-03-18T08:00", unit="A", due="2024-03-27T17:00"),
    received("overdue", "2024-03-01T08:00", unit="A", due="2024-03-19T17:00"),
    received("late", "2024-03-01T08:00", unit="A", due="2024-03-10T17:00"),
    processed("late", "2024-03-14T08:00"),
    received("late-before", "2024-03-01T08:00", unit="A", due="2024-03-10T17:00"),
    processed("late-before", "2024-03-13T08:00"),
    received("early", "2024-03-01T08:00", unit="B", due="2024-03-30T17:00"),
    processed("early", "2024-03-19T08:00"),
)
PLEDGED = Targets([Target("A", Fraction("0.9")), Target("P", Fraction("0.3"))])


async def made(found: Database, unit: str | None = None, targets: Targets = PLEDGED) -> Digest:
    live = LiveFigures(found.store, found.clock, due_soon_days=DUE_SOON_DAYS)
    await live.refresh()
    return digest_of(live, found.store.days, targets, unit)


async def recorded(url: str, *events: bytes) -> tuple[Digest, Digest]:
    """The digest of everything and that of unit A."""
    async with opened(url, clock=FixedClock(local(NOW))) as found:
        await Projector(found.store).project(read(records(*events)))
        return await made(found), await made(found, "A")


async def test_a_week_is_today_and_the_six_days_after_it(database_url: str) -> None:
    everything, alone = await recorded(database_url, *FACTS)
    [row] = alone.rows
    assert (row.due_this_week, row.overdue, row.oldest_days) == (2, 1, 19)
    assert (row.settled_7d, row.late_7d, row.settled_year, row.on_time_year) == (1, 1, 2, 0)
    assert [row.unit for row in everything.rows] == ["A", "B"]
    assert everything.as_json()["due_to"] == "2024-03-27"


async def test_the_total_sums_the_subtree_and_has_the_target_of_its_top(database_url: str) -> None:
    everything, _ = await recorded(database_url, *FACTS)
    total = everything.total
    assert (total.due_this_week, total.overdue, total.settled_7d, total.oldest_days) == (2, 1, 2, 19)
    assert (total.name, total.target, total.rate) == ("Province", Fraction("0.3"), Fraction(1, 3))
    assert not total.behind
    assert total.as_json()["points_from_target"] == "+3.33"


async def test_a_unit_below_its_target_is_marked_and_one_without_has_no_comparison(database_url: str) -> None:
    everything, _ = await recorded(database_url, *FACTS)
    behind, without = everything.rows
    assert behind.behind
    assert behind.as_json()["points_from_target"] == "-90.00"
    assert without.as_json()["points_from_target"] is None
    assert digest_html(everything, Language.ENGLISH).count('class="missed"') == 1


async def test_a_digest_says_the_same_as_the_reports(database_url: str) -> None:
    async with opened(database_url, clock=FixedClock(local(NOW))) as found:
        await Projector(found.store).project(read(records(*FACTS)))
        digest, reporting = await made(found), found.reporting()
        year = asked_period(found.store.days.day_of(found.clock()), period=None, begin=None, end=None)
        question = question_of(BY_REPORT["on-time"], year, Policy.DATE, Grouping.UNIT, Rollup.WEIGHTED, None)
        report = (await reporting.answer(question)).report
        found_rows = [row for row in report.rows if row.counts.any]
    rates = {row.unit: (row.numerator, row.denominator, row.counts.pending_overdue) for row in found_rows}
    assert {row.unit: (row.on_time_year, row.settled_year, row.overdue) for row in digest.rows} == rates


async def test_names_are_escaped_and_rates_that_are_not_there_are_not_zero(database_url: str) -> None:
    async with opened(database_url, clock=FixedClock(local(NOW))) as found:
        await load_units(found.store, [*UNITS, Unit("D", "<b>Đơn vị & D</b>", "district", "P")])
        await Projector(found.store).project(read(records(received("c", "2024-03-18", unit="D"))))
        digest = await made(found)
    page, text = digest_html(digest, Language.VIETNAMESE), digest_text(digest, Language.VIETNAMESE)
    assert "<b>" not in page
    assert "&lt;b&gt;Đơn vị &amp; D&lt;/b&gt; (D)" in page
    assert '<html lang="vi">' in page
    [line] = [line for line in text.splitlines() if "(D)" in line]
    assert line.split()[-4:] == ["–", "0", "–", "–"]


async def test_the_text_is_aligned_and_numbers_are_written_as_in_the_language(database_url: str) -> None:
    everything, _ = await recorded(database_url, *FACTS)
    english, vietnamese = (digest_text(everything, language) for language in Language)
    assert "20/03/2024 to 26/03/2024" in english
    assert re.search(r"Total: Province +2 +1 +2 +1 +19 +33\.33 +3 +30\.00 +\+3\.33\n", english)
    assert "33,33" in vietnamese
    assert "Số liệu lúc 20/03/2024 10:00 (Asia/Ho_Chi_Minh)" in vietnamese


async def test_where_nothing_is_open_it_says_so(database_url: str) -> None:
    nothing, _ = await recorded(database_url)
    assert PHRASES[Language.ENGLISH].nothing in digest_text(nothing, Language.ENGLISH)
    assert "<table>" not in digest_html(nothing, Language.ENGLISH)
    assert nothing.total.as_json()["percent"] is None


async def test_a_unit_that_is_not_registered_is_refused(database_url: str) -> None:
    async with opened(database_url, clock=FixedClock(local(NOW))) as found:
        with pytest.raises(UnitUnknown):
            await made(found, "X")


def test_the_verb_writes_a_file_in_each_format(database_url: str, tmp_path: Path) -> None:
    async def prepared() -> None:
        async with opened(database_url) as found:
            await Projector(found.store).project(read(records(*FACTS)))

    asyncio.run(prepared())
    for chosen, begins in (("text", "Bản tin tuần"), ("html", "<!doctype html>"), ("json", "{")):
        file = tmp_path / f"digest.{chosen}"
        options = ["--format", chosen, "--language", "vi", "--output", str(file)]
        ended = run_verb(["digest", *options], {"DUECOURSE_DATABASE": database_url}, tmp_path)
        assert ended.status == 0, ended.stderr
        assert file.read_text(encoding="utf-8").startswith(begins)
    assert json.loads((tmp_path / "digest.json").read_text(encoding="utf-8"))["total"]["overdue"] >= 1
