"""A publication holds until something it rests on is changed, and then the check names what; so offline, too."""

import os
import runpy
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec import structs

from projections.batches import read
from projections.definitions import BY_REPORT, DEFINITIONS
from projections.measures import Policy
from projections.periods import parse_period
from projections.reports import Grouping, Question
from services.composition import Database
from services.evidence.errors import LogRolledBack, ManifestRefused
from services.evidence.manifest import Publication
from services.history.points import point_at
from services.history.when import AtPublication, WhenRefused
from services.postgres.queries import snapshot
from services.projector import Projector
from services.publishing import publishing
from services.publishing.checking import Checked, check_publication
from services.publishing.freezing import Asked
from services.publishing.log_keeping import EvidencePlace
from services.publishing.publishing import publish_reports
from services.publishing.restating import listed, shown
from services.report_documents import ReportRefused
from services.rules_loading import load_calendar, load_procedures
from tests.fixtures.databases import fetch, opened
from tests.fixtures.promising import registry_in, shipped
from tests.fixtures.saying import event, processed, received, records, retracted

pytestmark = pytest.mark.database

VERIFIER = Path(__file__).parents[3] / "deploy" / "verifier" / "verify_publication.py"
FACTS = (
    received("c1", "2024-01-02", due="2024-01-10T17:00", channel="online"),
    processed("c1", "2024-01-05", id="decided"),
    received("c2", "2024-01-03", unit="B", due="2024-01-10T17:00"),
    event("transferred", "c2", "2024-01-04", unit="C"),
    processed("c2", "2024-01-12"),
    received("c3", "2024-01-03", unit="B", due="2024-02-10T17:00"),
    event("paused", "c3", "2024-01-05", reason="supplement"),
    received("c4", "2023-11-03", unit="B", due="2023-12-20T17:00"),
    processed("c4", "2023-12-15T08:00"),
    b"{",
)
MONTH = parse_period("2024-01")


def asked(name: str = "on-time", by: Grouping = Grouping.UNIT, unit: str | None = None) -> Asked:
    return Asked(Question(BY_REPORT[name], MONTH, Policy.DATE, by, unit=unit))


@asynccontextmanager
async def published(url: str, folder: Path) -> AsyncIterator[tuple[Database, EvidencePlace, Publication]]:
    place = EvidencePlace(folder / "evidence", "duecourse.test", folder / "key")
    async with opened(url) as found:
        await record(found, *FACTS)
        await record(found, received("c9", "2024-01-04"), partition=1)
        groupings = [asked(by=by) for by in Grouping if by is not Grouping.GROUP] + [asked("settlement-rate", unit="P")]
        yield found, place, await publish_reports(found.store, place, groupings, found.clock)


async def record(found: Database, *events: bytes, partition: int = 0) -> None:
    await Projector(found.store, partition).project(read(records(*events)))


def verified_offline(place: EvidencePlace, *files: Path) -> "subprocess.CompletedProcess[str]":
    words = [sys.executable, "-I", str(VERIFIER), "--key", str(place.folder / "vkey"), *map(str, files)]
    return subprocess.run(words, capture_output=True, text=True, check=False, env=dict(os.environ))


async def test_a_publication_holds_here_and_with_the_offline_verifier(database_url: str, tmp_path: Path) -> None:
    async with published(database_url, tmp_path) as (found, place, publication):
        file = place.folder / "publications" / f"{publication.id}.json"
        [row] = await fetch(database_url, "select document from publications")
        assert row["document"] == file.read_bytes()
        result = verified_offline(place, file, place.folder / "partitions" / "0" / "checkpoint")
        assert (result.returncode, result.stdout.count("good   ")) == (0, 2), result.stdout
        checked = await check_publication(found.store, place, publication.id)
        assert (checked.problems, checked.notes, checked.events) == ([], [], 10)
        total = publication.manifest.reports[0].total
        named = {name: number.count for name, number in total.counts.items() if number.count}
        assert named["new"] == 4
        assert named["transferred_in"] == named["transferred_out"] == 1
        assert named["settled_early"] == 2
        assert (total.numerator.count, total.denominator.count, total.denominator.cases) == (2, 3, 3)


async def test_a_report_by_procedure_group_is_not_published_without_its_rows(database_url: str, tmp_path: Path) -> None:
    async with published(database_url, tmp_path) as (found, place, _):
        with pytest.raises(ReportRefused, match="not published"):
            await publish_reports(found.store, place, [asked(by=Grouping.GROUP)], found.clock)
        assert len(await listed(found.store, place, found.clock)) == 1


