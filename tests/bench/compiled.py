"""What the pure heart of the projector costs, interpreted and compiled by mypyc: the same files, unchanged.

A build is optional and nothing needs it. This says what it would bring.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
HEART: Final = (
    "events/fold.py",
    "projections/zone.py",
    "projections/labels.py",
    "projections/deadline.py",
    "projections/standing.py",
    "projections/entries.py",
    "projections/contribution.py",
    "projections/tallies.py",
    "projections/case_row.py",
    "projections/credibility.py",
    "projections/batches.py",
)
"""What a fact walks through; the structs that bytes are decoded into lie elsewhere and stay as they are."""
ROUNDS: Final = 3


async def run(url: str, folder: Path, *, quick: bool) -> None:
    del url  # no database
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        print("left out: no C compiler on this machine")
        return
    tree = _compiled(folder / "compiled")
    cases = 3_000 if quick else 30_000
    rates: dict[str, list[float]] = {"interpreted": [], "compiled": []}
    for _ in range(1 if quick else ROUNDS):
        rates["interpreted"].append(_events_a_second(ROOT, cases))
        rates["compiled"].append(_events_a_second(tree, cases))
    best = {name: max(found) for name, found in rates.items()}
    for name, rate in best.items():
        print(f"{name:12} {rate:>10,.0f} events/s of one processor, decoded, folded and counted in memory")
    print(f"compiled is {best['compiled'] / best['interpreted']:.2f} times as fast")


def _compiled(tree: Path) -> Path:
    """A copy of the tree with the heart compiled beside its source."""
    for name in ("events", "projections", "tests"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    mypyc = Path(sys.executable).with_name("mypyc")
    subprocess.run([mypyc, "--strict", *HEART], cwd=tree, check=True, capture_output=True)
    return tree


def _events_a_second(tree: Path, cases: int) -> float:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.heart", str(cases)], cwd=tree, check=True, capture_output=True, text=True
    )
    return float(done.stdout)
