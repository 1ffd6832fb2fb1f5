"""`python -m tests.seeded_bugs [NAME...]`: shows that the tests catch each known bug; exit 1 if one survives."""

import sys
import tempfile
import time
from pathlib import Path

from tests.seeded_bugs.planting import DoesNotApply, bugs, copy_tree, look, run_tests


def main(names: list[str]) -> int:
    """Prints a line a bug."""
    found = bugs(names)
    with tempfile.TemporaryDirectory(prefix="duecourse-bugs-") as folder:
        Path(folder).chmod(0o755)
        tree = copy_tree(Path(folder))
        sound = run_tests([test for bug in found for test in bug.tests], tree)
        if sound.returncode != 0:
            print(sound.stdout, sound.stderr, "without any bug planted these tests must pass", sep="\n")
            return 1
        survived = 0
        for bug in found:
            begun = time.monotonic()
            try:
                outcome = look(bug, tree)
            except DoesNotApply as error:
                print(f"STALE     {bug.name:34} {error}")
                survived += 1
                continue
            word = "caught" if outcome.caught else "SURVIVED"
            print(f"{word:9} {bug.name:34} {time.monotonic() - begun:5.1f} s  {bug.breaks}")
            if not outcome.caught:
                survived += 1
                print("\n".join(f"          passed all the same: {test}" for test in outcome.silent))
                print(outcome.said)
    print(f"{len(found) - survived} of {len(found)} bugs caught")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
