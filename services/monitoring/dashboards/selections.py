"""The variables at the top of a dashboard, and the lines that mark its graphs."""

from collections.abc import Iterator
from typing import Final

from grafana_foundation_sdk.builders.dashboard import (
    AnnotationQuery,
    CustomVariable,
    DashboardLink,
    DatasourceVariable,
    QueryVariable,
)
from grafana_foundation_sdk.models.common import DataSourceRef
from grafana_foundation_sdk.models.dashboard import DashboardLinkType, VariableOption, VariableRefresh, VariableSort

from services.monitoring.dashboards.drawing import SOURCE
from services.monitoring.levels import INFO
from services.monitoring.links import VARIABLES, Dashboard

ALL: Final = ".+"
PICKED: Final = r'/name="(?<text>[^"]+)".*unit="(?<value>[^"]+)"/'
"""Names for people, codes for queries, from a series as Grafana writes it."""
PROVINCES: Final = f'query_result({INFO}{{parent=""}})'
PARENTS: Final = (
    f'query_result({INFO}{{province=~"$province"}} and on (unit)'
    f' label_replace(group by (parent) ({INFO}{{parent!=""}}), "unit", "$1", "parent", "(.+)"))'
)
UNITS: Final = f'query_result({INFO}{{province=~"$province", parent=~"$parent|"}})'
WINDOWS: Final = "7d,30d,month,year"
CASES_LEAST: Final = "1,5,10,20,50,100"
LABELS: Final = {
    "province": ("Province · Tỉnh", PROVINCES),
    "parent": ("Under · Cấp trên", PARENTS),
    "unit": ("Unit · Đơn vị", UNITS),
}


Variable = DatasourceVariable | QueryVariable | CustomVariable


def variables(dashboard: Dashboard, *, windowed: bool) -> Iterator[Variable]:
    """The data source, the places of the dashboard's links, and the window where its figures can have several."""
    chosen = VariableOption(text="Prometheus", value="prometheus")
    yield DatasourceVariable("datasource").label("Data source · Nguồn").type("prometheus").current(chosen)
    for name in VARIABLES[dashboard]:
        yield _place(name, one=name == "unit" or (dashboard, name) == (Dashboard.PARENT, "parent"))
    if windowed:
        picked = VariableOption(text="30d", value="30d")
        yield CustomVariable("window").label("Settled within · Trong").values(WINDOWS).current(picked)
        least = VariableOption(text="10", value="10")
        yield CustomVariable("least").label("Cases at least · Ít nhất").values(CASES_LEAST).current(least)


def _place(name: str, *, one: bool) -> QueryVariable:
    """`one`: a single place must be chosen; else all of them may be."""
    label, query = LABELS[name]
    found = QueryVariable(name).label(label).datasource(SOURCE).query({"query": query, "refId": "A"}).definition(query)
    found.regex(PICKED).sort(VariableSort.ALPHABETICAL_ASC).refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
    if one:
        return found
    everywhere = VariableOption(text="All", value="$__all")
    return found.include_all(True).all_value(ALL).current(everywhere)


def annotations(days_off: str) -> Iterator[AnnotationQuery]:
    """Days off, alerts of provinces, and what was done to the service; `days_off` is 1 on them."""
    alerts = 'ALERTS{alertstate="firing", scope="province", province=~".+"}'
    yield _mark("Days off · Ngày nghỉ", days_off, "blue", "1h", "Day off · Ngày nghỉ")
    yield _mark("Alerts of provinces · Cảnh báo cấp tỉnh", alerts, "red", "5m", "{{alertname}} {{province}}")
    rewinds = "sum by (partition) (increase(duecourse_projection_rewinds_total[$__rate_interval])) > 0"
    yield _mark("Read again · Đọc lại", rewinds, "orange", "5m", "Partition {{partition}} was read again")
    version = "duecourse_build_info unless on (version) (duecourse_build_info offset 10m)"
    yield _mark("Releases · Phiên bản", version, "purple", "5m", "Release {{version}}")


def _mark(name: str, expression: str, colour: str, step: str, title: str) -> AnnotationQuery:
    source = DataSourceRef(type_val="prometheus", uid="${datasource}")
    found = AnnotationQuery().name(name).datasource(source).enable(True).hide(False).icon_color(colour)
    return found.expr(expression).step(step).title_format(title)


def links(shown: Dashboard) -> Iterator[DashboardLink]:
    """To every other dashboard, with variables and time."""
    for dashboard in Dashboard:
        if dashboard is not shown:
            title = dashboard.value.removeprefix("duecourse-").replace("-", " ").capitalize()
            found = DashboardLink(title).type(DashboardLinkType.LINK).url(f"/d/{dashboard.value}")
            yield found.keep_time(True).include_vars(True).tooltip(title).icon("external link")
