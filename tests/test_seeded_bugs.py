"""The tests are tested: each known bug, planted in a copy of the tree, makes the tests fail that guard against it."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.seeded_bugs.planting import Bug, bugs, copy_tree, look, run_tests

pytestmark = pytest.mark.slow

BUGS = bugs()
BUGS_MIN = 10


@pytest.fixture(scope="module")
def sound_tree() -> Iterator[Path]:
    """A copy in which all the tests pass that are to fail."""
    with TemporaryDirectory(prefix="duecourse-bugs-") as folder:
        Path(folder).chmod(0o755)
        tree = copy_tree(Path(folder))
        done = run_tests([test for bug in BUGS for test in bug.tests], tree)
        assert done.returncode == 0, done.stdout + done.stderr
        yield tree


def test_there_are_bugs_to_plant() -> None:
    assert len(BUGS) >= BUGS_MIN


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_is_caught(bug: Bug, sound_tree: Path) -> None:
    outcome = look(bug, sound_tree)
    assert outcome.caught, f"breaks: {bug.breaks}\npassed all the same: {outcome.silent}\n{outcome.said}"
