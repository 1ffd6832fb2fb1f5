"""Rules for which time runs faster, so that a scripted incident can be watched from alert to all-clear in minutes.

Only waits change, all of them by the same factor: how often rules are computed (`interval`), how long a condition must
last (`for`), and how long an alert outlasts it (`keep_firing_for`); in Prometheus' configuration, the scrapes.
Expressions, thresholds, words and labels stay.
"""

import re
from pathlib import Path
from typing import Final

FACTOR: Final = 60
"""A minute becomes a second."""
SECONDS: Final = {"s": 1, "m": 60, "h": 3_600}
WAITS: Final = re.compile(
    r"^(\s*(?:- )?(?:interval|for|keep_firing_for|scrape_interval|scrape_timeout|evaluation_interval): )(\d+)([smh])$",
    re.MULTILINE,
)


def hastened(text: str) -> str:
    """Rules or a configuration of Prometheus with every wait a sixtieth as long, a second at least."""
    return WAITS.sub(lambda match: f"{match[1]}{max(1, int(match[2]) * SECONDS[match[3]] // FACTOR)}s", text)


def write_hastened(rules: Path, folder: Path) -> None:
    """The rule files of a folder, hastened, in another one, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(rules.glob("*.y*ml")):
        (folder / path.name).write_text(hastened(path.read_text(encoding="utf-8")), encoding="utf-8")
