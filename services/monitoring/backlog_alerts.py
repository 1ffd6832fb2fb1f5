"""Alerts on open cases: overdue ones that grow or stay, a backlog that grows, a wave before its dates, the oldest case.

Judged unit by unit; in a parent's sum one unit would hide another.
"""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from services.monitoring.figures import LATE, OVERDUE
from services.monitoring.joining import UNIT_NAMES, named
from services.monitoring.levels import OVERDUE_HOURLY, UNIT
from services.monitoring.links import Dashboard
from services.monitoring.rules import Alert, Scope, Severity
from services.monitoring.thresholds import (
    BACKLOG_MIN,
    BACKLOG_RATIO_MIN,
    BACKLOG_Z,
    DUE_SOON_MIN,
    DUE_SOON_WORKING_DAYS,
    DUE_SOON_Z,
    OLDEST_DAYS_MAX,
    OVERDUE_GROWTH_MIN,
    OVERDUE_GROWTH_ROOTS_MIN,
    OVERDUE_MIN,
    STUCK_MIN,
    WORKING_DAYS_IN_30,
)
from services.monitoring.wording import Label, Number, Said, Value, Words

HOLD: Final = "1h"
"""Longer than a bulk entry takes in which receptions come before decisions."""
KEEP: Final = "30m"


class Cases(Struct, frozen=True):
    """A count of cases: `each` by unit, `own` that of the alert's unit."""

    metric: str
    matcher: str

    @property
    def each(self) -> str:
        return f"sum by (unit) ({self.metric}{{{self.matcher}}})" if self.matcher else f"sum by (unit) ({self.metric})"

    @property
    def own(self) -> Number:
        matchers = ", ".join(filter(None, ("unit=%q", self.matcher)))
        return Number(f"sum ({self.metric}{{{matchers}}})", ("unit",))


OVERDUE_CASES: Final = Cases(OVERDUE.metric, OVERDUE.part)
DUE_SOON: Final = Cases(OVERDUE.metric, 'deadline="due_soon"')
OPEN: Final = Cases(OVERDUE.metric, "")
RECEIVED: Final = Cases("duecourse_cases_received", 'window="30d"')
SETTLED: Final = Cases(LATE.metric, 'window="30d"')
_OVERDUE: Final = OVERDUE_CASES.each
_DUE_SOON: Final = DUE_SOON.each
_RECEIVED: Final = RECEIVED.each
_SETTLED: Final = UNIT.whole(LATE, "30d")


def backlog_alerts() -> Iterator[Alert]:
    yield _overdue_rising()
    yield _overdue_stuck()
    yield _backlog_growing()
    yield _due_soon_wave()
    yield _oldest_case()


def _overdue_rising() -> Alert:
    week = f"deriv({OVERDUE_HOURLY}[7d]) * 7 * 86400"
    return _unit_alert(
        "DuecourseOverdueRising",
        "overdue",
        f"{week} > {OVERDUE_GROWTH_MIN} * {_OVERDUE}\n"
        f"and {week} > {OVERDUE_GROWTH_ROOTS_MIN} * sqrt({_OVERDUE})\n"
        f"and {_OVERDUE} >= {OVERDUE_MIN}\n"
        f"and count_over_time({OVERDUE_HOURLY}[3h] offset 165h) > 0",
        Words("{name}: overdue cases are rising", "{name}: hồ sơ quá hạn đang tăng"),
        Words(
            "{overdue} open cases are past their date; over the last 7 days they grew by about {growth} a week.",
            "Hiện có {overdue} hồ sơ đang giải quyết đã quá hạn; 7 ngày qua tăng khoảng {growth} hồ sơ mỗi tuần.",
        ),
        {"overdue": OVERDUE_CASES.own, "growth": Value()},
    )


