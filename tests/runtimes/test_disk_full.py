"""A full disk: a readable error, nothing lost, and as soon as there is space it goes on."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.fixtures.processes import Place, Serving, eventually
from tests.fixtures.sample_events import Contents, contents, sample_events, write_events, write_units
from tests.fixtures.senders import Senders, beside

pytestmark = pytest.mark.slow

SEED = 20_240_115
DISK = "256m"
DISK_OF_THE_LOG = "64m"
MEGABYTE = 1_048_576
TABLE_IS_FULL_BYTES = 2 * MEGABYTE
LOG_IS_FULL_BYTES = 8 * MEGABYTE
"""Less than one segment of the write-ahead log."""
EVENTS = 8_000
WITHIN_SECONDS = 60


class SmallDisk:
    """A file system of its own under the data folder, and the ballast that fills it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def leave(self, left_bytes: int) -> None:
        free = shutil.disk_usage(self._folder).free
        with (self._folder / "ballast").open("wb") as ballast:
            os.posix_fallocate(ballast.fileno(), 0, free - left_bytes)

    def free(self) -> None:
        (self._folder / "ballast").unlink(missing_ok=True)


@pytest.fixture
def small_disk(place: Place) -> Iterator[SmallDisk]:
    """The place's data folder on a small disk, with the units loaded."""
    place.data.mkdir()
    with _mounted(place.data, DISK) as disk:
        try:
            place.done("units", "load", write_units(place.root))
            yield disk
        finally:
            disk.free()
            place.leave_nothing_running()


@pytest.fixture
def small_disk_of_the_log(place: Place) -> Iterator[SmallDisk]:
    """A place with the units loaded; only the write-ahead log is on a small disk, so that nothing else finds it full.

    The server goes down with it: it cannot even write that it stops.
    """
    place.done("units", "load", write_units(place.root))
    log = place.data / "postgres" / "pg_wal"
    aside = log.with_name("pg_wal_aside")
    log.rename(aside)
    log.mkdir()
    with _mounted(log, DISK_OF_THE_LOG) as disk:
        subprocess.run(["cp", "--archive", f"{aside}/.", log], check=True)  # with its owner
        try:
            yield disk
        finally:
            disk.free()
            place.leave_nothing_running()


@contextmanager
def _mounted(folder: Path, size: str) -> Iterator[SmallDisk]:
    if os.geteuid() != 0 or not Path("/proc/self/mounts").exists():
        pytest.skip("no full disk can be made here: mounting a tmpfs needs Linux and root")
    command = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", folder]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"no full disk can be made here: {mounted.stderr.strip()}")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", folder], check=True)


def test_an_import_onto_a_full_disk_ends_with_one_line_and_goes_on_later(place: Place, small_disk: SmallDisk) -> None:
    events = write_events(place.root, sample_events())
    small_disk.leave(TABLE_IS_FULL_BYTES)
    refused = place.run("import", events)
    assert refused.returncode == 3
    assert refused.stderr.count("\n") == 1
    assert "No space left on device" in refused.stderr
    assert "free space" in refused.stderr
    small_disk.free()
    place.done("import", events)
    _check_complete(_contents(place), list(sample_events()))
    assert "\n0 differences" in place.done("verify")


async def test_an_import_waits_for_a_server_that_found_no_space_for_its_log(
    place: Place, small_disk_of_the_log: SmallDisk
) -> None:
    events = write_events(place.root, sample_events())
    small_disk_of_the_log.leave(LOG_IS_FULL_BYTES)
    importing = place.start("import", events)
    await eventually(
        lambda: "No space left on device" in place.said() and "free some space" in place.said(), WITHIN_SECONDS
    )
    assert importing.poll() is None
    small_disk_of_the_log.free()
    await eventually(lambda: importing.poll() is not None, WITHIN_SECONDS)
    assert importing.returncode == 0, place.said()
    _check_complete(await asyncio.to_thread(_contents, place), list(sample_events()))
    assert "\n0 differences" in place.done("verify")


@pytest.mark.parametrize("left_bytes", [TABLE_IS_FULL_BYTES, LOG_IS_FULL_BYTES])
async def test_senders_are_told_that_the_disk_is_full_and_nothing_acknowledged_is_lost(
    place: Place, small_disk: SmallDisk, left_bytes: int
) -> None:
    events = sample_events()[:EVENTS]
    serving = Serving(place)
    await serving.ready()
    senders = Senders(events, SEED, serving)

    async def fill_the_disk_for_a_while() -> None:
        small_disk.leave(left_bytes)
        unavailable = httpx.codes.SERVICE_UNAVAILABLE
        await eventually(lambda: senders.statuses.get(unavailable, 0) > 10, WITHIN_SECONDS)
        assert "No space left on device" in serving.words()
        small_disk.free()

    await beside(senders, fill_the_disk_for_a_while())
    assert serving.process.poll() is None
    assert senders.refused == []
    assert senders.without_retry_after == 0
    _check_complete(await contents(place.url), events)
    assert serving.stop() == 0, serving.words()
    assert "\n0 differences" in place.done("verify")


def _contents(place: Place) -> Contents:
    with place.joined() as url:
        return asyncio.run(contents(url))


def _check_complete(found: Contents, events: list[bytes] | tuple[bytes, ...]) -> None:
    found.check_counts()
    assert set(found.archive) == set(events)
    assert set(found.archive.values()) == {1}
