"""A whole dashboard: freshness above, rows of panels below, as the JSON that Grafana is given."""

import json
from collections.abc import Iterator, Sequence
from typing import Final

from grafana_foundation_sdk.builders.dashboard import Dashboard as Building
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import DashboardCursorSync, GridPos, RowPanel
from grafana_foundation_sdk.models.dashboard import Panel as Drawn

from services.monitoring.dashboards.drawing import both, drawn
from services.monitoring.dashboards.freshness import freshness
from services.monitoring.dashboards.parts import COLUMNS, Page, Premises, Row
from services.monitoring.dashboards.selections import annotations, links, variables

REFRESH: Final = "1m"
TAG: Final = "duecourse"


class LayoutImpossible(ValueError):
    """A row of a page does not fill whole lines of the grid; says which."""


def dashboard_json(page: Page, premises: Premises) -> str:
    """The file."""
    found = Building(f"Duecourse: {both(page.title)}").uid(page.dashboard.value).tags([TAG]).readonly()
    found.description(f"{page.said.english}\n\n{page.said.vietnamese}").timezone(premises.time_zone).refresh(REFRESH)
    found.time(page.since, "now").tooltip(DashboardCursorSync.CROSSHAIR).week_start("monday")
    found.variables(list(variables(page.dashboard, windowed=page.windowed)))
    found.annotations(list(annotations(premises.days_off))).links(list(links(page.dashboard)))
    built = found.build()
    built.panels = list(_placed((freshness(), *page.rows)))
    return json.dumps(built, cls=JSONEncoder, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _placed(rows: Sequence[Row]) -> Iterator[Drawn | RowPanel]:
    """Panels from left to right, a new line where one is full; ids by place."""
    number, top = 0, 0
    for row in rows:
        number += 1
        heading = GridPos(h=1, w=COLUMNS, x=0, y=top)
        yield RowPanel(title=both(row.title), id_val=number, grid_pos=heading, collapsed=False, panels=[])
        top, left, height = top + 1, 0, 0
        for panel in row.panels:
            if left + panel.width > COLUMNS:
                raise LayoutImpossible(f"{row.title.english}: {panel.title.english} does not fit: change its width")
            number += 1
            yield drawn(panel, number, GridPos(h=panel.height, w=panel.width, x=left, y=top))
            left, height = left + panel.width, max(height, panel.height)
            if left == COLUMNS:
                top, left, height = top + height, 0, 0
        top += height
