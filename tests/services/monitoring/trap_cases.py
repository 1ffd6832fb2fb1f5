"""What must not alarm anybody, and what must not blind an alert."""

from tests.services.monitoring.late_cases import HIGH, SMALL, weeks
from tests.services.monitoring.pipeline_cases import (
    DEAD,
    DOWN,
    LAG_SLOW,
    REWINDING,
    STALE,
    TWICE,
    dead,
    lag,
    position,
    watermark,
)
from tests.services.monitoring.rule_cases import (
    COMMUNE_LABELS,
    DISTRICT_LABELS,
    PROVINCE,
    PROVINCE_LABELS,
    TREE,
    Case,
    CaseFile,
    Fired,
    Series,
    open_cases,
    partition,
    received,
    settled,
    together,
    unit,
    up,
)

OTHERS = together(*(settled(one.labels["unit"], "30d", 1, 39) for one in SMALL))
RENAMED = (
    PROVINCE,
    unit("D", "Huyện Một", level="district"),
    unit("C1", "Xã Một", parent="D", values="1+0x29 stale"),
    unit("C1", "Phường Một", parent="D", values="_x30 1+0x50"),
)
SAID = {"late": "30", "settled": "100", "share": "30.0", "target": "5.0"}


def _away(one: Series) -> Series:
    """The series of an exporter that is away from minute 30 to 50: marked stale, as a failed scrape does."""
    return Series(one.metric, one.labels, f"{one.values}+0x29 stale _x19 {one.values}+0x40")


ALL_WINDOWS = ("1d", "7d", "prev_7d", "30d", "month", "year")

