"""Open cases: a wave before its dates, a backlog that grows, the oldest case; overdue ones over days."""

from tests.services.monitoring.rule_cases import (
    COMMUNE_LABELS,
    TREE,
    Case,
    CaseFile,
    Fired,
    Series,
    open_cases,
    received,
    settled,
    together,
)

GROWING, WAVE, OLDEST = "DuecourseBacklogGrowing", "DuecourseDueSoonWave", "DuecourseOldestCase"
RISING, STUCK = "DuecourseOverdueRising", "DuecourseOverdueStuck"
RULES = ("recording", "offices")
DAY_SECONDS = 86_400


def oldest(received_days_ago: int) -> Series:
    """The clock of promtool begins at the epoch, so the case came before it."""
    metric = "duecourse_cases_open_oldest_received_timestamp_seconds"
    return Series(metric, {"unit": "C1"}, -received_days_ago * DAY_SECONDS)


def flows(came: int, went: int, still_open: int) -> tuple[Series, ...]:
    """A commune with so many cases received and settled in 30 days, and open now."""
    return together(
        TREE, received("C1", "30d", came), settled("C1", "30d", 0, went), open_cases("C1", in_time=still_open)
    )


def wave(due_soon: int, went: int) -> tuple[Series, ...]:
    return together(TREE, settled("C1", "30d", 0, went), open_cases("C1", due_soon=due_soon, in_time=200))


MINUTE_CASES = (
    Case(
        "300 received, 200 settled in 30 days",
        flows(300, 200, 120),
        at="80m",
        fires=(Fired(GROWING, COMMUNE_LABELS, {"received": "300", "settled": "200", "open": "120"}),),
    ),
    Case("300 received, 260 settled: within what a month may bring", flows(300, 260, 120), at="80m", silent=(GROWING,)),
    Case("60 received, 20 settled by a unit with 45 open cases", flows(60, 20, 45), at="80m", silent=(GROWING,)),
    Case(
        "a wave: 40 fall due by a unit that settles 105 in 30 days",
        wave(40, 105),
        at="80m",
        fires=(Fired(WAVE, COMMUNE_LABELS, {"due_soon": "40", "settled": "105"}),),
    ),
    Case(
        "27 fall due by a unit that settles 105 in 30 days: chance may bring it",
        wave(27, 105),
        at="80m",
        silent=(WAVE,),
    ),
    Case(
        "288 fall due on the Monday after a long holiday by units that settle 2,412 in 30 days, as in the sample",
        wave(288, 2_412),
        at="80m",
        silent=(WAVE,),
    ),
    Case("19 fall due by a unit that settled nothing", wave(19, 0), at="80m", silent=(WAVE,)),
    Case(
        "a wave that is over within the hour: cases entered in bulk, receptions before decisions",
        together(TREE, settled("C1", "30d", 0, 105), open_cases("C1", due_soon="5+0x3 200+0x8 5+0x8")),
        at="80m",
        quiet=True,
    ),
    Case(
        "the oldest case is 200 days old",
        together(TREE, oldest(200)),
        at="80m",
        fires=(Fired(OLDEST, COMMUNE_LABELS, {"days": "200"}),),
    ),
    Case("the oldest case is 179 days old", together(TREE, oldest(179)), at="80m", silent=(OLDEST,)),
)
BACKLOG = CaseFile("backlog", "Open cases, by five minutes.", "5m", MINUTE_CASES, rules=RULES)

SAW = " ".join(["20+3x7 44-3x7"] * 5)
"""Twenty overdue cases at night, more by day: the same every other day."""
DAY_CASES = (
    Case(
        "overdue cases grow by 42 a week for 8 days",
        together(TREE, open_cases("C1", overdue="10+0.75x70")),
        at="192h",
        fires=(Fired(RISING, COMMUNE_LABELS, {"overdue": "58", "growth": "42"}),),
    ),
    Case(
        "overdue cases that come and go",
        together(TREE, open_cases("C1", overdue=SAW)),
        at="192h",
        silent=(RISING,),
    ),
    Case(
        "overdue cases grow from 1 to 9 in a week: nothing that a small unit could not have by chance",
        together(TREE, open_cases("C1", overdue="1+0.15x55 9+0x10")),
        at="168h",
        silent=(RISING,),
    ),
    Case(
        "a unit that is known for three days only: no week to judge by",
        together(TREE, open_cases("C1", overdue="_x40 10+3x27")),
        at="192h",
        silent=(RISING, STUCK),
    ),
    Case(
        "six overdue cases for eleven days",
        together(TREE, open_cases("C1", overdue=6)),
        at="264h",
        fires=(Fired(STUCK, COMMUNE_LABELS, {"least": "6", "overdue": "6"}),),
    ),
    Case(
        "overdue cases that were down to 4 a week ago",
        together(TREE, open_cases("C1", overdue="8+0x32 4+0x0 8+0x60")),
        at="264h",
        silent=(STUCK,),
    ),
)
BACKLOG_DAYS = CaseFile("backlog_days", "Overdue cases, by three hours over days.", "3h", DAY_CASES, rules=RULES)
