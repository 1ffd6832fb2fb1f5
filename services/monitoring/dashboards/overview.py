"""The province, or all of them: how it stands, and which unit is worst."""

from services.monitoring.dashboards.attention import office_alerts, worst_units
from services.monitoring.dashboards.deadlines import by_deadline
from services.monitoring.dashboards.expressions import (
    HERE,
    named_province,
    on_time,
    province_late,
    province_settled,
)
from services.monitoring.dashboards.parts import (
    Column,
    Look,
    Measure,
    Page,
    Panel,
    Premises,
    Query,
    Row,
    lines,
    number,
)
from services.monitoring.figures import LATE, OVERDUE
from services.monitoring.levels import OBJECTIVE, TREE_LEVEL
from services.monitoring.links import Dashboard
from services.monitoring.wording import Words

_OPEN = "province:duecourse_cases_open:sum"
_SETTLED = "province:duecourse_cases_settled:sum"
_RECEIVED = "province:duecourse_cases_received:sum"


def overview(premises: Premises) -> Page:
    return Page(
        dashboard=Dashboard.OVERVIEW,
        title=Words("Overview", "Tổng quan"),
        said=Words(
            "Shares of cases settled on time, and the backlog, by province. A click on a unit opens it.",
            "Tỷ lệ giải quyết đúng hạn và tồn đọng theo tỉnh. Nhấn vào đơn vị để xem chi tiết.",
        ),
        rows=(
            Row(Words("Now", "Hiện nay"), (_rate("month"), _rate("year"), *_backlog())),
            Row(Words("Which unit is worst?", "Đơn vị nào kém nhất?"), (worst_units(premises), office_alerts())),
            Row(Words("How it went", "Diễn biến"), (_shares(), _daily())),
            Row(Words("By level of the tree", "Theo cấp"), (_levels(), _course())),
        ),
    )


def _rate(window: str) -> Panel:
    words = {
        "month": Words("On time, this month", "Đúng hạn, tháng này"),
        "year": Words("On time, this year", "Đúng hạn, năm nay"),
    }[window]
    late, settled = province_late(window), province_settled(window)
    return number(
        words,
        Words(
            "Settled early or on time, of all settled, since the 15th on which the reporting period began.",
            "Giải quyết trước và đúng hạn trên tổng số đã giải quyết, tính từ ngày 15 đầu kỳ báo cáo.",
        ),
        Query(expression=on_time(late, settled), legend="on time · đúng hạn", measure=Measure.SHARE, decimals=2),
        Query(expression=settled, legend="settled · đã giải quyết"),
        width=6,
        empty="n/a",
    )


def _backlog() -> tuple[Panel, ...]:
    said = {
        "Open cases": ("Hồ sơ tồn đọng", "Received and not ended.", "Đã tiếp nhận, chưa kết thúc.", ""),
        "Overdue": ("Quá hạn", "Open cases past their date.", "Đang giải quyết và đã quá hạn.", "overdue"),
        "Due soon": ("Sắp đến hạn", "Due today or in the next days.", "Đến hạn hôm nay hoặc vài ngày tới.", "due_soon"),
    }
    return tuple(
        number(
            Words(title, vietnamese),
            Words(english_said, vietnamese_said),
            Query(expression=_open(deadline)),
        )
        for title, (vietnamese, english_said, vietnamese_said, deadline) in said.items()
    )


def _open(deadline: str) -> str:
    """Of all deadlines where none is given."""
    inside = f'{HERE}, deadline="{deadline}"' if deadline else HERE
    return f"sum ({_OPEN}{{{inside}}})"


def _shares() -> Panel:
    return lines(
        Words("Late share of 30 days and the target", "Tỷ lệ trễ hạn 30 ngày và mục tiêu"),
        Words(
            "Late of all settled within 30 days, beside the share that the target allows; right: all settled.",
            "Hồ sơ trễ hạn trên tổng số đã giải quyết trong 30 ngày, so với mức mục tiêu; bên phải: số đã giải quyết.",
        ),
        Query(expression=named_province(f"province:duecourse_late_settled:ratio_30d{{{HERE}}}"), legend="{{name}}"),
        Query(expression=OBJECTIVE, legend="target · mục tiêu", colour="red"),
        Query(
            expression=province_settled("30d"),
            legend="settled (n) · số hồ sơ",
            measure=Measure.CASES,
            colour="text",
        ),
        measure=Measure.SHARE,
        decimals=1,
    )


def _daily() -> Panel:
    return lines(
        Words("Received and settled per day", "Tiếp nhận và giải quyết mỗi ngày"),
        Words(
            "Cases of the day so far, by event time: each day's last point is the day's count.",
            "Số hồ sơ trong ngày tính đến thời điểm đó; điểm cuối ngày là số của cả ngày.",
        ),
        Query(expression=f'sum ({_RECEIVED}{{window="1d", {HERE}}})', legend="received · tiếp nhận", colour="blue"),
        Query(expression=f'sum ({_SETTLED}{{window="1d", {HERE}}})', legend="settled · giải quyết", colour="green"),
        Query(
            expression=f'sum ({_SETTLED}{{window="1d", timeliness="late", {HERE}}})',
            legend="settled late · trễ hạn",
            colour="red",
        ),
    )


def _levels() -> Panel:
    late, settled = _plain(TREE_LEVEL.part(LATE, "year")), _plain(TREE_LEVEL.whole(LATE, "year"))
    return Panel(
        look=Look.LISTING,
        title=Words("Levels, reporting year so far", "Các cấp, năm báo cáo"),
        said=Words(
            "On time, settled, open and overdue by level of the tree.",
            "Đúng hạn, đã giải quyết, tồn đọng và quá hạn theo cấp.",
        ),
        width=14,
        labels=(("province", "Province · Tỉnh"), ("level", "Level · Cấp")),
        columns=(
            Column(title="On time · Đúng hạn", expression=on_time(late, settled), measure=Measure.SHARE, decimals=2),
            Column(title="Settled · Giải quyết", expression=settled),
            Column(title="Open · Tồn đọng", expression=_plain(TREE_LEVEL.whole(OVERDUE))),
            Column(title="Overdue · Quá hạn", expression=_plain(TREE_LEVEL.part(OVERDUE))),
        ),
        sorted_by="Settled · Giải quyết",
    )


def _plain(series: str) -> str:
    """Without the series' own name, so that columns join."""
    return f"sum by (province, level) ({series}{{{HERE}}})"


def _course() -> Panel:
    return lines(
        Words("Open cases by deadline", "Hồ sơ tồn đọng theo hạn"),
        Words(
            "The backlog: in time, due soon, overdue, paused.",
            "Tồn đọng: trong hạn, sắp đến hạn, quá hạn, tạm dừng.",
        ),
        *by_deadline(_open),
        width=10,
        stacked=True,
    )
