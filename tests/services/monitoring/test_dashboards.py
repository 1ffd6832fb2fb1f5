"""The dashboards as files: what each must have, so that a person finds the way and no query is read wrongly."""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard as Model

from services.exporter.families import PIPELINE_FAMILIES
from services.monitoring.links import VARIABLES, Dashboard
from tests.services.monitoring.case_files import groups
from tests.services.monitoring.dashboard_files import (
    FOLDER,
    Asked,
    dashboards,
    other_queries,
    panel_queries,
    panels,
)

pytestmark = pytest.mark.slow

FOUND = dashboards()
QUERIES = [*panel_queries(), *other_queries()]
WINDOWED = re.compile(
    r"duecourse_cases_(?:settled|received|returned|became_overdue)(?::sum)?(?P<matchers>\{[^{}]*\})?(?![\w:])"
)
UNWINDOWED_BY = re.compile(r"sum by \([^)]*window[^)]*\)")
COUNTER = re.compile(r"\w+_total(?:\{[^}]*\})?(?:\[[^\]]+\])?")
PLACES = {"province": "H99", "parent": ".+", "unit": "H99.01"}
COLUMNS = 24

each_file = pytest.mark.parametrize("name", FOUND)


def ids(one: Asked) -> str:
    return f"{one.file}: {one.place} {one.ref}"


each_query = pytest.mark.parametrize("asked", QUERIES, ids=ids)


def test_there_is_one_file_for_every_dashboard_that_alerts_link_to() -> None:
    assert {one["uid"] for one in FOUND.values()} == {one.value for one in Dashboard}
    assert all(FOUND[one.value.removeprefix("duecourse-")]["uid"] == one.value for one in Dashboard)


@each_file
def test_grafanas_own_types_read_and_write_a_file_without_a_change(name: str) -> None:
    written = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    again = json.loads(json.dumps(Model.from_json(written), cls=JSONEncoder))
    assert again == written


@each_file
def test_a_dashboard_is_read_only_and_says_its_time_zone_and_what_it_is(name: str) -> None:
    found = FOUND[name]
    assert found["editable"] is False
    assert found["timezone"] == "Asia/Ho_Chi_Minh"
    assert " · " in found["title"]
    assert found["description"]
    assert found["schemaVersion"] == 42


@each_file
def test_every_panel_has_title_description_unit_queries_and_the_chosen_data_source(name: str) -> None:
    for panel in panels(FOUND[name]):
        title = panel["title"]
        assert " · " in title, title
        assert "\n\n" in panel["description"], f"{title}: both languages"
        assert panel["fieldConfig"]["defaults"]["unit"], title
        assert panel["targets"], title
        assert panel["fieldConfig"]["defaults"]["noValue"], f"{title}: says what nothing means"
        sources = [panel["datasource"], *(target["datasource"] for target in panel["targets"])]
        assert {source["uid"] for source in sources} == {"${datasource}"}, title


@each_file
def test_panels_fill_the_grid_without_covering_each_other_and_have_ids_of_their_own(name: str) -> None:
    found = FOUND[name]["panels"]
    assert len({panel["id"] for panel in found}) == len(found)
    for panel in found:
        assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= COLUMNS
    for one, other in combinations(found, 2):
        assert not overlap(one["gridPos"], other["gridPos"]), (one["title"], other["title"])
    assert all(width == COLUMNS for width in line_widths(found)), f"{name}: a line is not full"


def overlap(one: Mapping[str, int], other: Mapping[str, int]) -> bool:
    across = one["x"] < other["x"] + other["w"] and other["x"] < one["x"] + one["w"]
    return across and one["y"] < other["y"] + other["h"] and other["y"] < one["y"] + one["h"]


def line_widths(found: list[Mapping[str, Any]]) -> Iterator[int]:
    for top in {panel["gridPos"]["y"] for panel in found}:
        yield sum(panel["gridPos"]["w"] for panel in found if panel["gridPos"]["y"] == top)


@each_file
def test_freshness_and_completeness_stand_above_everything(name: str) -> None:
    first = [panel["title"].split(" · ")[0] for panel in list(panels(FOUND[name]))[:6]]
    assert first == [
        "Age of figures",
        "Last record",
        "Waiting",
        "Halted",
        "Refused, 24 h",
        "Differences",
    ]


