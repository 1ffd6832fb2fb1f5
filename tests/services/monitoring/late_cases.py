"""Late level, late rise and burn rate: where they begin, in units, parents and the province."""

from tests.services.monitoring.rule_cases import (
    COMMUNE_LABELS,
    DISTRICT_LABELS,
    PROVINCE_LABELS,
    TREE,
    Case,
    CaseFile,
    Fired,
    Series,
    settled,
    together,
    unit,
)

HIGH, RISING, BURN = "DuecourseLateHigh", "DuecourseLateRising", "DuecourseLateBurn"
SMALL = tuple(unit(f"S{number}", f"Xã Nhỏ {number}", parent="D") for number in range(1, 5))


def weeks(code: str, before: tuple[int, int], now: tuple[int, int]) -> tuple[Series, ...]:
    """Late and in time in the week before and in this one."""
    return together(settled(code, "prev_7d", *before), settled(code, "7d", *now))


def everywhere(name: str, says: dict[str, str], worst: str) -> tuple[Fired, ...]:
    """The alert of the commune, of its district and of the province, which count the commune's cases alone."""
    return (
        Fired(name, COMMUNE_LABELS, says),
        Fired(name, DISTRICT_LABELS, says | {"worst": worst}),
        Fired(name, PROVINCE_LABELS, says | {"worst": worst}),
    )


def level(title: str, late: int, of: int, *, fires: bool) -> Case:
    """A commune with so many late cases in 30 days."""
    says = {"late": str(late), "settled": str(of), "share": f"{100 * late / of:.1f}", "target": "5.0"}
    return Case(
        title,
        together(TREE, settled("C1", "30d", late, of - late)),
        at="20m",
        fires=everywhere(HIGH, says, f"Xã Một ({late})") if fires else (),
        silent=() if fires else (HIGH,),
    )


LEVELS = (
    level("3 late of 10: the smallest level that is said", 3, 10, fires=True),
    level("2 late of 10", 2, 10, fires=False),
    level("9 late of 9: too few to say anything, whatever the share", 9, 9, fires=False),
    level("5 late of 20", 5, 20, fires=True),
    level("4 late of 20", 4, 20, fires=False),
    level("12 late of 100", 12, 100, fires=True),
    level("11 late of 100: above the target, but no more than chance", 11, 100, fires=False),
    level("72 late of 1000", 72, 1000, fires=True),
    level("71 late of 1000", 71, 1000, fires=False),
)

CASES = (
    *LEVELS,
    Case(
        "late level: held for a quarter of an hour before it is said",
        together(TREE, settled("C1", "30d", late="0+0x19 30+0x20", in_time=70)),
        at="34m",
        silent=(HIGH,),
    ),
    Case(
        "late level: kept for half an hour after it is over, with the words of its last minute",
        together(TREE, settled("C1", "30d", late="30+0x18 0+0x40", in_time=70)),
        at="48m",
        fires=everywhere(HIGH, {"late": "30", "settled": "100", "share": "30.0", "target": "5.0"}, "Xã Một (30)"),
    ),
    Case(
        "late level: over half an hour later",
        together(TREE, settled("C1", "30d", late="30+0x18 0+0x40", in_time=70)),
        at="49m",
        silent=(HIGH,),
    ),
    Case(
        "four communes of 9 cases each: too small one by one, plain in their district",
        together(
            TREE, SMALL, *(settled(f"S{n}", "30d", late, 9 - late) for n, late in enumerate((3, 5, 4, 1), start=1))
        ),
        at="20m",
        fires=everywhere(
            HIGH,
            {"late": "13", "settled": "36", "share": "36.1", "target": "5.0"},
            "Xã Nhỏ 2 (5), Xã Nhỏ 3 (4), Xã Nhỏ 1 (3)",
        )[1:],
    ),
    Case(
        "from 3 to 18 late of 100 in a week",
        together(TREE, weeks("C1", before=(3, 97), now=(18, 82))),
        at="20m",
        fires=everywhere(
            RISING,
            {"late": "18", "settled": "100", "late_before": "3", "settled_before": "100"},
            "Xã Một (18)",
        ),
    ),
    Case(
        "from 3 to 16 late of 100 in a week: still chance",
        together(TREE, weeks("C1", before=(3, 97), now=(16, 84))),
        at="20m",
        silent=(RISING,),
    ),
    Case(
        "from 300 to 390 late of 10000: no chance, but not the five points that matter",
        together(TREE, weeks("C1", before=(300, 9_700), now=(390, 9_610))),
        at="20m",
        silent=(RISING,),
    ),
    Case(
        "from 0 to 10 late of 19 after a quiet week: too few to compare",
        together(TREE, weeks("C1", before=(0, 40), now=(10, 9))),
        at="20m",
        silent=(RISING,),
    ),
    Case(
        "30 percent late in the whole province today: six times the target",
        together(
            TREE,
            settled("C1", "1d", 31, 69),
            settled("C1", "7d", 31, 569),
            settled("C1", "30d", 60, 2_340),
        ),
        at="20m",
        fires=(
            Fired(
                BURN,
                PROVINCE_LABELS | {"speed": "fast"},
                {
                    "late": "31",
                    "settled": "100",
                    "share": "31.0",
                    "times": "6.2",
                    "target": "5.0",
                    "worst": "Xã Một (31)",
                },
            ),
        ),
    ),
    Case(
        "11 percent late for a week, and today: more than twice the target",
        together(
            TREE,
            settled("C1", "1d", 11, 89),
            settled("C1", "7d", 66, 534),
            settled("C1", "30d", 90, 2_310),
        ),
        at="20m",
        fires=(
            Fired(
                BURN,
                PROVINCE_LABELS | {"speed": "steady"},
                {
                    "late": "66",
                    "settled": "600",
                    "share": "11.0",
                    "times": "2.2",
                    "target": "5.0",
                    "worst": "Xã Một (66)",
                },
            ),
        ),
    ),
    Case(
        "7 percent late for a month, and this week: the year's target is being missed",
        together(
            TREE,
            settled("C1", "1d", 1, 99),
            settled("C1", "7d", 42, 558),
            settled("C1", "30d", 168, 2_232),
        ),
        at="20m",
        fires=(
            Fired(
                BURN,
                PROVINCE_LABELS | {"speed": "slow"},
                {
                    "late": "168",
                    "settled": "2400",
                    "share": "7.0",
                    "times": "1.4",
                    "target": "5.0",
                    "worst": "Xã Một (168)",
                },
            ),
        ),
    ),
    Case(
        "a bad week that is over today, and a bad day in a good month",
        together(
            TREE,
            settled("C1", "1d", 5, 95),
            settled("C1", "7d", 66, 534),
            settled("C1", "30d", 110, 2_290),
        ),
        at="20m",
        silent=(BURN,),
    ),
    Case(
        "14 late of 40 today: a small province has too few cases for a pace",
        together(TREE, settled("C1", "1d", 14, 26), settled("C1", "7d", 20, 400), settled("C1", "30d", 20, 2_000)),
        at="20m",
        silent=(BURN,),
    ),
)
LATE = CaseFile("late", "Late level, late rise, burn rate.", "1m", CASES, rules=("recording", "offices"))