def _overdue_stuck() -> Alert:
    return _unit_alert(
        "DuecourseOverdueStuck",
        "overdue",
        f"min_over_time({OVERDUE_HOURLY}[10d]) >= {STUCK_MIN}\n"
        f"and count_over_time({OVERDUE_HOURLY}[3h] offset 237h) > 0",
        Words("{name}: overdue cases stay unsettled", "{name}: hồ sơ quá hạn tồn đọng kéo dài"),
        Words(
            "For ten days never fewer than {least} open cases were past their date; now there are {overdue}.",
            "Suốt 10 ngày qua luôn có ít nhất {least} hồ sơ quá hạn chưa giải quyết; hiện nay là {overdue}.",
        ),
        {"overdue": OVERDUE_CASES.own, "least": Value()},
    )


def _backlog_growing() -> Alert:
    return _unit_alert(
        "DuecourseBacklogGrowing",
        "backlog",
        f"{_RECEIVED} - {_SETTLED}\n  > {BACKLOG_Z} * sqrt({_RECEIVED} + {_SETTLED})\n"
        f"and {_RECEIVED} > {BACKLOG_RATIO_MIN} * {_SETTLED}\n"
        f"and {OPEN.each} >= {BACKLOG_MIN}",
        Words("{name}: the backlog is growing", "{name}: hồ sơ tồn đọng đang tăng"),
        Words(
            "In the last 30 days {received} cases were received and {settled} settled; {open} are open.",
            "30 ngày qua tiếp nhận {received} hồ sơ, giải quyết {settled} hồ sơ; hiện còn {open} hồ sơ chưa xong.",
        ),
        {"received": RECEIVED.own, "settled": SETTLED.own, "open": OPEN.own},
    )


def _due_soon_wave() -> Alert:
    """More dates come than were ever met: the moment at which an apology with a new date is still lawful."""
    usual = f"{DUE_SOON_WORKING_DAYS} * {_SETTLED} / {WORKING_DAYS_IN_30}"
    return _unit_alert(
        "DuecourseDueSoonWave",
        "due_soon",
        f"{_DUE_SOON} > {usual} + {DUE_SOON_Z} * sqrt({usual})\nand {_DUE_SOON} >= {DUE_SOON_MIN}",
        Words("{name}: many cases fall due at once", "{name}: nhiều hồ sơ cùng sắp đến hạn"),
        Words(
            "{due_soon} open cases fall due today or in the next days; {settled} were settled in the last 30 days."
            " Where a date cannot be kept, the apology with a new date must go out before it passes.",
            "{due_soon} hồ sơ sẽ đến hạn hôm nay hoặc trong vài ngày tới, trong khi 30 ngày qua giải quyết {settled} hồ"
            " sơ. Hồ sơ nào không kịp thì phải gửi thư xin lỗi và hẹn lại ngày trả trước khi quá hạn.",
        ),
        {"due_soon": DUE_SOON.own, "settled": SETTLED.own},
        severity=Severity.INFO,
    )


def _oldest_case() -> Alert:
    oldest = "max by (unit) (duecourse_cases_open_oldest_received_timestamp_seconds)"
    return _unit_alert(
        "DuecourseOldestCase",
        "oldest_case",
        f"(time() - {oldest}) / 86400 > {OLDEST_DAYS_MAX}",
        Words("{name}: a case is open for {days} days", "{name}: có hồ sơ kéo dài {days} ngày"),
        Words(
            "The oldest open case was received {days} days ago. Either it is forgotten, or its end was never reported.",
            "Hồ sơ cũ nhất chưa giải quyết đã tiếp nhận từ {days} ngày trước: hoặc bị bỏ quên, hoặc kết quả chưa được"
            " cập nhật.",
        ),
        {"days": Value()},
        severity=Severity.INFO,
    )


def _unit_alert(
    name: str,
    figure: str,
    expression: str,
    summary: Words,
    description: Words,
    said: dict[str, Said],
    *,
    severity: Severity = Severity.WARNING,
) -> Alert:
    return Alert(
        name=name,
        severity=severity,
        scope=Scope.UNIT,
        figure=figure,
        expression=named(expression, UNIT_NAMES),
        summary=summary,
        description=description,
        said={"name": Label("name"), **said},
        dashboard=Dashboard.BACKLOG,
        hold=HOLD,
        keep=KEEP,
    )
