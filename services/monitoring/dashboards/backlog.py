"""Open cases and their deadlines: what is overdue, what will be, what is old."""

from services.monitoring.dashboards.deadlines import DEADLINES, by_deadline
from services.monitoring.dashboards.expressions import HERE, UNDER, UNIT_HERE, named, oldest_days, open_cases
from services.monitoring.dashboards.parts import (
    Column,
    Look,
    Page,
    Panel,
    Premises,
    Query,
    Row,
    Step,
    lines,
    number,
)
from services.monitoring.levels import INFO
from services.monitoring.links import Dashboard
from services.monitoring.thresholds import OLDEST_DAYS_MAX, OVERDUE_MIN
from services.monitoring.wording import Words

_OPEN = "province:duecourse_cases_open:sum"
_MOST_OVERDUE = (
    'topk(5, sum by (unit) (duecourse_cases_open{deadline="overdue"} @ end())'
    f" * on (unit) group_left () {INFO}{{{UNDER}}} @ end() > 0)"
)
"""At each time other five would have been, and the names of all of them would fill the graph."""
_SAID = Words(
    "Open cases of the province by their deadline; the four make up the backlog.",
    "Hồ sơ tồn đọng của tỉnh theo hạn; tổng bốn số là tồn đọng.",
)


def backlog(_: Premises) -> Page:
    return Page(
        dashboard=Dashboard.BACKLOG,
        title=Words("Backlog and deadlines", "Tồn đọng và hạn trả"),
        said=Words(
            "Open cases: where they pile up, which fall due soon, which are overdue for long.",
            "Hồ sơ chưa giải quyết: nơi tồn đọng, sắp đến hạn, quá hạn kéo dài.",
        ),
        rows=(
            Row(Words("Now", "Hiện nay"), tuple(_number(name) for name in DEADLINES)),
            Row(Words("Units", "Các đơn vị"), (_units(),)),
            Row(Words("How it went", "Diễn biến"), (_course(), _overdue(), _unit_overdue(), _flow())),
        ),
    )


def _number(deadline: str) -> Panel:
    return number(DEADLINES[deadline], _SAID, Query(expression=_open(deadline)), width=6)


def _open(deadline: str) -> str:
    return f'sum ({_OPEN}{{deadline="{deadline}", {HERE}}})'


def _units() -> Panel:
    return Panel(
        look=Look.LISTING,
        title=Words("Open cases of each unit", "Tồn đọng từng đơn vị"),
        said=Words(
            "Own cases of each unit; the oldest in days since it was received.",
            "Hồ sơ của từng đơn vị; hồ sơ lâu nhất tính theo ngày từ khi tiếp nhận.",
        ),
        width=24,
        height=12,
        labels=(("name", "Unit · Đơn vị"), ("unit", "Code")),
        columns=(
            Column(title="Open · Tồn đọng", expression=named(open_cases(""))),
            Column(
                title="Overdue · Quá hạn",
                expression=named(open_cases("overdue")),
                steps=(Step(None, "text"), Step(OVERDUE_MIN, "red")),
            ),
            Column(title="Due soon · Sắp đến hạn", expression=named(open_cases("due_soon"))),
            Column(title="Paused · Tạm dừng", expression=named(open_cases("paused"))),
            Column(
                title="Oldest, days · Lâu nhất, ngày",
                expression=named(f"({oldest_days()})"),
                steps=(Step(None, "text"), Step(OLDEST_DAYS_MAX, "red")),
            ),
        ),
        sorted_by="Overdue · Quá hạn",
        opens=Dashboard.UNIT,
    )


def _course() -> Panel:
    return lines(
        Words("Open cases by deadline", "Hồ sơ tồn đọng theo hạn"),
        _SAID,
        *by_deadline(_open),
        stacked=True,
    )


def _overdue() -> Panel:
    return lines(
        Words("Units with most overdue cases", "Đơn vị nhiều hồ sơ quá hạn nhất"),
        Words(
            "The five that have most at the end of the time shown.", "Năm đơn vị nhiều nhất ở cuối khoảng thời gian."
        ),
        Query(
            expression=f"{named(open_cases('overdue'))} and on (unit) {_MOST_OVERDUE}",
            legend="{{name}}",
        ),
    )


def _unit_overdue() -> Panel:
    return lines(
        Words("Overdue cases of the unit chosen", "Quá hạn của đơn vị đã chọn"),
        Words(
            "Open cases of the unit past their date.",
            "Hồ sơ của đơn vị đang giải quyết và đã quá hạn.",
        ),
        Query(expression=open_cases("overdue", UNIT_HERE), legend="overdue · quá hạn", colour="red"),
    )


def _flow() -> Panel:
    joined = f"* on (unit) group_left (province) {INFO}{{{HERE}}}"
    return lines(
        Words("Became overdue per day", "Hồ sơ thành quá hạn mỗi ngày"),
        Words(
            "Open cases whose due date passed, of the day so far.",
            "Hồ sơ qua hạn trả mà chưa xong, trong ngày tính đến thời điểm đó.",
        ),
        Query(
            expression=f'sum (duecourse_cases_became_overdue{{window="1d"}} {joined})',
            legend="became overdue · thành quá hạn",
        ),
    )
