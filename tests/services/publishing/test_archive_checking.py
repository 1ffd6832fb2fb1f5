"""`verify --archive` names what was done to the archive or its logs; the keeper signs while the service runs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from projections.batches import read
from services.composition import Database
from services.evidence.errors import FolderDamaged, FolderFailed
from services.evidence.log_folder import partition_folder
from services.postgres.upkeep import reset_checkpoint
from services.projector import Projector
from services.publishing import log_keeper
from services.publishing.archive_checking import ArchiveChecked, check_whole_archive
from services.publishing.log_keeper import LogKeeper
from services.publishing.log_keeping import EvidencePlace
from services.publishing.publishing import publish_reports
from tests.fixtures.databases import fetch, opened
from tests.fixtures.saying import received, records
from tests.services.publishing.test_publications import asked

pytestmark = pytest.mark.database

EVENTS = 600
SWAP = (
    "update archive as a set case_id = b.case_id, body = b.body, recorded_at = b.recorded_at from archive as b "
    "where a.partition = 0 and b.partition = 0 and (a.position, b.position) in ((10, 500), (500, 10))"
)
COPY = "insert into archive select {}, {}, 'cx', type, occurred_at, recorded_at, body from archive where position = 2"


async def record(found: Database, cases: range, partition: int = 0) -> None:
    facts = [received(f"c{number}", "2024-01-03") for number in cases]
    await Projector(found.store, partition).project(read(records(*facts, b"{")))


async def checked(found: Database, place: EvidencePlace) -> ArchiveChecked:
    return await check_whole_archive(found.store, place, lambda events: None)


def named(found: ArchiveChecked) -> list[tuple[int, str, int, int]]:
    return [
        (one.partition, event.finding.kind.value, event.finding.first, event.finding.last)
        for one in found.partitions
        for event in one.findings
    ]


def texts(found: ArchiveChecked) -> list[str]:
    return found.problems + [text for one in found.partitions for text in one.problems]


@asynccontextmanager
async def signed(url: str, folder: Path) -> AsyncIterator[tuple[Database, EvidencePlace]]:
    """An archive of two partitions, signed by a keeper."""
    place = EvidencePlace(folder / "evidence", "duecourse.test", folder / "key")
    async with opened(url) as found:
        await record(found, range(EVENTS))
        await record(found, range(1_000, 1_003), partition=1)
        keeper = LogKeeper(found.pool, place, found.clock)
        assert await keeper.look()
        assert not await keeper.look()
        yield found, place


async def test_an_archive_that_nobody_touched_is_clean_also_while_it_grows(database_url: str, tmp_path: Path) -> None:
    async with signed(database_url, tmp_path) as (found, place):
        await record(found, range(2_000, 2_005))
        result = await checked(found, place)
        assert result.differences == 0
        assert [(one.partition, one.archived, one.signed) for one in result.partitions] == [
            (0, EVENTS + 5, EVENTS),
            (1, 3, 3),
        ]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("update archive set body = body || ' ' where partition = 0 and position = 400", (0, "edited", 400, 400)),
        ("update archive set case_id = 'c0' where partition = 0 and position = 400", (0, "edited", 400, 400)),
        ("update archive set recorded_at = recorded_at - 1 where partition = 0 and position = 7",
         (0, "retimed", 7, 7)),
        ("delete from archive where partition = 0 and position between 300 and 301", (0, "removed", 300, 301)),
        ("delete from archive where partition = 1 and position = 2", (1, "truncated", 2, 2)),
        ("update archive set position = 3 where partition = 1 and position = 0", (1, "moved", 0, 0)),
        ("update archive set partition = 1, position = 9 where partition = 0 and position = 20",
         (0, "removed", 20, 20)),
        (SWAP, (0, "swapped", 10, 500)),
    ],
)  # fmt: skip
async def test_what_was_done_to_the_archive_is_named_with_its_place(
    database_url: str, tmp_path: Path, statement: str, expected: tuple[int, str, int, int]
) -> None:
    async with signed(database_url, tmp_path) as (found, place):
        assert await fetch(database_url, f"{statement} returning 1")
        assert named(await checked(found, place)) == [expected]


async def test_an_event_slipped_in_among_signed_ones_is_named_with_its_case(database_url: str, tmp_path: Path) -> None:
    async with signed(database_url, tmp_path) as (found, place):
        await record(found, range(2_000, 2_005))
        await LogKeeper(found.pool, place, found.clock).look()
        assert await fetch(database_url, f"{COPY.format(0, 600)} and partition = 0 returning 1")
        result = await checked(found, place)
        assert named(result) == [(0, "inserted", 600, 600)]
        assert str(result.partitions[0].findings[0]).endswith("(case cx)")


@pytest.mark.parametrize(
    ("partition", "position", "words"),
    [
        (1, 4, "inserted: position 4 lies behind everything that was read"),
        (1, 3, "4 events are archived, 3 were recorded"),
        (7, 0, "inserted: position 0 lies behind everything that was read"),
    ],
)
async def test_an_event_slipped_in_where_nothing_is_signed_yet_is_told(
    database_url: str, tmp_path: Path, partition: int, position: int, words: str
) -> None:
    async with signed(database_url, tmp_path) as (found, place):
        assert await fetch(database_url, f"{COPY.format(partition, position)} and partition = 0 returning 1")
        assert [text for text in texts(await checked(found, place)) if words in text]


async def test_events_behind_a_checkpoint_that_was_moved_back_are_no_difference(
    database_url: str, tmp_path: Path
) -> None:
    async with signed(database_url, tmp_path) as (found, place):
        await reset_checkpoint(found.pool, 0, 20, topic_id="log", reason="read again", done_by="a test")
        assert (await checked(found, place)).differences == 0


async def test_an_archive_put_back_to_an_older_state_is_told_by_what_was_signed(
    database_url: str, tmp_path: Path
) -> None:
    async with signed(database_url, tmp_path) as (found, place):
        await fetch(database_url, "delete from archive where partition = 0 and position >= 550")
        await fetch(database_url, "update checkpoints set position = 550, applied = 550, read = 550, dead = 0, "
                                  "duplicate = 0 where partition = 0")  # fmt: skip
        assert named(await checked(found, place)) == [(0, "rolled_back", 550, 599)]


async def test_a_log_that_was_changed_or_put_back_together_with_the_archive_is_told(
    database_url: str, tmp_path: Path
) -> None:
    async with signed(database_url, tmp_path) as (found, place):
        tile = partition_folder(place.folder, 0) / "tile" / "0" / "001"
        content = tile.read_bytes()
        tile.write_bytes(content[:40] + bytes([content[40] ^ 1]) + content[41:])
        assert any("tile/0/001" in text for text in texts(await checked(found, place)))
        tile.write_bytes(content)
        await publish_reports(found.store, place, [asked()], found.clock)
        log = partition_folder(place.folder, 1)
        for name in ("checkpoint", "checkpoints"):
            (log / name).unlink()
        assert any("3 were signed elsewhere" in text for text in texts(await checked(found, place)))


async def test_a_folder_signed_by_another_key_is_told(database_url: str, tmp_path: Path) -> None:
    async with signed(database_url, tmp_path) as (found, place):
        place.key_file.unlink()
        place.key()
        assert any("another key" in text for text in texts(await checked(found, place)))


async def test_without_a_log_nothing_can_be_said(database_url: str, tmp_path: Path) -> None:
    place = EvidencePlace(tmp_path / "evidence", "duecourse.test", tmp_path / "key")
    async with opened(database_url) as found:
        with pytest.raises(FolderDamaged, match="holds no log"):
            await checked(found, place)


async def test_an_event_at_a_place_that_there_is_not_is_named(database_url: str, tmp_path: Path) -> None:
    async with signed(database_url, tmp_path) as (found, place):
        await fetch(database_url, "update archive set position = -position where partition = 1 and position = 1")
        result = await checked(found, place)
        assert "inserted: the archive has an event at 1:-1" in result.problems
        assert named(result) == [(1, "removed", 1, 1)]


async def test_the_keeper_signs_when_enough_events_or_seconds_have_come(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with signed(database_url, tmp_path) as (found, place):
        keeper = LogKeeper(found.pool, place, found.clock)
        assert await keeper.look()
        await record(found, range(2_000, 2_005))
        assert not await keeper.look()
        monkeypatch.setattr(log_keeper, "EVENTS_MAX", 5)
        assert await keeper.look()
        assert [one.signed for one in (await checked(found, place)).partitions] == [EVENTS + 5, 3]
        await record(found, range(3_000, 3_001))
        assert not await keeper.look()
        monkeypatch.setattr(log_keeper, "SECONDS_MAX", 0.0)
        assert await keeper.look()


async def test_what_the_keeper_signed_a_publication_goes_on_from(database_url: str, tmp_path: Path) -> None:
    async with signed(database_url, tmp_path) as (found, place):
        publication = await publish_reports(found.store, place, [asked()], found.clock)
        assert [one.size for one in publication.manifest.archive] == [EVENTS, 3]
        assert (await checked(found, place)).differences == 0


async def test_a_folder_that_cannot_be_written_stops_no_service(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    place = EvidencePlace(tmp_path / "file" / "evidence", "duecourse.test", tmp_path / "key")
    async with opened(database_url) as found:
        await record(found, range(3))
        with pytest.raises(FolderFailed):
            await LogKeeper(found.pool, place, found.clock).look()
