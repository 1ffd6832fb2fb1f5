"""One parent: the units under it side by side."""

from services.monitoring.dashboards.deadlines import by_deadline
from services.monitoring.dashboards.expressions import (
    PARENT_HERE,
    among,
    named,
    on_time,
    open_cases,
    settled,
    share,
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
    Step,
    lines,
    number,
)
from services.monitoring.figures import LATE
from services.monitoring.levels import INFO, OBJECTIVE, PARENT, UNIT
from services.monitoring.links import Dashboard
from services.monitoring.wording import Words

_SETTLED = PARENT.source("duecourse_cases_settled")
_OPEN = PARENT.source("duecourse_cases_open")


def parent(premises: Premises) -> Page:
    return Page(
        dashboard=Dashboard.PARENT,
        title=Words("Parent", "Cấp trên"),
        said=Words(
            "A district or department with the units under it: own cases and those of its direct children.",
            "Huyện hoặc sở cùng các đơn vị trực thuộc: hồ sơ của chính nó và của đơn vị con.",
        ),
        rows=(
            Row(Words("Now", "Hiện nay"), (_rate("month", "tháng này"), _rate("year", "năm nay"), _open(), _overdue())),
            Row(Words("The units under it", "Các đơn vị trực thuộc"), (_units(premises),)),
            Row(Words("How it went", "Diễn biến"), (_shares(), _course())),
        ),
    )


def _rate(window: str, vietnamese: str) -> Panel:
    late = f'sum ({_SETTLED}{{window="{window}", {LATE.part}, {PARENT_HERE}}})'
    whole = f'sum ({_SETTLED}{{window="{window}", {PARENT_HERE}}})'
    return number(
        Words(f"On time, this {window}", f"Đúng hạn, {vietnamese}"),
        Words(
            "Settled early or on time, of all settled, in the reporting period so far.",
            "Giải quyết trước và đúng hạn trên tổng số đã giải quyết, kỳ báo cáo đến nay.",
        ),
        Query(expression=on_time(late, whole), legend="on time · đúng hạn", measure=Measure.SHARE, decimals=2),
        Query(expression=whole, legend="settled · đã giải quyết"),
        width=6,
        empty="n/a",
    )


def _open() -> Panel:
    return number(
        Words("Open cases", "Hồ sơ tồn đọng"),
        Words("Received and not ended.", "Đã tiếp nhận, chưa kết thúc."),
        Query(expression=f"sum ({_OPEN}{{{PARENT_HERE}}})"),
        width=6,
    )


def _overdue() -> Panel:
    return number(
        Words("Overdue", "Quá hạn"),
        Words("Open cases past their date.", "Đang giải quyết và đã quá hạn."),
        Query(expression=f'sum ({_OPEN}{{deadline="overdue", {PARENT_HERE}}})'),
        width=6,
    )


def _units(premises: Premises) -> Panel:
    chosen = f'{INFO}{{province=~"$province", parent=~"$parent"}}'
    late, whole = settled("unit", "30d", late=True), settled("unit", "30d")
    return Panel(
        look=Look.LISTING,
        title=Words("Units, 30 days", "Các đơn vị, 30 ngày"),
        said=Words(
            "Each unit's own cases. A share stands beside the number of cases it is a share of.",
            "Hồ sơ của từng đơn vị. Cạnh mỗi tỷ lệ là số hồ sơ làm mẫu số.",
        ),
        width=24,
        height=12,
        labels=(("name", "Unit · Đơn vị"), ("unit", "Code")),
        columns=(
            Column(title="Late · Trễ", expression=named(late)),
            Column(title="Settled · Giải quyết", expression=named(whole)),
            Column(
                title="Share · Tỷ lệ", expression=named(f"({share(late, whole)})"), measure=Measure.SHARE, decimals=2
            ),
            Column(
                title="Surely · Chắc chắn",
                expression=among(f"clamp_min({UNIT.recorded(LATE, 'wilson_lb', '30d')}, 0)", chosen),
                measure=Measure.SHARE,
                decimals=2,
                steps=premises.over,
            ),
            Column(title="Open · Tồn đọng", expression=named(open_cases(""))),
            Column(
                title="Overdue · Quá hạn",
                expression=named(open_cases("overdue")),
                steps=(Step(None, "text"), Step(10, "orange")),
            ),
            Column(title="Due soon · Sắp đến hạn", expression=named(open_cases("due_soon"))),
        ),
        sorted_by="Surely · Chắc chắn",
        opens=Dashboard.UNIT,
    )


def _shares() -> Panel:
    return lines(
        Words("Late share of 30 days and the target", "Tỷ lệ trễ hạn 30 ngày và mục tiêu"),
        Words(
            "With the units under it, beside the share that the target allows; right: how many were settled.",
            "Gồm các đơn vị trực thuộc, so với mức mục tiêu cho phép; bên phải: số đã giải quyết.",
        ),
        Query(expression=f"{PARENT.recorded(LATE, 'ratio', '30d')}{{{PARENT_HERE}}}", legend="late share · tỷ lệ trễ"),
        Query(expression=OBJECTIVE, legend="target · mục tiêu", colour="red"),
        Query(
            expression=f"{PARENT.whole(LATE, '30d')}{{{PARENT_HERE}}}",
            legend="settled (n) · số hồ sơ",
            measure=Measure.CASES,
            colour="text",
        ),
        measure=Measure.SHARE,
        decimals=1,
    )


def _course() -> Panel:
    return lines(
        Words("Open cases by deadline", "Hồ sơ tồn đọng theo hạn"),
        Words("In time, due soon, overdue, paused.", "Trong hạn, sắp đến hạn, quá hạn, tạm dừng."),
        *by_deadline(lambda deadline: f'sum ({_OPEN}{{deadline="{deadline}", {PARENT_HERE}}})'),
        stacked=True,
    )
