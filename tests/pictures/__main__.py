"""`make pictures`: every committed dashboard drawn by Grafana's own components, as one PNG each.

The figures are real: Prometheus scrapes a running demo, and the audit Prometheus shows the history that
`duecourse backfill openmetrics` writes of it. What Grafana's server adds is not here: dashboard links, drop-down lists,
annotations in graphs, provisioning. Exit status 1 where a query fails, finds nothing though it should, or a title is
cut; dashboard and panel are named.
"""

import argparse
import json
import shutil
import sys
import time
from pathlib import Path

from deploy.stack.debian import found_program
from deploy.stack.errors import StackFailed
from tests.pictures.faults import Seen, faults
from tests.pictures.node_project import NodeFailed, built, taken
from tests.pictures.parts import Parts, running_parts
from tests.pictures.wanted import Picture, audit_pictures, live_pictures
from tests.services.monitoring.dashboard_files import dashboards

ROOT = Path(__file__).parents[2]
HISTORY_DAYS = 30
CASES = 20_000
NEEDED = {"chromium": "chromium", "node": "nodejs", "npm": "npm"}
"""Programs by the Debian package that has them."""


def say(text: str) -> None:
    sys.stdout.write(f"[{time.monotonic() - BEGUN:5.1f} s] {text}\n")
    sys.stdout.flush()


BEGUN = time.monotonic()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.pictures", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "pictures", help="folder for the pictures")
    parser.add_argument("--days", type=int, default=HISTORY_DAYS, help="days of back-filled history")
    parser.add_argument("--cases", type=int, default=CASES, help="cases of the sample province")
    chosen = parser.parse_args()
    missing = [name for name, package in NEEDED.items() if found_program(name, package=package, say=say) is None]
    if missing:
        sys.stderr.write(f"{', '.join(missing)} is missing: install it, or run as root on Debian\n")
        return 1
    chosen.out.mkdir(parents=True, exist_ok=True)
    try:
        with running_parts(chosen.cases, chosen.days, say) as parts:
            page = built(ROOT / ".venv" / "pictures", say)
            found = drawn(page, parts, chosen.days, chosen.out.resolve())
    except (StackFailed, NodeFailed) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    wrong = [fault for picture, seen in found for fault in faults(picture, seen)]
    sys.stderr.writelines(f"{fault}\n" for fault in wrong)
    return int(bool(wrong))


def drawn(page: Path, parts: Parts, days: int, folder: Path) -> list[tuple[Picture, Seen]]:
    """The past first: meanwhile the live Prometheus comes to have something to show."""
    past = taken_of(page, parts, audit_pictures(dashboards(), days), folder)
    return past + taken_of(page, parts, live_pictures(dashboards(), parts.scraped_since()), folder)


def taken_of(page: Path, parts: Parts, pictures: list[Picture], folder: Path) -> list[tuple[Picture, Seen]]:
    answers = json.loads(taken(page, order(parts, pictures, folder)))
    for one in pictures:
        say(str(folder / one.file))
    return [(one, Seen(**answers[str(folder / one.file)])) for one in pictures]


def order(parts: Parts, pictures: list[Picture], folder: Path) -> str:
    """What `take.mjs` reads."""
    asked = [{"file": str(folder / one.file), "asked": one.asked()} for one in pictures]
    addresses = {"live": parts.live, "audit": parts.audit}
    return json.dumps({"prometheus": addresses, "chromium": shutil.which("chromium"), "pictures": asked})


if __name__ == "__main__":
    sys.exit(main())
