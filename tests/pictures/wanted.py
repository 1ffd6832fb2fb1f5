"""Which pictures there are: each dashboard live, and all but the pipeline's from back-filled history."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.services.monitoring.dashboard_files import PARENT

CHOSEN = {"parent": PARENT, "unit": "H99.01"}
"""Where a dashboard shows one: the largest unit of the sample, and a district."""
SCRAPES = {"live": 5, "audit": 60}
"""Seconds between samples, as the data source is told: for the live one more than it takes, so that rates are even."""
NOT_BACK_FILLED = ("pipeline",)


@dataclass(frozen=True)
class Picture:
    """`since` and `until` in seconds of the epoch; `source` is the Prometheus that is asked."""

    name: str
    source: str
    dashboard: Mapping[str, Any]
    since: float
    until: float

    @property
    def file(self) -> str:
        return f"{self.name}.png" if self.source == "live" else f"{self.source}-{self.name}.png"

    def asked(self) -> Mapping[str, Any]:
        """As the page reads it."""
        return {
            "dashboard": self.dashboard,
            "prometheus": f"/{self.source}",
            "from": round(1000 * self.since),
            "to": round(1000 * self.until),
            "scrapeSeconds": SCRAPES[self.source],
            "chosen": CHOSEN,
            "subtitle": "sample province, live" if self.source == "live" else "sample province, back-filled",
        }


def live_pictures(found: Mapping[str, Any], since: float) -> list[Picture]:
    """From the first scrape on, whatever time the dashboards show at first: there is no more."""
    return [Picture(name, "live", dashboard, since, time.time()) for name, dashboard in found.items()]


def audit_pictures(found: Mapping[str, Any], days: int) -> list[Picture]:
    now = time.time()
    there = {name: dashboard for name, dashboard in found.items() if name not in NOT_BACK_FILLED}
    return [Picture(name, "audit", dashboard, now - days * 86_400, now) for name, dashboard in there.items()]
