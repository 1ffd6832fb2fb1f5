"""What a dashboard is made of, said without Grafana: queries, columns, panels, rows."""

from decimal import Decimal
from enum import StrEnum
from typing import Final

from msgspec import Struct

from services.monitoring.links import Dashboard
from services.monitoring.wording import Words

COLUMNS: Final = 24
"""Width of Grafana's grid."""


class Look(StrEnum):
    """How a panel shows what it asks for; the value is the name of Grafana's panel."""

    NUMBER = "stat"
    LINES = "timeseries"
    BARS = "bargauge"
    LISTING = "table"


class Measure(StrEnum):
    """Units in Grafana's names. Counts are written out: its `short` would make 1 K of 1,499 cases."""

    CASES = "locale"
    SHARE = "percentunit"
    SECONDS = "s"
    PER_SECOND = "cps"
    BYTES = "bytes"
    TIMES = "none"
    MOMENT = "dateTimeFromNow"
    LABEL = "string"


class Step(Struct, frozen=True):
    """From a value on, a colour; the first step has no value."""

    value: float | None
    colour: str


NEUTRAL: Final = (Step(None, "blue"),)
NONE_IS_GOOD: Final = (Step(None, "green"), Step(1, "red"))


class Query(Struct, frozen=True, kw_only=True):
    """One query; `legend` names what it finds, with `{{label}}` for labels. `measure` where not the panel's.

    `colour` of its line, where the next of the palette would say something else.
    """

    expression: str
    legend: str = ""
    measure: Measure | None = None
    decimals: int | None = None
    colour: str = ""


class Column(Struct, frozen=True, kw_only=True):
    """A column of a listing: values that share the listing's labels with the other columns."""

    title: str
    expression: str
    measure: Measure = Measure.CASES
    decimals: int = 0
    steps: tuple[Step, ...] = ()


class Panel(Struct, frozen=True, kw_only=True):
    """A panel; `width` of 24 and `height` in Grafana's grid. `empty` is shown where the queries find nothing.

    `names`: what is shown in place of a legend that is for programs.
    """

    look: Look
    title: Words
    said: Words
    width: int
    height: int = 8
    queries: tuple[Query, ...] = ()
    measure: Measure = Measure.CASES
    decimals: int = 0
    steps: tuple[Step, ...] = NEUTRAL
    stacked: bool = False
    empty: str = "–"
    names: tuple[tuple[str, str], ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    columns: tuple[Column, ...] = ()
    sorted_by: str = ""
    opens: Dashboard | None = None


class Premises(Struct, frozen=True):
    """What differs from site to site: the share of settled cases that may be late, and where the clock hangs.

    `days_off` is a query that is 1 on days off.
    """

    objective: Decimal
    time_zone: str
    days_off: str

    @property
    def over(self) -> tuple[Step, ...]:
        """Red from the target on."""
        return (Step(None, "text"), Step(float(self.objective), "red"))


class Row(Struct, frozen=True):
    """Panels side by side under a heading."""

    title: Words
    panels: tuple[Panel, ...]


class Page(Struct, frozen=True, kw_only=True):
    """One dashboard; `since` is the time it shows at first."""

    dashboard: Dashboard
    title: Words
    said: Words
    rows: tuple[Row, ...]
    since: str = "now-30d"
    windowed: bool = False


def number(
    title: Words,
    said: Words,
    *queries: Query,
    width: int = 4,
    measure: Measure = Measure.CASES,
    decimals: int = 0,
    steps: tuple[Step, ...] = NEUTRAL,
    empty: str = "–",
) -> Panel:
    """A large number, several beside each other where there are several queries."""
    return Panel(
        look=Look.NUMBER,
        title=title,
        said=said,
        queries=queries,
        width=width,
        height=4,
        measure=measure,
        decimals=decimals,
        steps=steps,
        empty=empty,
    )


def lines(
    title: Words,
    said: Words,
    *queries: Query,
    width: int = 12,
    measure: Measure = Measure.CASES,
    decimals: int = 0,
    stacked: bool = False,
    empty: str = "–",
) -> Panel:
    """A graph over time."""
    return Panel(
        look=Look.LINES,
        title=title,
        said=said,
        queries=queries,
        width=width,
        measure=measure,
        decimals=decimals,
        stacked=stacked,
        empty=empty,
    )
