"""Something dies: who is told, within how many minutes, and that no office is blamed for it."""

from tests.services.monitoring.pipeline_cases import DOWN, STALE, lag, watermark
from tests.services.monitoring.rule_cases import (
    TREE,
    Case,
    CaseFile,
    Fired,
    Series,
    open_cases,
    received,
    settled,
    together,
    up,
)

OFFICES = together(
    TREE,
    settled("C1", "7d", 2, 98),
    settled("C1", "prev_7d", 2, 98),
    settled("C1", "30d", 9, 391),
    open_cases("C1", in_time=70, due_soon=20, overdue=4),
    received("C1", "30d", 405),
)
"""A commune that is well."""
WITHHELD = 12
"""A database that dies in minute 10 leaves figures that are withheld two minutes later."""


def _ends(one: Series) -> Series:
    """A series that is on the page no longer."""
    return Series(one.metric, one.labels, f"{one.values}+0x{WITHHELD - 1} stale")


def _comes_back(one: Series) -> Series:
    """The same, and an hour later it is there again."""
    return Series(one.metric, one.labels, f"{_ends(one).values} _x59 {one.values}+0x300")


def _told(what: str, given: tuple[Series, ...], *, not_yet: int, told: int, alert: Fired) -> tuple[Case, Case]:
    """An alert that does not fire in one minute and does in another; both counted from the beginning."""
    return (
        Case(f"{what}: nothing in minute {not_yet}", given, at=f"{not_yet}m", silent=(alert.name,), quiet=True),
        Case(f"{what}: told in minute {told}", given, at=f"{told}m", fires=(alert,), quiet=True),
    )


CASES = (
    *_told(
        "the exporter dies in minute 10",
        together(OFFICES, up("1+0x9 0+0x60"), lag(0)),
        not_yet=12,
        told=14,
        alert=Fired(DOWN),
    ),
    *_told(
        "the database dies in minute 10",
        together(tuple(map(_ends, OFFICES)), up(), lag(0)),
        not_yet=14,
        told=16,
        alert=Fired(DOWN),
    ),
    *_told(
        "the projector freezes in minute 10 while records come",
        together(OFFICES, up(), watermark("0+60x10 600+0x60"), lag("0+0x10 300+300x60")),
        not_yet=20,
        told=21,
        alert=Fired(STALE, {"partition": "0"}, {"minutes": "11", "lag": "3300"}),
    ),
    Case(
        "the database comes back after an hour: the alert is over, and no office is blamed for the hour",
        together(tuple(map(_comes_back, OFFICES)), up(), lag(0)),
        at="180m",
        silent=(DOWN,),
        quiet=True,
    ),
)
OUTAGES = CaseFile(
    "outages", "Something dies: who is told, and within how many minutes; no office is blamed for it.", "1m", CASES
)
