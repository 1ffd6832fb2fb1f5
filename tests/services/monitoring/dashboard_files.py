"""The dashboards as they are committed, and their queries with every variable filled in."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.services.monitoring.case_files import DEPLOY

FOLDER = DEPLOY / "grafana/dashboards"
PARENT = "H99.32"
FILLED = {
    "$__rate_interval": "1m",
    "$__range": "1h",
    "${datasource}": "prometheus",
    "$datasource": "prometheus",
    "$window": "30d",
    "$least": "1",
}


@dataclass(frozen=True)
class Asked:
    """A query of a dashboard: `place` says whose."""

    file: str
    place: str
    ref: str
    expression: str

    def filled(self, variables: Mapping[str, str]) -> str:
        """As Grafana would send it; the dashboard of a parent shows one."""
        return filled(self.expression, {**variables, "parent": PARENT} if self.file == "parent" else variables)


def filled(text: str, variables: Mapping[str, str]) -> str:
    values = FILLED | {f"${name}": value for name, value in variables.items()}
    for name in sorted(values, key=len, reverse=True):
        text = text.replace(name, values[name])
    return text


def dashboards() -> Mapping[str, Any]:
    """Every file by its name without ending."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}


def panels(dashboard: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Those that show something: headings are left out."""
    yield from (panel for panel in dashboard["panels"] if panel["type"] != "row")


def panel_queries() -> Iterator[Asked]:
    for name, dashboard in dashboards().items():
        for panel in panels(dashboard):
            for target in panel["targets"]:
                yield Asked(name, panel["title"].split(" · ")[0], target["refId"], target["expr"])


def other_queries() -> Iterator[Asked]:
    """Those of variables and annotations."""
    for name, dashboard in dashboards().items():
        for variable in dashboard["templating"]["list"]:
            if variable["type"] == "query":
                inner = variable["query"]["query"].removeprefix("query_result(").removesuffix(")")
                yield Asked(name, f"variable {variable['name']}", "A", inner)
        for annotation in dashboard["annotations"]["list"]:
            yield Asked(name, f"annotation {annotation['name']}", "A", annotation["expr"])
