"""One unit: its own cases."""

from projections.data_quality import MEANINGS
from services.monitoring.dashboards.deadlines import DEADLINES, by_deadline
from services.monitoring.dashboards.expressions import (
    UNIT_HERE,
    oldest_days,
    on_time,
    open_cases,
    settled,
    share,
    wilson,
)
from services.monitoring.dashboards.parts import Look, Measure, Page, Panel, Premises, Query, Row, Step, lines, number
from services.monitoring.figures import LATE
from services.monitoring.levels import OBJECTIVE, UNIT
from services.monitoring.links import Dashboard
from services.monitoring.thresholds import OLDEST_DAYS_MAX
from services.monitoring.wording import Words


def unit(_: Premises) -> Page:
    return Page(
        dashboard=Dashboard.UNIT,
        title=Words("Unit", "Đơn vị"),
        said=Words("One unit's own cases.", "Hồ sơ của một đơn vị."),
        rows=(
            Row(Words("Settled", "Đã giải quyết"), (_rate("month"), _rate("year"), _rate("30d"), _rate("7d"))),
            Row(Words("Open", "Tồn đọng"), (*_open(), _oldest())),
            Row(Words("How it went", "Diễn biến"), (_interval(), _course(), _daily(), _problems())),
        ),
    )


_WORDS = {
    "month": Words("On time, this month", "Đúng hạn, tháng này"),
    "year": Words("On time, this year", "Đúng hạn, năm nay"),
    "30d": Words("On time, 30 days", "Đúng hạn, 30 ngày"),
    "7d": Words("On time, 7 days", "Đúng hạn, 7 ngày"),
}


def _rate(window: str) -> Panel:
    late, whole = settled("", window, UNIT_HERE, late=True), settled("", window, UNIT_HERE)
    return number(
        _WORDS[window],
        Words(
            "Settled early or on time, of all settled; month and year are those of the reports.",
            "Giải quyết trước và đúng hạn trên tổng số đã giải quyết; tháng và năm theo kỳ báo cáo.",
        ),
        Query(expression=on_time(late, whole), legend="on time · đúng hạn", measure=Measure.SHARE, decimals=2),
        Query(expression=whole, legend="settled · đã giải quyết"),
        width=6,
        empty="n/a",
    )


def _open() -> tuple[Panel, ...]:
    return tuple(
        number(
            title,
            Words(
                "Open cases by their deadline; the four make up the backlog.",
                "Hồ sơ đang giải quyết theo hạn; tổng bốn số là tồn đọng.",
            ),
            Query(expression=open_cases(deadline, UNIT_HERE)),
            width=4,
        )
        for deadline, title in DEADLINES.items()
    )


def _oldest() -> Panel:
    return number(
        Words("Oldest open case, days", "Hồ sơ tồn lâu nhất, ngày"),
        Words(
            "Days since it was received; empty where nothing is open.",
            "Số ngày kể từ khi tiếp nhận; trống nếu không có.",
        ),
        Query(expression=oldest_days(UNIT_HERE)),
        width=8,
        steps=(Step(None, "green"), Step(OLDEST_DAYS_MAX, "red")),
    )


def _interval() -> Panel:
    late, whole = (f"{series}{{{UNIT_HERE}}}" for series in (UNIT.part(LATE, "30d"), UNIT.whole(LATE, "30d")))
    return lines(
        Words("Late share of 30 days, with its interval", "Tỷ lệ trễ hạn 30 ngày và khoảng tin cậy"),
        Words(
            "Between the bounds lies the true share with 95 % certainty (Wilson): wide where cases are few.",
            "Tỷ lệ thật nằm giữa hai giới hạn với độ tin cậy 95 % (Wilson): càng ít hồ sơ khoảng càng rộng.",
        ),
        Query(expression=share(late, whole), legend="late share · tỷ lệ trễ"),
        Query(expression=wilson(late, whole, "-"), legend="at least · ít nhất"),
        Query(expression=wilson(late, whole, "+"), legend="at most · nhiều nhất"),
        Query(expression=OBJECTIVE, legend="target · mục tiêu", colour="red"),
        measure=Measure.SHARE,
        decimals=1,
    )


def _course() -> Panel:
    return lines(
        Words("Open cases by deadline", "Hồ sơ tồn đọng theo hạn"),
        Words("In time, due soon, overdue, paused.", "Trong hạn, sắp đến hạn, quá hạn, tạm dừng."),
        *by_deadline(lambda deadline: open_cases(deadline, UNIT_HERE)),
        stacked=True,
    )


def _daily() -> Panel:
    return lines(
        Words("Received and settled per day", "Tiếp nhận và giải quyết mỗi ngày"),
        Words(
            "Cases of the day so far, by event time: each day's last point is the day's count.",
            "Số hồ sơ trong ngày tính đến thời điểm đó; điểm cuối ngày là số của cả ngày.",
        ),
        Query(
            expression=f'sum (duecourse_cases_received{{window="1d", {UNIT_HERE}}})',
            legend="received · tiếp nhận",
            colour="blue",
        ),
        Query(expression=settled("", "1d", UNIT_HERE), legend="settled · giải quyết", colour="green"),
        Query(expression=settled("", "1d", UNIT_HERE, late=True), legend="settled late · trễ hạn", colour="red"),
    )


def _problems() -> Panel:
    return Panel(
        look=Look.BARS,
        title=Words("Cases with data problems", "Hồ sơ có lỗi dữ liệu"),
        said=Words(
            "Cases whose facts contradict each other, by problem; they are counted all the same.",
            "Hồ sơ có dữ liệu mâu thuẫn, theo loại lỗi; vẫn được tính vào số liệu.",
        ),
        queries=(
            Query(expression=f"sum by (problem) (duecourse_data_quality_cases{{{UNIT_HERE}}})", legend="{{problem}}"),
        ),
        width=12,
        names=tuple((problem, f"{text.en} · {text.vi}") for problem, text in MEANINGS.items()),
        empty="none recorded · không ghi nhận",
    )