@each_file
def test_counts_are_written_out_and_what_is_not_known_has_no_colour_of_its_own(name: str) -> None:
    assert '"short"' not in json.dumps(FOUND[name]), "1 K beside a rate is no number of cases"
    for panel in panels(FOUND[name]):
        if panel["type"] != "timeseries":
            [unknown] = panel["fieldConfig"]["defaults"]["mappings"]
            assert unknown["options"]["match"] == "null+nan"
            assert unknown["options"]["result"]["color"] == "text"


@each_file
def test_the_columns_of_a_listing_have_room_in_it(name: str) -> None:
    """Grafana hides what lies beyond the panel's edge; a screen of 1,920 pixels leaves 1,600."""
    for panel in panels(FOUND[name]):
        if panel["type"] == "table":
            taken = sum(column_widths(panel)) + panel["fieldConfig"]["defaults"]["custom"]["minWidth"]
            assert taken < 1_600 * panel["gridPos"]["w"] / COLUMNS - 24, panel["title"]


def column_widths(panel: Mapping[str, Any]) -> Iterator[int]:
    for override in panel["fieldConfig"]["overrides"]:
        yield from (one["value"] for one in override["properties"] if one["id"] == "custom.width")


@each_file
def test_variables_are_those_that_links_fill(name: str) -> None:
    found = [variable["name"] for variable in FOUND[name]["templating"]["list"]]
    places = [one for one in found if one not in ("datasource", "window", "least")]
    assert found[0] == "datasource"
    assert tuple(places) == VARIABLES[Dashboard(FOUND[name]["uid"])]


@each_file
def test_one_unit_or_parent_is_chosen_where_a_sum_over_several_would_count_twice(name: str) -> None:
    several = {one["name"] for one in FOUND[name]["templating"]["list"] if one.get("includeAll")}
    assert "unit" not in several
    assert name != "parent" or "parent" not in several


@each_file
def test_every_link_leads_to_a_dashboard_and_every_variable_that_is_used_exists(name: str) -> None:
    text = json.dumps(FOUND[name])
    paths = {urlsplit(url).path for url in re.findall(r'"url": "([^"]+)"', text)}
    assert paths
    assert paths <= {f"/d/{one.value}" for one in Dashboard}
    used = set(re.findall(r"\$\{?(\w+)", text)) - {"1"}
    known = {variable["name"] for variable in FOUND[name]["templating"]["list"]}
    assert {one for one in used if not one.startswith("__")} <= known


def test_the_worst_unit_is_one_click_away_from_the_overview() -> None:
    [worst] = [panel for panel in panels(FOUND["overview"]) if panel["title"].startswith("Highest late share")]
    links = [link["url"] for link in field_links(worst)]
    assert any(url.startswith("/d/duecourse-unit?var-unit=${__data.fields.Code}") for url in links)


def field_links(panel: Mapping[str, Any]) -> Iterator[Mapping[str, str]]:
    for override in panel["fieldConfig"]["overrides"]:
        for one in override["properties"]:
            if one["id"] == "links":
                yield from one["value"]


@each_query
def test_a_query_names_one_window_for_every_figure_that_has_several(asked: Asked) -> None:
    for found in WINDOWED.finditer(asked.expression):
        assert re.search(r'window="[^"|]+"', found["matchers"] or ""), found.group()


@each_query
def test_counters_stand_only_in_rates_and_increases(asked: Asked) -> None:
    bare = re.sub(r"(?:rate|increase)\(" + COUNTER.pattern + r"\)", "", asked.expression)
    assert "_total" not in bare
    for interval in re.findall(r"\brate\([^[]+\[([^\]]+)\]", asked.expression):
        assert interval == "$__rate_interval"


@each_query
def test_a_query_asks_for_what_is_exported_or_recorded(asked: Asked) -> None:
    recorded = {rule.name for group in groups() for rule in group.rules}
    exported = {family.name for family in PIPELINE_FAMILIES} | {"duecourse_event_to_metric_seconds_bucket"}
    for name in re.findall(r"\b(?:\w+:)?duecourse[\w:]*:?\w+", asked.expression):
        cases = name.startswith(("duecourse_cases_", "duecourse_unit_info", "duecourse_data_quality_cases"))
        assert cases or name in recorded | exported or name == "duecourse", name


def test_promtool_finds_no_fault_in_any_query(promtool: str, tmp_path: Path) -> None:
    rules = [{"record": f"asked:query:{number}", "expr": asked.filled(PLACES)} for number, asked in enumerate(QUERIES)]
    file = tmp_path / "queries.yml"
    file.write_text(json.dumps({"groups": [{"name": "queries", "rules": rules}]}), encoding="utf-8")
    said = subprocess.run(
        [promtool, "check", "rules", "--lint=none", file], capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stdout + said.stderr