CASES = (
    Case(
        "a commune of 20 cases has a bad Monday: four late, in a district that is well",
        together(
            TREE,
            SMALL,
            OTHERS,
            settled("C1", "1d", "0+0x9 1+0x9 2+0x9 3+0x9 4+0x200", 0),
            settled("C1", "7d", "0+0x9 1+0x9 2+0x9 3+0x9 4+0x200", 3),
            settled("C1", "prev_7d", 0, 5),
            settled("C1", "30d", "0+0x9 1+0x9 2+0x9 3+0x9 4+0x200", 16),
            open_cases("C1", in_time=12, overdue=3, due_soon=4),
            received("C1", "30d", 22),
        ),
        at="240m",
        quiet=True,
    ),
    Case(
        "a unit is renamed: nothing is counted twice, the alert goes on under the new name",
        together(RENAMED, settled("C1", "30d", 30, 70)),
        at="80m",
        fires=(
            Fired(HIGH, COMMUNE_LABELS | {"name": "Phường Một"}, SAID),
            Fired(HIGH, DISTRICT_LABELS, SAID | {"worst": "Phường Một (30)"}),
            Fired(HIGH, PROVINCE_LABELS, SAID | {"worst": "Phường Một (30)"}),
        ),
        silent=(TWICE,),
        shows={'sum(parent:duecourse_settled:sum_30d{parent="D"})': 100},
    ),
    Case(
        "right after the renaming the sums are the same",
        together(RENAMED, settled("C1", "30d", 30, 70)),
        at="31m",
        shows={
            "sum(province:duecourse_settled:sum_30d)": 100,
            'sum(parent:duecourse_settled:sum_30d{parent="D"})': 100,
            "count(unit:duecourse_settled:sum_30d)": 1,
        },
    ),
    Case(
        "a parent counts its own cases and its children's, once; the province counts all; levels stand apart",
        together(TREE, settled("P", "30d", 1, 9), settled("D", "30d", 2, 18), settled("C1", "30d", 4, 36)),
        at="10m",
        shows={
            'sum(parent:duecourse_settled:sum_30d{parent="D"})': 60,
            'sum(parent:duecourse_late:sum_30d{parent="D"})': 6,
            'sum(parent:duecourse_settled:sum_30d{parent="P"})': 30,
            "sum(province:duecourse_settled:sum_30d)": 70,
            "sum(province:duecourse_late:sum_30d)": 7,
            'sum(level:duecourse_settled:sum_30d{level="commune"})': 40,
            "sum(round(1000 * province:duecourse_late_settled:ratio_30d))": 100,
            "sum(round(1000 * province:duecourse_late_settled:burn_30d))": 2_000,
        },
    ),
    Case(
        "nothing was settled or received by anybody: rates without a denominator say nothing",
        together(
            TREE,
            *(settled(code, window, 0, 0) for code in ("P", "D", "C1") for window in ALL_WINDOWS),
            *(open_cases(code) for code in ("P", "D", "C1")),
            *(received(code, "30d", 0) for code in ("P", "D", "C1")),
        ),
        at="120m",
        quiet=True,
        shows={"count(province:duecourse_late_settled:ratio_30d == province:duecourse_late_settled:ratio_30d)": None},
    ),
    Case(
        "everything was late in both weeks: z has no denominator either",
        together(TREE, weeks("C1", before=(50, 0), now=(50, 0))),
        at="60m",
        quiet=True,
    ),
    Case(
        "units without any figures, and figures without a unit",
        together(TREE, settled("X", "30d", 90, 10), open_cases("X", overdue=90, due_soon=90)),
        at="120m",
        quiet=True,
    ),
    Case(
        "the week before is missing: nothing to compare with",
        together(TREE, settled("C1", "7d", 60, 40)),
        at="60m",
        quiet=True,
    ),
    Case(
        "a rewind: the position falls, the records are read again, nothing is behind for long",
        together(
            position("0+600x29 12000+600x40"),
            lag("0+0x29 6000+0x2 0+0x40"),
            watermark("0+60x70"),
            partition("projection_rewinds_total", "0+0x29 1+0x40"),
        ),
        at="60m",
        silent=(LAG_SLOW, REWINDING, STALE),
        shows={
            'sum(count_over_time(ALERTS{alertstate="firing", scope="pipeline", partition="0"}[60m]))': None,
        },
    ),
    Case(
        "the counters begin anew after a rebuild",
        together(
            dead("40+0x29 0+0x9 2+0x0 2+0x40"),
            partition("projection_rewinds_total", "9+0x29 0+0x40"),
        ),
        at="35m",
        silent=(DEAD, REWINDING),
    ),
    Case(
        "Prometheus begins with an archive of old dead letters and late rewinds",
        together(dead("_x20 250+0x40"), partition("projection_rewinds_total", "_x20 30+0x40")),
        at="50m",
        silent=(DEAD, REWINDING),
    ),
    Case(
        "the exporter is away for twenty minutes: the alert about offices stays, and one about the exporter comes",
        together(
            *(_away(one) for one in TREE),
            *(_away(one) for one in settled("C1", "30d", 30, 70)),
            up("1+0x29 0+0x19 1+0x40"),
            lag(0),
        ),
        at="45m",
        fires=(Fired(DOWN),),
        shows={'sum(ALERTS{alertname="DuecourseLateHigh", alertstate="firing", scope="unit"})': 1},
    ),
    Case(
        "midnight: today begins with nothing, a week moves on",
        together(
            TREE,
            settled("C1", "1d", "6+0x29 0+0x90", "94+0x29 0+0x90"),
            settled("C1", "7d", "20+0x29 15+0x90", "480+0x29 400+0x90"),
            settled("C1", "prev_7d", "14+0x29 19+0x90", "480+0x29 560+0x90"),
            settled("C1", "30d", 80, 1_920),
            open_cases("C1", due_soon="60+0x29 170+0x90", overdue=20, in_time=300),
            received("C1", "30d", 2_050),
        ),
        at="120m",
        quiet=True,
    ),
)
TRAPS = CaseFile("traps", "What must not alarm anybody, and what must not blind an alert.", "1m", CASES)
