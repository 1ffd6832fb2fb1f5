"""Where to look first: the units whose late share is surely high, and the alerts that fire."""

from services.monitoring.dashboards.expressions import HERE, WORST, among
from services.monitoring.dashboards.parts import Column, Look, Measure, Panel, Premises
from services.monitoring.figures import LATE
from services.monitoring.levels import UNIT
from services.monitoring.links import Dashboard
from services.monitoring.thresholds import LEVEL_SETTLED_MIN
from services.monitoring.wording import Words


def worst_units(premises: Premises) -> Panel:
    late, settled = UNIT.part(LATE, "30d"), UNIT.whole(LATE, "30d")
    bound, ratio = UNIT.recorded(LATE, "wilson_lb", "30d"), UNIT.recorded(LATE, "ratio", "30d")
    return Panel(
        look=Look.LISTING,
        title=Words("Highest late share, 30 days", "Tỷ lệ trễ hạn cao nhất, 30 ngày"),
        said=Words(
            f"The fifteen units whose late share is surely high, of those with {LEVEL_SETTLED_MIN} settled cases or"
            " more. 'Surely' is the lower bound of the share: few cases prove little, so it is far below the share.",
            f"Mười lăm đơn vị có tỷ lệ trễ hạn chắc chắn cao, có từ {LEVEL_SETTLED_MIN} hồ sơ đã giải quyết."
            " 'Chắc chắn' là giới hạn dưới của tỷ lệ: ít hồ sơ thì thấp hơn nhiều vì chưa đủ kết luận.",
        ),
        width=14,
        height=11,
        labels=(("name", "Unit · Đơn vị"), ("unit", "Code")),
        columns=(
            Column(title="Late · Trễ", expression=among(late, WORST, HERE)),
            Column(title="Settled · Giải quyết", expression=among(settled, WORST, HERE)),
            Column(
                title="Share · Tỷ lệ",
                expression=among(ratio, WORST, HERE),
                measure=Measure.SHARE,
                decimals=2,
            ),
            Column(
                title="Surely · Chắc chắn",
                expression=among(bound, WORST, HERE),
                measure=Measure.SHARE,
                decimals=2,
                steps=premises.over,
            ),
        ),
        sorted_by="Surely · Chắc chắn",
        opens=Dashboard.UNIT,
        empty="none · không có",
    )


def office_alerts() -> Panel:
    return Panel(
        look=Look.LISTING,
        title=Words("Alerts of offices", "Cảnh báo của các đơn vị"),
        said=Words(
            "What fires now: the alert, its scope and place.",
            "Cảnh báo đang có hiệu lực: tên, phạm vi và nơi xảy ra.",
        ),
        width=10,
        height=11,
        labels=(("alertname", "Alert · Cảnh báo"), ("name", "Place · Nơi"), ("unit", "Code"), ("scope", "Scope")),
        columns=(
            Column(
                title="Firing",
                expression=(
                    'count by (alertname, name, unit, scope) (ALERTS{alertstate="firing",'
                    f' scope=~"unit|parent|province", {HERE}}})'
                ),
            ),
        ),
        empty="none recorded · không ghi nhận",
    )
