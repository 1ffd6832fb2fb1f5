"""Alerts on the late rate: its level, its rise, and how fast it uses up what the target allows."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from services.monitoring.figures import LATE
from services.monitoring.joining import PARENT_NAMES, PROVINCE_NAMES, UNIT_NAMES, named
from services.monitoring.levels import INFO, OBJECTIVE, PARENT, PROVINCE, UNIT, Level
from services.monitoring.links import Dashboard
from services.monitoring.rules import Alert, Scope, Severity
from services.monitoring.thresholds import (
    BURN_SETTLED_MIN,
    BURNS,
    LEVEL_SETTLED_MIN,
    RISING_POINTS_MIN,
    RISING_SETTLED_MIN,
    RISING_Z,
)
from services.monitoring.wording import Label, Listing, Number, Said, Words

HOLD: Final = "15m"
KEEP: Final = "30m"
WINDOWS: Final = {
    "1d": Words("today", "Hôm nay"),
    "7d": Words("in the last 7 days", "Trong 7 ngày qua"),
    "30d": Words("in the last 30 days", "Trong 30 ngày qua"),
}


_TARGET: Final = Number(f"100 * {OBJECTIVE}", (), 1)
_MOST: Final = Words("Most late cases", "Nhiều hồ sơ trễ hạn nhất")
_WORST: Final = Words("{worst}", "{worst}")


class Place(Struct, frozen=True):
    """A level at which the late rate is judged; `whom` are the words for it, `members` selects the units in it."""

    level: Level
    scope: Scope
    names: str
    whom: Words
    members: str
    dashboard: Dashboard

    def count(self, series: str, decimals: int = 0) -> Number:
        """The value of a recorded series for the alert's own unit, parent or province."""
        [label] = self.level.key
        return Number(f"{series}{{{label}=%q}}", (label,), decimals)

    def worst(self, window: str) -> Listing:
        """The three units with the most late cases."""
        late = f"{UNIT.part(LATE, window)} * on (unit) group_left (name) {self.members}"
        return Listing(_MOST, f"topk(3, {late} > 0)", self.level.key * self.members.count("%q"))


PLACES: Final = (
    Place(UNIT, Scope.UNIT, UNIT_NAMES, Words("{name}", "{name}"), f"{INFO}{{unit=%q}}", Dashboard.UNIT),
    Place(
        PARENT,
        Scope.PARENT,
        PARENT_NAMES,
        Words("{name} with the units under it", "{name} và các đơn vị trực thuộc"),
        f"({INFO}{{parent=%q}} or {INFO}{{unit=%q}})",
        Dashboard.PARENT,
    ),
    Place(
        PROVINCE,
        Scope.PROVINCE,
        PROVINCE_NAMES,
        Words("{name}, all units", "{name} (toàn bộ các đơn vị)"),
        f"{INFO}{{province=%q}}",
        Dashboard.OVERVIEW,
    ),
)


def late_alerts() -> Iterator[Alert]:
    """All of them, unit by unit, rolled up to the parent for units too small to judge, and for the province."""
    for place in PLACES:
        yield _high(place)
    for place in PLACES:
        yield _rising(place)
    for speed, short, long, times in BURNS:
        yield _burn(speed, short, long, times)


def _high(place: Place) -> Alert:
    level = place.level
    settled = level.whole(LATE, "30d")
    return _late_alert(
        place,
        "DuecourseLateHigh",
        "late_level",
        f"{level.recorded(LATE, 'wilson_lb', '30d')} > scalar({OBJECTIVE})\nand {settled} >= {LEVEL_SETTLED_MIN}",
        Words("{whom}: {late} of {settled} cases late", "{whom}: {late}/{settled} hồ sơ trễ hạn"),
        Words(
            "{late} of {settled} cases settled in the last 30 days were late ({share} %); at most {target} % is the"
            " target. Chance does not explain this.",
            "Trong 30 ngày qua có {late}/{settled} hồ sơ giải quyết trễ hạn ({share} %); mục tiêu là không quá"
            " {target} %. Không thể coi đây là ngẫu nhiên.",
        ),
        {**_counted(place, "30d"), "target": _TARGET},
        listed="30d",
    )


