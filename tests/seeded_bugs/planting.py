"""Plants known bugs in a copy of the tree and looks whether the tests that should notice do.

A patch begins with comment lines: `# Breaks:` the guarantee, `# Must fail:` a test (once or more), named as pytest
names it: a file, or a file and a test in it.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PATCHES = Path(__file__).parent
REPOSITORY = PATCHES.parents[1]
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".*_cache", ".hypothesis", "__pycache__", "duecourse-data", "build")
TESTS_SECONDS = 900
TESTS_FAILED = 1
"""Exit status of pytest where tests ran and some failed; every other one but 0 means that something else is wrong."""


class DoesNotApply(Exception):
    """The code has changed under a patch: make it anew."""


@dataclass(frozen=True)
class Bug:
    """One patch. `tests` are those that must fail while it is planted."""

    name: str
    breaks: str
    tests: tuple[str, ...]

    @property
    def patch(self) -> Path:
        return PATCHES / f"{self.name}.patch"


@dataclass(frozen=True)
class Outcome:
    """What the tests said about a planted bug: those that failed to fail, and pytest's own words."""

    bug: Bug
    silent: tuple[str, ...]
    said: str

    @property
    def caught(self) -> bool:
        return not self.silent


def bugs(names: Sequence[str] = ()) -> list[Bug]:
    """All bugs, or those named; SystemExit for a name that there is not."""
    found = {path.stem: _read(path) for path in sorted(PATCHES.glob("*.patch"))}
    unknown = sorted(set(names) - set(found))
    if unknown:
        raise SystemExit(f"no such bug: {', '.join(unknown)}; there are {', '.join(found)}")
    return [bug for name, bug in found.items() if not names or name in names]


def _read(path: Path) -> Bug:
    head = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("# ")]
    breaks = [line.removeprefix("# Breaks: ") for line in head if line.startswith("# Breaks: ")]
    tests = [line.removeprefix("# Must fail: ") for line in head if line.startswith("# Must fail: ")]
    if len(breaks) != 1 or not tests:
        raise ValueError(f"{path}: one line `# Breaks: …` and at least one `# Must fail: …` are needed")
    return Bug(path.stem, breaks[0], tuple(tests))


def copy_tree(to: Path) -> Path:
    """A copy of the repository as it stands, without what the tests do not need."""
    return Path(shutil.copytree(REPOSITORY, to / "duecourse", ignore=LEFT_OUT, symlinks=True))


@contextmanager
def planted(bug: Bug, tree: Path) -> Iterator[None]:
    """The bug is in the tree, and out of it again; raises `DoesNotApply`."""
    _apply(bug, tree)
    try:
        yield
    finally:
        _apply(bug, tree, "--reverse")


def _apply(bug: Bug, tree: Path, *options: str) -> None:
    command = ["git", "apply", *options, bug.patch]
    # The copy may lie within a repository, whose own state is none of its business.
    environment = os.environ | {"GIT_CEILING_DIRECTORIES": str(tree.parent)}
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise DoesNotApply(f"{bug.patch.name} does not apply any more: {done.stderr.strip()}")


def look(bug: Bug, tree: Path) -> Outcome:
    """Plants the bug and runs its tests; each of them must fail, by an assertion and not for want of a module."""
    with planted(bug, tree):
        done = run_tests(bug.tests, tree)
    said = done.stdout + done.stderr
    if done.returncode not in (0, TESTS_FAILED):
        return Outcome(bug, bug.tests, said)
    failed = re.findall(r"^FAILED (\S+)", done.stdout, re.MULTILINE)
    silent = tuple(test for test in bug.tests if not any(one.startswith(test) for one in failed))
    return Outcome(bug, silent, said)


def run_tests(tests: Iterable[str], tree: Path) -> subprocess.CompletedProcess[str]:
    """Runs tests of the copy on the code of the copy; the same examples each time, and no time spent on small ones."""
    own = {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1", "HYPOTHESIS_PROFILE": "seeded-bugs"}
    command = [sys.executable, "-m", "pytest", "-q", "--tb=line", "-rf", "-p", "no:cacheprovider"]
    return subprocess.run(
        [*command, *dict.fromkeys(tests)],
        cwd=tree,
        env=os.environ | own | {"COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=TESTS_SECONDS,
        check=False,
    )
