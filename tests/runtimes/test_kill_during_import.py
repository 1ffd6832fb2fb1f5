"""`kill -9` of an import, again and again at random moments: what it leaves is always some whole batches."""

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator

import psutil
import pytest

from tests.fixtures.processes import ENDED_WITHIN_SECONDS, Place
from tests.fixtures.sample_events import Contents, contents_now, count_now, sample_events, write_events, write_units

pytestmark = pytest.mark.slow

SEED = 20_240_115
KILLS_MIN = 12
ROUNDS_MAX = 12
KILLS_A_ROUND_MAX = 8
SERVER_KILLED_SHARE = 0.25
"""Share of the kills that take the database server along, as a power cut would."""


def test_an_import_killed_at_random_moments_ends_as_one_that_was_left_alone(
    new_place: Callable[[], Place], tell: Callable[[str], None]
) -> None:
    prepared = new_place()
    write_events(prepared.root, sample_events())
    prepared.done("units", "load", write_units(prepared.root))
    left_alone = _copied(prepared, new_place())
    begun = time.monotonic()
    left_alone.done("import", left_alone.root / "events.ndjson")
    usual_seconds = time.monotonic() - begun
    expected = _contents_at_rest(left_alone)

    rng = random.Random(SEED)
    kills: list[list[str]] = []
    while sum(map(len, kills)) < KILLS_MIN and len(kills) < ROUNDS_MAX:
        killed = _copied(prepared, new_place())
        kills.append(list(_import_killed_until_done(killed, rng, usual_seconds)))
        assert "\n0 differences" in killed.done("verify")
        found = _contents_at_rest(killed)
        found.check_counts()
        found.check_same_figures(expected)
        assert found.archive == expected.archive
        killed.leave_nothing_running()
    rounds = "\n".join("  " + ", ".join(one) for one in kills)
    tell(f"seed {SEED}, {sum(map(len, kills))} kills: the second, and the events archived by then\n{rounds}")
    assert sum(map(len, kills)) >= KILLS_MIN


def _import_killed_until_done(place: Place, rng: random.Random, usual_seconds: float) -> Iterator[str]:
    """Runs the import until it is done; says when each kill came and how far the archive was."""
    for _ in range(KILLS_A_ROUND_MAX):
        after = rng.uniform(0.3, 0.9) * usual_seconds
        if not _killed_after(after, place.start("import", place.root / "events.ndjson")):
            return
        archived = count_now(place.url, "select count(*) from archive")
        reached = "while its server started or stopped" if archived is None else f"{archived:,}"
        if rng.random() < SERVER_KILLED_SHARE and _server_killed(place):
            yield f"{after:.2f} s {reached} and the server"
        else:
            yield f"{after:.2f} s {reached}"
    place.done("import", place.root / "events.ndjson")


def _killed_after(seconds: float, process: subprocess.Popen[str]) -> bool:
    """Whether the process was killed before it was done."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(ENDED_WITHIN_SECONDS)
    assert process.returncode in (0, -signal.SIGKILL)
    return process.returncode != 0


def _server_killed(place: Place) -> bool:
    try:
        server = psutil.Process(place.postmaster())
    except (FileNotFoundError, psutil.NoSuchProcess, ValueError):
        return False  # the import was killed before it had started one
    os.kill(server.pid, signal.SIGKILL)
    psutil.wait_procs([server], ENDED_WITHIN_SECONDS)
    return True


def _copied(prepared: Place, place: Place) -> Place:
    """The same folder once more, the server at rest; owners stay."""
    shutil.rmtree(place.root)
    subprocess.run(["cp", "-a", prepared.root, place.root], check=True)
    return place


def _contents_at_rest(place: Place) -> Contents:
    with place.joined() as url:
        return contents_now(url)
