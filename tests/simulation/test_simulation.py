"""Stories of projector, log and database in which everything goes wrong: at the end every figure must be right.

`DUECOURSE_SIMULATION_SEEDS=20000 pytest tests/simulation` is the long form. A seed that failed is told again by
`python -m tests.simulation --seed N`.
"""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

from tests.simulation.story import Outcome, tell

pytestmark = pytest.mark.slow

SEEDS = int(os.environ.get("DUECOURSE_SIMULATION_SEEDS", "200"))
SEEDS_TOGETHER = 25
STORIES_REMEMBERED = 120
_END = "a log's end that was looked up before the checkpoint, which another worker moved meanwhile, halted a partition"
_RESTORED = "a database restored to nothing was taken for one that was fed without a log"
_GONE = "a worker ended because the checkpoint of a partition that it lost was gone with a restored database"
_AHEAD = "a reader was ahead of a log that was cut and of a database put back: a partition was halted for nothing"
PAST_FAILURES: dict[int, str] = {
    **dict.fromkeys((8, 106, 135), _END),
    **dict.fromkeys((36, 70, 185), _RESTORED),
    **dict.fromkeys((237, 544, 974), _GONE),
    **dict.fromkeys((5066, 5319, 6081), _AHEAD),
}
HAPPENINGS = {
    "a worker is killed": "is killed$",
    "a worker is stopped": "is stopped for",
    "a worker joins": "a worker joins",
    "a worker leaves": "leaves$",
    "a rebalance": "a rebalance",
    "the database is away": "the database is away",
    "the disk is full": "error=the disk is full",
    "a session is killed": "a session of .* is killed",
    "a stopped worker's transaction is ended": "idle for too long",
    "a commit of unknown outcome": "lost at COMMIT",
    "a case changed by another partition": "error=case-",
    "the database is put back": "the database is put back",
    "a reader goes back": "log.rewound",
    "readers go back again and again": "rewinding_without_progress",
    "the log is away": "the log is away",
    "unread records are deleted": "is deleted, unread",
    "records are missed by a reader": "misses records",
    "the topic is made anew": "the topic is made anew: topic-2",
    "the log is cut": "is cut at",
    "partitions are added": "partitions now",
    "a halt for deleted records": "is halted: records",
    "a halt for another topic": "is halted: the topic was made anew",
    "a halt for a cut log": "is halted: the checkpoint",
}
PROGRAM = (
    "from tests.simulation.story import tell; print('\\n'.join(line for seed in range(4) for line in tell(seed).told))"
)


told_before = cache(tell)
"""For the short form, whose stories are looked at twice."""


def complaints(outcomes: Iterable[Outcome]) -> str:
    """What to look at; empty where nothing is wrong."""
    wrong = [outcome for outcome in outcomes if outcome.broken]
    return "\n".join(
        f"seed {outcome.seed} (python -m tests.simulation --seed {outcome.seed}): {law}"
        for outcome in wrong
        for law in outcome.broken
    )


def play(seed: int) -> Outcome:
    return told_before(seed) if seed < STORIES_REMEMBERED else tell(seed)


@pytest.mark.parametrize("first", range(0, SEEDS, SEEDS_TOGETHER))
def test_every_story_ends_with_every_record_counted_once_and_every_loss_told(first: int) -> None:
    assert complaints(map(play, range(first, min(first + SEEDS_TOGETHER, SEEDS)))) == ""


@pytest.mark.parametrize("seed", PAST_FAILURES)
def test_a_story_that_ended_badly_once_ends_well(seed: int) -> None:
    assert complaints([tell(seed)]) == "", PAST_FAILURES[seed]


def test_stories_have_every_mishap_in_them() -> None:
    """Else the laws would hold for want of trouble."""
    stories = ["\n".join(told_before(seed).told) for seed in range(STORIES_REMEMBERED)]
    happened = Counter(
        name for told in stories for name, words in HAPPENINGS.items() if re.search(words, told, re.MULTILINE)
    )
    assert [name for name in HAPPENINGS if happened[name] < 2] == []


def test_a_seed_is_one_story_whatever_the_process_is_like() -> None:
    told = [_told_elsewhere(hash_seed, zone) for hash_seed, zone in (("1", "America/St_Johns"), ("2", "Asia/Tokyo"))]
    assert told[0] == told[1] != ""


def _told_elsewhere(hash_seed: str, time_zone: str) -> str:
    environment = os.environ | {"PYTHONHASHSEED": hash_seed, "TZ": time_zone}
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", PROGRAM]
    return subprocess.run(command, env=environment, cwd=root, check=True, capture_output=True, text=True).stdout
