"""Every dashboard as a file under `deploy/`."""

from collections.abc import Mapping

from services.monitoring.dashboards.backlog import backlog
from services.monitoring.dashboards.late_rate import late_rate
from services.monitoring.dashboards.overview import overview
from services.monitoring.dashboards.page import dashboard_json
from services.monitoring.dashboards.parent import parent
from services.monitoring.dashboards.parts import Page, Premises
from services.monitoring.dashboards.pipeline import pipeline
from services.monitoring.dashboards.targets import targets
from services.monitoring.dashboards.unit import unit

PAGES = (overview, parent, unit, late_rate, backlog, targets, pipeline)


def pages(premises: Premises) -> tuple[Page, ...]:
    """All of them, as they are linked."""
    return tuple(page(premises) for page in PAGES)


def dashboard_files(premises: Premises) -> Mapping[str, str]:
    """JSON by path."""
    return {
        f"grafana/dashboards/{page.dashboard.value.removeprefix('duecourse-')}.json": dashboard_json(page, premises)
        for page in pages(premises)
    }
