"""Late shares side by side, each with the number of cases and the interval in which the true share lies."""

from services.monitoring.dashboards.expressions import UNIT_HERE, among, settled, share, wilson
from services.monitoring.dashboards.parts import Column, Look, Measure, Page, Panel, Premises, Query, Row, Step, lines
from services.monitoring.figures import LATE
from services.monitoring.levels import OBJECTIVE, UNIT
from services.monitoring.links import Dashboard
from services.monitoring.thresholds import RISING_Z
from services.monitoring.wording import Words

_LATE = settled("unit", "$window", late=True)
_SETTLED = settled("unit", "$window")
_ENOUGH = f"({_SETTLED} >= $least)"
"""One late case of one has a high lower bound too: the reader says how many cases a row needs."""


def late_rate(premises: Premises) -> Page:
    return Page(
        dashboard=Dashboard.LATE_RATE,
        title=Words("Late rates", "Tỷ lệ trễ hạn"),
        said=Words(
            "Late shares with the number of cases and Wilson's 95 % interval: what is chance, and what is not.",
            "Tỷ lệ trễ hạn kèm số hồ sơ và khoảng tin cậy Wilson 95 %: đâu là ngẫu nhiên, đâu là thực chất.",
        ),
        windowed=True,
        rows=(
            Row(Words("Units compared", "So sánh các đơn vị"), (_units(premises),)),
            Row(Words("The unit chosen above", "Đơn vị đã chọn"), (_interval(), _rise())),
        ),
    )


def _units(premises: Premises) -> Panel:
    return Panel(
        look=Look.LISTING,
        title=Words("Late share with its interval", "Tỷ lệ trễ hạn và khoảng tin cậy"),
        said=Words(
            "'At least' above the target: chance does not explain it. A wide interval: too few cases to say.",
            "'Ít nhất' vượt mục tiêu: không phải ngẫu nhiên. Khoảng rộng: quá ít hồ sơ để kết luận.",
        ),
        width=24,
        height=14,
        labels=(("name", "Unit · Đơn vị"), ("unit", "Code")),
        columns=(
            Column(title="Late · Trễ", expression=among(_LATE, _ENOUGH)),
            Column(title="Settled (n) · Số hồ sơ", expression=among(_SETTLED, _ENOUGH)),
            _share("Share · Tỷ lệ", share(_LATE, _SETTLED)),
            _share("At least · Ít nhất", wilson(_LATE, _SETTLED, "-"), premises.over),
            _share("At most · Nhiều nhất", wilson(_LATE, _SETTLED, "+")),
        ),
        sorted_by="At least · Ít nhất",
        opens=Dashboard.UNIT,
    )


def _share(title: str, expression: str, steps: tuple[Step, ...] = ()) -> Column:
    return Column(
        title=title, expression=among(f"({expression})", _ENOUGH), measure=Measure.SHARE, decimals=2, steps=steps
    )


def _interval() -> Panel:
    late, whole = settled("", "$window", UNIT_HERE, late=True), settled("", "$window", UNIT_HERE)
    return lines(
        Words("Late share with its interval", "Tỷ lệ trễ hạn và khoảng tin cậy"),
        Words(
            "Between the bounds lies the true share with 95 % certainty (Wilson).",
            "Tỷ lệ thật nằm giữa hai giới hạn với độ tin cậy 95 % (Wilson).",
        ),
        Query(expression=share(late, whole), legend="late share · tỷ lệ trễ"),
        Query(expression=wilson(late, whole, "-"), legend="at least · ít nhất"),
        Query(expression=wilson(late, whole, "+"), legend="at most · nhiều nhất"),
        Query(expression=OBJECTIVE, legend="target · mục tiêu", colour="red"),
        measure=Measure.SHARE,
        decimals=1,
    )


def _rise() -> Panel:
    return lines(
        Words("This week against the week before", "Tuần này so với tuần trước"),
        Words(
            f"z of the difference between the late shares of the two weeks: over {RISING_Z} an alert asks why.",
            f"Trị z của chênh lệch tỷ lệ trễ hạn giữa hai tuần: trên {RISING_Z} sẽ có cảnh báo.",
        ),
        Query(expression=f"{UNIT.recorded(LATE, 'z', '7d')}{{{UNIT_HERE}}}", legend="z"),
        Query(expression=f"vector({RISING_Z})", legend="alert · cảnh báo", colour="red"),
        measure=Measure.TIMES,
        decimals=1,
    )
