"""`python -m tests.simulation --seed N` tells one story; `--seeds N` plays many and names those that break a law."""

import argparse
import sys
import time

from tests.simulation.story import tell


def main() -> int:
    """Exit 1 if a law was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--seed", type=int, help="tell this story")
    what.add_argument("--seeds", type=int, help="play so many")
    parser.add_argument("--first", type=int, default=0, help="the first of --seeds")
    options = parser.parse_args()
    if options.seed is not None:
        outcome = tell(options.seed)
        _say("\n".join(outcome.told))
        return 1 if outcome.broken else 0
    return _play(range(options.first, options.first + options.seeds))


def _play(seeds: range) -> int:
    began, failed = time.monotonic(), 0
    for seed in seeds:
        outcome = tell(seed)
        if outcome.broken:
            failed += 1
            _say(f"{seed}: {'; '.join(outcome.broken)}")
    _say(f"{failed} of {len(seeds)} stories broke a law; {time.monotonic() - began:.1f} s")
    return 1 if failed else 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
