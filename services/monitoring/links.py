"""The dashboards by uid, and the variables by which a link opens one at the right place."""

from enum import StrEnum
from typing import Final


class Dashboard(StrEnum):
    """The uid of each dashboard under `deploy/grafana/`."""

    OVERVIEW = "duecourse-overview"
    PARENT = "duecourse-parent"
    UNIT = "duecourse-unit"
    LATE_RATE = "duecourse-late-rate"
    BACKLOG = "duecourse-backlog"
    TARGETS = "duecourse-targets"
    PIPELINE = "duecourse-pipeline"


VARIABLES: Final = {
    Dashboard.OVERVIEW: ("province",),
    Dashboard.PARENT: ("province", "parent"),
    Dashboard.UNIT: ("province", "parent", "unit"),
    Dashboard.LATE_RATE: ("province", "parent", "unit"),
    Dashboard.BACKLOG: ("province", "parent", "unit"),
    Dashboard.TARGETS: ("province",),
    Dashboard.PIPELINE: (),
}
"""Grafana variables named as the labels whose value they take."""


def dashboard_url(grafana: str, dashboard: Dashboard, labels: frozenset[str]) -> str:
    """A link with the variables that an alert with these labels can fill, as a Go template."""
    filled = [name for name in VARIABLES[dashboard] if name in labels]
    query = "&".join(f"var-{name}={{{{ $labels.{name} | urlquery }}}}" for name in filled)
    return f"{grafana}/d/{dashboard}{'?' + query if query else ''}"


def runbook_url(runbooks: str, alert: str) -> str:
    """The page that says what to do."""
    return f"{runbooks}/{alert}.md"
