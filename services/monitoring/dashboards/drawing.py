"""Panels as Grafana's JSON, by the types of its own kit."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from grafana_foundation_sdk.builders import bargauge, common, prometheus, stat, table, timeseries
from grafana_foundation_sdk.builders.dashboard import ThresholdsConfig
from grafana_foundation_sdk.models import common as kinds
from grafana_foundation_sdk.models.common import DataSourceRef
from grafana_foundation_sdk.models.dashboard import (
    DashboardFieldConfigSourceOverrides,
    DashboardSpecialValueMapOptions,
    DataTransformerConfig,
    DynamicConfigValue,
    FieldColor,
    FieldColorModeId,
    GridPos,
    MatcherConfig,
    SpecialValueMap,
    SpecialValueMatch,
    Threshold,
    ThresholdsMode,
    ValueMappingResult,
)
from grafana_foundation_sdk.models.dashboard import Panel as Drawn
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from services.monitoring.dashboards.parts import Column, Look, Measure, Panel, Query, Step
from services.monitoring.links import Dashboard
from services.monitoring.wording import Words

COLUMN_MIN: Final = 60
LABEL_WIDTHS: Final = {
    "unit": 90,
    "parent": 90,
    "level": 105,
    "scope": 80,
    "name": 215,
    "policy": 60,
    "time_zone": 140,
}
"""Pixels. Grafana gives each column of a listing 150 at least, and hides those that have no room then."""
HIDDEN: Final = ("Time", "replay_run")
"""Columns of no use; the second says of which run the figures of an audit Prometheus are."""
SOURCE: Final = DataSourceRef(type_val="prometheus", uid="${datasource}")
Builder = stat.Panel | timeseries.Panel | bargauge.Panel | table.Panel


def both(words: Words) -> str:
    """A title in both languages."""
    return f"{words.english} · {words.vietnamese}"


def drawn(panel: Panel, number: int, place: GridPos) -> Drawn:
    """One panel; `number` is its id on the page."""
    builder = _builder(panel)
    builder.id(number).grid_pos(place).title(both(panel.title))
    builder.description(f"{panel.said.english}\n\n{panel.said.vietnamese}").datasource(SOURCE)
    builder.no_value(panel.empty).unit(panel.measure.value).decimals(panel.decimals).thresholds(_steps(panel.steps))
    if panel.look in (Look.NUMBER, Look.BARS, Look.LISTING):
        builder.mappings([_nothing(panel.empty)])
    for target in _targets(panel):
        builder.with_target(target)
    found = builder.build()
    if found.field_config is not None:
        found.field_config.overrides = list(_overrides(panel))
    return found


def _nothing(text: str) -> SpecialValueMap:
    """Without a colour of its own, what is not known would be green, or red, as the lowest of values."""
    result = ValueMappingResult(text=text, color="text")
    return SpecialValueMap(DashboardSpecialValueMapOptions(match=SpecialValueMatch.NULL_AND_NAN, result=result))


def _builder(panel: Panel) -> Builder:
    last = common.ReduceDataOptions().calcs(["lastNotNull"]).values(False)
    match panel.look:
        case Look.NUMBER:
            graph = kinds.BigValueGraphMode.NONE
            plain = panel.steps[0].colour == "blue"
            colour = kinds.BigValueColorMode.NONE if plain else kinds.BigValueColorMode.VALUE
            name = kinds.BigValueTextMode.VALUE_AND_NAME if len(panel.queries) > 1 else kinds.BigValueTextMode.VALUE
            return stat.Panel().graph_mode(graph).color_mode(colour).text_mode(name).reduce_options(last)
        case Look.BARS:
            shown = bargauge.Panel().reduce_options(last).display_mode(kinds.BarGaugeDisplayMode.BASIC)
            return shown.orientation(kinds.VizOrientation.HORIZONTAL).min(0)
        case Look.LINES:
            return _graph(panel)
        case Look.LISTING:
            return _listing(panel)


def _graph(panel: Panel) -> timeseries.Panel:
    legend = common.VizLegendOptions().show_legend(True).placement(kinds.LegendPlacement.BOTTOM)
    legend.display_mode(kinds.LegendDisplayMode.LIST)
    tooltip = common.VizTooltipOptions().mode(kinds.TooltipDisplayMode.MULTI).sort(kinds.SortOrder.DESCENDING)
    graph = timeseries.Panel().legend(legend).tooltip(tooltip).line_width(1).show_points(kinds.VisibilityMode.NEVER)
    graph.span_nulls(False)
    if panel.stacked:
        graph.stacking(common.StackingConfig().mode(kinds.StackingMode.NORMAL).group("A")).fill_opacity(40)
    if panel.measure is not Measure.TIMES:  # multiples and scores may be below 0
        graph.min(0)
    return graph


def _listing(panel: Panel) -> table.Panel:
    single = len(panel.columns) == 1  # Grafana numbers the values only where there are several
    values = ["Value"] if single else [f"Value #{ref}" for ref in _refs()]
    titles = dict(panel.labels) | dict(zip(values, (column.title for column in panel.columns), strict=False))
    order = {name: place for place, name in enumerate(titles)}
    organised = {"excludeByName": dict.fromkeys(HIDDEN, True), "renameByName": titles, "indexByName": order}
    listing = table.Panel().cell_height(kinds.TableCellHeight.SM).show_header(True)
    listing.min_width(COLUMN_MIN)
    listing.with_transformation(DataTransformerConfig(id_val="merge", options={}))
    listing.with_transformation(DataTransformerConfig(id_val="organize", options=organised))
    if panel.sorted_by:
        listing.sort_by([common.TableSortByFieldState().display_name(panel.sorted_by).desc(True)])
    return listing


def _refs() -> Iterator[str]:
    yield from "ABCDEFGHIJKL"


def _targets(panel: Panel) -> Iterator[prometheus.Dataquery]:
    asked = panel.queries or tuple(Query(expression=column.expression) for column in panel.columns)
    for ref, query in zip(_refs(), asked, strict=False):
        target = prometheus.Dataquery().ref_id(ref).expr(query.expression).datasource(SOURCE)
        if panel.look is Look.LINES:
            target.range()
        else:
            target.instant()
        if panel.look is Look.LISTING:
            target.format(PromQueryFormat.TABLE)
        yield target.legend_format(query.legend) if query.legend else target


def _steps(steps: tuple[Step, ...]) -> ThresholdsConfig:
    found = [Threshold(value=step.value, color=step.colour) for step in steps]
    return ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(found)


def _overrides(panel: Panel) -> Iterator[DashboardFieldConfigSourceOverrides]:
    for query in panel.queries:
        if query.measure is not None:
            own = {"unit": query.measure.value, "decimals": query.decimals or 0}
            axis = {"custom.axisPlacement": "right"} if panel.look is Look.LINES else {}
            yield _override(query.legend, own | axis)
        if query.colour:
            yield _override(query.legend, {"color": FieldColor(FieldColorModeId.FIXED, query.colour)})
    for name, shown in panel.names:
        yield _override(name, {"displayName": shown})
    for column in panel.columns:
        yield _override(column.title, _column(column))
    for place, (label, title) in enumerate(panel.labels):
        links = {"links": [_link(panel.opens)]} if panel.opens and label == "name" else {}
        width = {"custom.width": LABEL_WIDTHS.get(label, _width(title))} if place else {}  # the first has the rest
        yield _override(title, {"unit": Measure.LABEL.value, **width, **links})


def _column(column: Column) -> Mapping[str, Any]:
    plain = {"unit": column.measure.value, "decimals": column.decimals, "custom.width": _width(column.title)}
    if not column.steps:
        return plain
    steps = _steps(column.steps).build()
    colour = FieldColor(mode=FieldColorModeId.THRESHOLDS)
    return plain | {"thresholds": steps, "color": colour, "custom.cellOptions": {"type": "color-text"}}


def _width(title: str) -> int:
    """Pixels that the title of a column needs, with the arrow of the sorted one."""
    return 15 * len(title) // 2 + 24


def _override(name: str, values: Mapping[str, Any]) -> DashboardFieldConfigSourceOverrides:
    return DashboardFieldConfigSourceOverrides(
        matcher=MatcherConfig(id_val="byName", options=name),
        properties=[DynamicConfigValue(id_val=key, value=value) for key, value in values.items()],
    )


def _link(dashboard: Dashboard) -> Mapping[str, Any]:
    """Opens a dashboard at the row's unit, with time, data source and province kept."""
    own = {Dashboard.UNIT: "unit", Dashboard.PARENT: "parent"}.get(dashboard)
    kept = [f"${{{name}:queryparam}}" for name in ("datasource", "province")]
    here = [f"var-{own}=${{__data.fields.{_CODE}}}"] if own else []
    return {
        "title": f"Open {dashboard.value.removeprefix('duecourse-')}",
        "url": f"/d/{dashboard.value}?{'&'.join([*here, *kept, '${__url_time_range}'])}",
        "targetBlank": False,
    }


_CODE: Final = "Code"
"""The title under which listings show the code of a row's unit."""
