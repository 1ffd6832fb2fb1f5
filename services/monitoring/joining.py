"""Names for the labels of an alert: joined on after the comparison, so that a unit that is renamed stays one unit."""

from typing import Final

from services.monitoring.levels import INFO

UNIT_NAMES: Final = f"* on (unit) group_left (name, parent, province) {INFO}"
PARENT_NAMES: Final = (
    "* on (parent) group_left (name, province)\n"
    "  max by (parent, name, province) (\n"
    f'    label_replace({INFO}{{parent!=""}}, "parent", "$1", "unit", "(.+)")\n'
    "  )"
)
"""A parent that is the whole tree's root has no name here: the alerts of the province speak of it."""
PROVINCE_NAMES: Final = (
    "* on (province) group_left (name)\n"
    "  max by (province, name) (\n"
    f'    label_replace({INFO}, "province", "$1", "unit", "(.+)")\n'
    "  )"
)


def named(expression: str, names: str) -> str:
    """The expression with names joined to what it finds."""
    inside = "\n".join(f"  {line}" for line in expression.split("\n"))
    return f"(\n{inside}\n) {names}"