async def test_later_facts_leave_it_as_it_was_and_mark_it_restated_with_the_reason(
    database_url: str, tmp_path: Path
) -> None:
    async with published(database_url, tmp_path) as (found, place, publication):
        [row] = await listed(found.store, place, found.clock)
        assert (row["state"], row["restated_because"]) == ("as_published", {})
        await record(found, received("c5", "2024-05-03"))
        assert (await listed(found.store, place, found.clock))[0]["state"] == "as_published"
        await record(found, retracted("c1", "2024-03-01", "decided"), received("c6", "2024-01-08"))
        one = await shown(found.store, place, publication.id[:12], found.clock)
        assert (one["state"], one["restated_because"]) == ("restated", {"late_arrival": 1, "correction": 1})
        assert (await check_publication(found.store, place, publication.id)).problems == []
        again = await publish_reports(found.store, place, [asked()], found.clock)
        assert again.manifest.reports[0].total.numerator.count == 1
        rows = await listed(found.store, place, found.clock)
        assert [one["state"] for one in rows] == ["restated", "as_published"]


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("update archive set body = body || ' ' where partition = 0 and position = 4", "position 4"),
        ("delete from archive where position = 1", "position 1"),
        ("update archive set recorded_at = recorded_at + 1 where position = 2", "position 2"),
        ("update archive set position = 50 where partition = 1", "partition 1"),
        ("update units set name = 'Other' where code = 'A'", "unit tree"),
        ("update units set parent = 'B' where code = 'A'", "unit tree"),
        ("update publications set positions = array[3, 1]", "other positions"),
        ("insert into promises values (0, 5, 'c3', 0, 'p', 'c')", "on-time"),
    ],
)
async def test_what_was_changed_behind_the_service_is_named(
    database_url: str, tmp_path: Path, statement: str, words: str
) -> None:
    async with published(database_url, tmp_path) as (found, place, publication):
        assert await fetch(database_url, f"{statement} returning 1")
        checked = await check_publication(found.store, place, publication.id)
        assert any(words in text for text in checked.problems), checked.problems


async def test_another_definition_is_named(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with published(database_url, tmp_path) as (found, place, publication):
        other = structs.replace(BY_REPORT["on-time"], above=("settled_early",))
        monkeypatch.setitem(BY_REPORT, "on-time", other)
        checked: Checked = await check_publication(found.store, place, publication.id)
        assert any("definitions" in text for text in checked.problems)


async def test_other_code_is_a_note_and_no_problem(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "code_hash", lambda: "0" * 64)
    async with published(database_url, tmp_path) as (found, place, publication):
        checked = await check_publication(found.store, place, publication.id)
        assert (checked.problems, len(checked.notes)) == ([], 1)


async def test_a_copy_that_is_missing_or_forged_is_told(database_url: str, tmp_path: Path) -> None:
    async with published(database_url, tmp_path) as (found, place, publication):
        file = place.folder / "publications" / f"{publication.id}.json"
        content = file.read_bytes()
        file.unlink()
        checked = await check_publication(found.store, place, publication.id)
        assert "is missing" in checked.problems[0]
        file.write_bytes(content.replace(b'"count":2', b'"count":3', 1))
        checked = await check_publication(found.store, place, publication.id)
        assert "outside the database" in checked.problems[0]
        forged = "update publications set document = overlay(document placing '9' from 500 for 1) returning 1"
        assert await fetch(database_url, forged)
        with pytest.raises(ManifestRefused):
            await check_publication(found.store, place, publication.id)


async def test_a_publication_is_a_point_of_the_history(database_url: str, tmp_path: Path) -> None:
    async with published(database_url, tmp_path) as (found, _, publication):
        await record(found, received("c7", "2024-01-08"))
        async with snapshot(found.pool) as connection:
            point = await point_at(connection, AtPublication(publication.id[:12]), found.clock)
            assert point.positions == {0: 10, 1: 1}
            assert point.units_version == publication.manifest.versions.units.removeprefix("sha256:")
            with pytest.raises(WhenRefused):
                await point_at(connection, AtPublication("0" * 12), found.clock)


async def test_a_folder_of_another_database_is_not_written_to(
    database_url: str, another_database_url: str, tmp_path: Path
) -> None:
    async with published(database_url, tmp_path) as (_, place, publication):
        pass
    async with opened(another_database_url) as other:
        await record(other, *(received(f"c{number}", "2024-01-03") for number in range(20)))
        with pytest.raises(LogRolledBack, match="another database"):
            await publish_reports(other.store, place, [asked()], other.clock)
        assert [file.stem for file in (place.folder / "publications").iterdir()] == [publication.id]


def test_the_offline_verifier_derives_every_rate_from_its_counts() -> None:
    """What it knows of the definitions is written there a second time."""
    known = runpy.run_path(str(VERIFIER))["RATES"]
    told = {one.name: (sorted(one.above), sorted(one.below)) for one in DEFINITIONS}
    assert {name: tuple(sorted(names.split()) for names in rate) for name, rate in known.items()} == told


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("update calendar_days set name = 'Another day' where day = '2024-04-30'", "the calendar"),
        ("delete from calendar_days where day = '2024-04-30'", "the calendar"),
        ("update procedures set limit_amount = limit_amount + 1 where code = 'one'", "the register of procedures"),
    ],
)
async def test_one_holiday_or_limit_that_was_changed_is_named(
    database_url: str, tmp_path: Path, statement: str, words: str
) -> None:
    place = EvidencePlace(tmp_path / "evidence", "duecourse.test", tmp_path / "key")
    async with opened(database_url) as found:
        await load_procedures(found.store, registry_in(tmp_path))
        await load_calendar(found.store, shipped())
        await record(found, received("c1", "2024-01-02", procedure="one"))
        publication = await publish_reports(found.store, place, [asked()], found.clock)
        assert (await check_publication(found.store, place, publication.id)).problems == []
        assert await fetch(database_url, f"{statement} returning 1")
        checked = await check_publication(found.store, place, publication.id)
        assert [text for text in checked.problems if words in text], checked.problems
