"""The target, and how much of what it allows is used up."""

from collections.abc import Callable

from services.monitoring.dashboards.expressions import (
    HERE,
    named_parent,
    named_province,
    province_late,
    province_settled,
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
from services.monitoring.levels import OBJECTIVE, PARENT, PROVINCE, TREE_LEVEL
from services.monitoring.links import Dashboard
from services.monitoring.thresholds import BURNS
from services.monitoring.wording import Words

_ALLOWED = f"scalar({OBJECTIVE})"
_WINDOWS = {
    "1d": "today · hôm nay",
    "7d": "7 days · 7 ngày",
    "30d": "30 days · 30 ngày",
    "year": "reporting year · năm báo cáo",
}


def targets(premises: Premises) -> Page:
    return Page(
        dashboard=Dashboard.TARGETS,
        title=Words("Targets and what they allow", "Mục tiêu và mức cho phép"),
        said=Words(
            "Of the cases settled, the target lets a share be late. How much of it is left, and how fast it goes.",
            "Mục tiêu cho phép một tỷ lệ hồ sơ trễ hạn. Còn lại bao nhiêu và đang mất nhanh thế nào.",
        ),
        rows=(
            Row(Words("The reporting year so far", "Năm báo cáo đến nay"), (_objective(), _share(), _left(), _cases())),
            Row(Words("How fast it goes", "Tốc độ"), (_burn(), _windows(premises))),
            Row(Words("Who uses it", "Ai sử dụng"), (_levels(), _parents())),
        ),
    )


def _objective() -> Panel:
    return number(
        Words("Late at most", "Trễ hạn tối đa"),
        Words("The share of settled cases that may be late.", "Tỷ lệ hồ sơ được phép trễ hạn."),
        Query(expression=OBJECTIVE),
        width=6,
        measure=Measure.SHARE,
        decimals=2,
    )


def _share() -> Panel:
    late, settled = province_late("year"), province_settled("year")
    return number(
        Words("Late, this year", "Trễ hạn, năm nay"),
        Words("Late of all settled.", "Hồ sơ trễ hạn trên tổng số đã giải quyết."),
        Query(expression=share(late, settled), legend="late · trễ hạn", measure=Measure.SHARE, decimals=2),
        Query(expression=settled, legend="settled · đã giải quyết"),
        width=6,
        empty="n/a",
    )


def _left() -> Panel:
    late, settled = province_late("year"), province_settled("year")
    return number(
        Words("Allowance left", "Mức cho phép còn lại"),
        Words(
            "Share of the late cases allowed so far this year that is not used; below 0 the target is missed.",
            "Phần chưa dùng trong số hồ sơ được phép trễ từ đầu năm; dưới 0 là không đạt mục tiêu.",
        ),
        Query(expression=f"1 - {late} / ({_ALLOWED} * ({settled} > 0))"),
        width=6,
        measure=Measure.SHARE,
        decimals=1,
        steps=(Step(None, "red"), Step(0, "orange"), Step(0.25, "green")),
        empty="n/a",
    )


def _cases() -> Panel:
    return number(
        Words("Cases left", "Số hồ sơ còn lại"),
        Words(
            "Cases that might still have been late at what was settled so far; negative: too many were.",
            "Số hồ sơ còn có thể trễ so với số đã giải quyết; âm là đã vượt.",
        ),
        Query(expression=f"floor({_ALLOWED} * {province_settled('year')}) - {province_late('year')}"),
        width=6,
        steps=(Step(None, "red"), Step(0, "green")),
        empty="n/a",
    )


def _burn() -> Panel:
    said = ", ".join(f"{long} over {times}" for _, _, long, times in BURNS)
    return lines(
        Words("Late cases, as a multiple of the target", "Trễ hạn so với mục tiêu (số lần)"),
        Words(
            f"1 is exactly what the target allows. Alerts: {said} times.",
            f"1 là đúng mức cho phép. Cảnh báo: {said} lần.",
        ),
        *(
            Query(
                expression=named_province(f"{PROVINCE.recorded(LATE, 'burn', window)}{{{HERE}}}"),
                legend=f"{{{{name}}}}: {words}",
            )
            for window, words in _WINDOWS.items()
        ),
        measure=Measure.TIMES,
        decimals=2,
    )


def _windows(premises: Premises) -> Panel:
    return Panel(
        look=Look.LISTING,
        title=Words("Late share by window", "Tỷ lệ trễ hạn theo kỳ"),
        said=Words(
            "Late of all settled within each window; red is over the target.",
            "Tỷ lệ trễ hạn trong từng kỳ; đỏ là vượt mục tiêu.",
        ),
        width=12,
        labels=(("within", "Within · Trong"),),
        columns=(
            Column(title="Late · Trễ", expression=_of_each(province_late)),
            Column(title="Settled · Giải quyết", expression=_of_each(province_settled)),
            Column(
                title="Share · Tỷ lệ",
                expression=_of_each(lambda window: share(province_late(window), province_settled(window))),
                measure=Measure.SHARE,
                decimals=2,
                steps=premises.over,
            ),
        ),
        sorted_by="Settled · Giải quyết",
        empty="n/a",
    )


def _of_each(asked: Callable[[str], str]) -> str:
    """A row for each window, under its words."""
    return " or ".join(
        f'label_replace({asked(window)}, "within", "{words}", "", "")' for window, words in _WINDOWS.items()
    )


def _levels() -> Panel:
    late = f"sum by (province, level) ({TREE_LEVEL.part(LATE, 'year')}{{{HERE}}})"
    settled = f"sum by (province, level) ({TREE_LEVEL.whole(LATE, 'year')}{{{HERE}}})"
    return _listing(
        Words("Levels, this year", "Các cấp, năm nay"),
        (("province", "Province · Tỉnh"), ("level", "Level · Cấp")),
        late,
        settled,
    )


def _parents() -> Panel:
    late, settled = PARENT.part(LATE, "30d"), PARENT.whole(LATE, "30d")
    return _listing(
        Words("Parents, 30 days", "Cấp trên, 30 ngày"),
        (("name", "Parent · Cấp trên"), ("parent", "Code")),
        named_parent(late),
        named_parent(settled),
    )


def _listing(title: Words, labels: tuple[tuple[str, str], ...], late: str, settled: str) -> Panel:
    return Panel(
        look=Look.LISTING,
        title=title,
        said=Words(
            "Late and settled cases, the late share, and how many times the target that is.",
            "Số trễ hạn, số đã giải quyết, tỷ lệ và số lần so với mục tiêu.",
        ),
        width=12,
        height=9,
        labels=labels,
        columns=(
            Column(title="Late · Trễ", expression=late),
            Column(title="Settled · Giải quyết", expression=settled),
            Column(
                title="Share · Tỷ lệ", expression=share(f"({late})", f"({settled})"), measure=Measure.SHARE, decimals=2
            ),
            Column(
                title="Times · Số lần",
                expression=f"{share(f'({late})', f'({settled})')} / {_ALLOWED}",
                measure=Measure.TIMES,
                decimals=2,
                steps=(Step(None, "text"), Step(1, "red")),
            ),
        ),
        sorted_by="Times · Số lần",
    )
