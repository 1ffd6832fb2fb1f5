"""The recording rules: roll-ups along the tree, numerators and denominators apart, ratios last."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from services.monitoring.figures import LATE, OVERDUE
from services.monitoring.levels import (
    INFO,
    OBJECTIVE,
    OVERDUE_HOURLY,
    PARENT,
    PROVINCE,
    ROLLED_UP,
    TREE_LEVEL,
    UNIT,
    Level,
)
from services.monitoring.quality import quality_rules
from services.monitoring.rules import Group, Recording
from services.monitoring.thresholds import WILSON_Z

_CHILDREN: Final = f'{INFO}{{parent!=""}}'


def recording_groups(objective: Decimal) -> tuple[Group, ...]:
    """All groups; `objective` is the share of settled cases that may be late."""
    return (
        Group("duecourse-targets", (Recording(OBJECTIVE, f"vector({objective})"),)),
        Group("duecourse-units", (*_sums(UNIT), *_tests(UNIT))),
        Group("duecourse-parents", (*_parent_roll_ups(), *_backlog(PARENT), *_sums(PARENT), *_tests(PARENT))),
        Group("duecourse-provinces", tuple(_province_rules())),
        Group("duecourse-overdue", (_overdue_hourly(),), interval="1h"),
        Group("duecourse-quality", tuple(quality_rules())),
    )


def _province_rules() -> Iterator[Recording]:
    yield from _level_roll_ups()
    for level in (TREE_LEVEL, PROVINCE):
        yield from _backlog(level)
        yield from _sums(level)
    yield from _tests(PROVINCE)
    for window in ("1d", "7d", "30d", "month", "year"):
        ratio = PROVINCE.recorded(LATE, "ratio", window)
        yield Recording(PROVINCE.recorded(LATE, "burn", window), f"{ratio} / scalar({OBJECTIVE})")


def _parent_roll_ups() -> Iterator[Recording]:
    """Own cases and those of the direct children: a deeper tree sums step by step, so that nothing counts twice."""
    own = f'label_replace(group by (parent) ({_CHILDREN}), "unit", "$1", "parent", "(.+)")'
    for metric, labels in ROLLED_UP.items():
        by = ", ".join(("parent", *labels))
        yield Recording(
            PARENT.source(metric),
            f"sum by ({by}) (\n"
            f"    sum by ({by}) ({metric} * on (unit) group_left (parent) {_CHILDREN})\n"
            f'  or label_replace({metric} and on (unit) {own}, "parent", "$1", "unit", "(.+)")\n'
            ")",
        )


def _level_roll_ups() -> Iterator[Recording]:
    """By level of the tree, and the province from its levels, so that units are joined once."""
    for metric, labels in ROLLED_UP.items():
        by = ", ".join((*TREE_LEVEL.key, *labels))
        joined = f"{metric} * on (unit) group_left (province, level) {INFO}"
        yield Recording(TREE_LEVEL.source(metric), f"sum by ({by}) ({joined})")
        by = ", ".join((*PROVINCE.key, *labels))
        yield Recording(PROVINCE.source(metric), f"sum by ({by}) ({TREE_LEVEL.source(metric)})")


def _sums(level: Level) -> Iterator[Recording]:
    """The late, the settled and their ratio; without cases the ratio is NaN, which no comparison passes."""
    source = level.source(LATE.metric)
    for window in level.windows:
        part, whole = level.part(LATE, window), level.whole(LATE, window)
        yield Recording(whole, f'sum by ({level.by}) ({source}{{window="{window}"}})')
        yield Recording(part, f'sum by ({level.by}) ({source}{{window="{window}", {LATE.part}}})')
        if level.has_ratio(window):
            yield Recording(level.recorded(LATE, "ratio", window), f"{part} / {whole}")


def _backlog(level: Level) -> Iterator[Recording]:
    source, part, whole = level.source(OVERDUE.metric), level.part(OVERDUE), level.whole(OVERDUE)
    yield Recording(whole, f"sum by ({level.by}) ({source})")
    yield Recording(part, f"sum by ({level.by}) ({source}{{{OVERDUE.part}}})")
    yield Recording(level.recorded(OVERDUE, "ratio"), f"{part} / {whole}")


def _tests(level: Level) -> Iterator[Recording]:
    """Wilson's lower bound of the late share, and z of the difference between this week's share and last week's."""
    late, settled = level.part(LATE, "30d"), level.whole(LATE, "30d")
    square = WILSON_Z * WILSON_Z
    yield Recording(
        level.recorded(LATE, "wilson_lb", "30d"),
        f"(\n  {late} + {square / 2}\n"
        f"  - {WILSON_Z} * sqrt({late} * ({settled} - {late}) / {settled} + {square / 4})\n"
        f") / ({settled} + {square})",
    )
    k1, n1 = level.part(LATE, "7d"), level.whole(LATE, "7d")
    k0, n0 = level.part(LATE, "prev_7d"), level.whole(LATE, "prev_7d")
    yield Recording(
        level.recorded(LATE, "z", "7d"),
        f"({k1} * {n0} - {k0} * {n1})\n* sqrt(\n    ({n1} + {n0})\n"
        f"  / (({k1} + {k0}) * ({n1} + {n0} - {k1} - {k0}) * {n1} * {n0})\n)",
    )


def _overdue_hourly() -> Recording:
    return Recording(OVERDUE_HOURLY, f"sum by (unit) ({OVERDUE.metric}{{{OVERDUE.part}}})")