def _rising(place: Place) -> Alert:
    level = place.level
    k1, n1 = level.part(LATE, "7d"), level.whole(LATE, "7d")
    k0, n0 = level.part(LATE, "prev_7d"), level.whole(LATE, "prev_7d")
    return _late_alert(
        place,
        "DuecourseLateRising",
        "late_rise",
        f"{level.recorded(LATE, 'z', '7d')} > {RISING_Z}\n"
        f"and {k1} / {n1} - {k0} / {n0} > {RISING_POINTS_MIN}\n"
        f"and {n1} >= {RISING_SETTLED_MIN}\nand {n0} >= {RISING_SETTLED_MIN}",
        Words("{whom}: late cases are rising", "{whom}: hồ sơ trễ hạn đang tăng"),
        Words(
            "In the last 7 days {late} of {settled} settled cases were late, in the 7 days before {late_before} of"
            " {settled_before}. Chance does not explain the difference.",
            "7 ngày qua có {late}/{settled} hồ sơ giải quyết trễ hạn, 7 ngày trước đó là"
            " {late_before}/{settled_before}. Chênh lệch này không phải do ngẫu nhiên.",
        ),
        {
            "late": place.count(k1),
            "settled": place.count(n1),
            "late_before": place.count(k0),
            "settled_before": place.count(n0),
        },
        listed="7d",
    )


def _burn(speed: str, short: str, long: str, times: str) -> Alert:
    """Both windows must burn: the long one says that it matters, the short one that it still goes on."""
    place = PLACES[-1]
    level = place.level
    windows = dict.fromkeys((short, long))
    burning = [f"{level.recorded(LATE, 'burn', window)} > {times}" for window in windows]
    enough = [f"{level.whole(LATE, window)} >= {BURN_SETTLED_MIN}" for window in windows]
    return _late_alert(
        place,
        "DuecourseLateBurn",
        "late_level",
        "\nand ".join(burning + enough),
        Words(
            "{whom}: {times} times as many late cases as the target allows",
            "{whom}: hồ sơ trễ hạn gấp {times} lần mức mục tiêu cho phép",
        ),
        Words(
            f"{{late}} of {{settled}} cases settled {WINDOWS[long].english} were late ({{share}} %); at most {{target}}"
            " % is the target. At this pace the year's target is missed.",
            f"{WINDOWS[long].vietnamese} có {{late}}/{{settled}} hồ sơ giải quyết trễ hạn ({{share}} %); mục tiêu là"
            " không quá {target} %. Với tốc độ này sẽ không đạt mục tiêu năm.",
        ),
        {
            **_counted(place, long),
            "target": _TARGET,
            "times": place.count(level.recorded(LATE, "burn", long), 1),
        },
        listed="30d" if long == "30d" else "7d",
        dashboard=Dashboard.TARGETS,
        labels={"speed": speed},
    )


def _counted(place: Place, window: str) -> dict[str, Said]:
    level = place.level
    return {
        "late": place.count(level.part(LATE, window)),
        "settled": place.count(level.whole(LATE, window)),
        "share": place.count(f"100 * {level.recorded(LATE, 'ratio', window)}", 1),
    }


def _late_alert(
    place: Place,
    name: str,
    figure: str,
    expression: str,
    summary: Words,
    description: Words,
    said: dict[str, Said],
    *,
    listed: str,
    dashboard: Dashboard | None = None,
    labels: Mapping[str, str] = MappingProxyType({}),
) -> Alert:
    """`listed`: the window by which the units with the most late cases are named, where there is more than one."""
    many = place.scope is not Scope.UNIT
    return Alert(
        name=name,
        severity=Severity.WARNING,
        scope=place.scope,
        figure=figure,
        expression=named(expression, place.names),
        summary=_about(place, summary),
        description=_about(place, description + _WORST if many else description),
        said={"name": Label("name"), **said, **({"worst": place.worst(listed)} if many else {})},
        dashboard=dashboard or place.dashboard,
        hold=HOLD,
        keep=KEEP,
        labels=labels,
    )


def _about(place: Place, words: Words) -> Words:
    whom = place.whom
    return Words(
        words.english.replace("{whom}", whom.english),
        words.vietnamese.replace("{whom}", whom.vietnamese),
    )
