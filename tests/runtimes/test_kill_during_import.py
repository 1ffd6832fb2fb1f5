"""`kill -9` of an import, again and again at random moments: what it leaves is always some whole batches."""

import random
import time
from collections.abc import Callable

import pytest

from tests.fixtures.processes import Place
from tests.fixtures.sample_events import count_now

pytestmark = pytest.mark.slow

SEED = 20_240_115
KILLS_MIN = 12
SERVER_KILLED_TOO = 0.25
"""Share of the kills that take the database server along, as a power cut would."""
ARCHIVED = "select count(*) from archive"


def test_an_import_killed_at_random_moments_ends_as_one_that_was_left_alone(
    new_place: Callable[[], Place], capsys: pytest.CaptureFixture[str]
) -> None:
    left_alone, killed = _loaded(new_place()), _loaded(new_place())
    begun = time.monotonic()
    left_alone.done("import", left_alone.root / "events.ndjson")
    usual_seconds = time.monotonic() - begun

    rng = random.Random(SEED)
    seen: list[int | None] = []
    for _ in range(10 * KILLS_MIN):
        if not _import_killed_after(rng.uniform(0.2, 1.0) * usual_seconds, killed):
            if len(seen) >= KILLS_MIN:
                break
            continue
        if rng.random() < SERVER_KILLED_TOO:
            _kill_server(killed)
            seen.append(None)
        else:
            seen.append(count_now(killed.url, ARCHIVED))
    with capsys.disabled():
        print(f"\nseed {SEED}, {len(seen)} kills; archived after each (None: the server was killed, too): {seen}")
    assert len(seen) >= KILLS_MIN

    killed.done("import", killed.root / "events.ndjson")
    assert "\n0 differences" in killed.done("verify")
    found, expected = _contents(killed), _contents(left_alone)
    found.check_counts()
    found.check_same_figures(expected)
    assert found.archive == expected.archive
    assert found.dead_letters == expected.dead_letters == 0
