"""The service itself: whether figures arrive, are fresh, agree with the second implementation; and what watches it."""

from tests.services.monitoring.rule_cases import (
    PROVINCE,
    TREE,
    Case,
    CaseFile,
    Fired,
    Series,
    partition,
    together,
    unit,
    up,
)

DOWN, STALE, HALTED = "DuecourseExporterDown", "DuecourseProjectionStale", "DuecourseProjectionHalted"
DIFFERS, LAG_SLOW, REWINDING = "DuecourseVerificationDiffers", "DuecourseLagSlow", "DuecourseRewinding"
DEAD, QUALITY_ALERT, SLOW = "DuecourseDeadLetters", "DuecourseDataQuality", "DuecourseEventToMetricSlow"
BIG, TWICE = "DuecourseScrapeTooBig", "DuecourseUnitAmbiguous"
RULES_FAIL, RULES_SLOW = "DuecourseRulesFailing", "DuecourseRulesSlow"
UNDELIVERED, CALENDAR, WATCHDOG = "DuecourseNotificationsFailing", "DuecourseCalendarEnding", "DuecourseWatchdog"
MINUTE = 60
GROUP = "/etc/prometheus/rules/offices.yml;duecourse-late-alerts"


def lag(values: str | int) -> Series:
    return partition("projection_lag_events", values)


def watermark(values: str | int) -> Series:
    return partition("projection_watermark_timestamp_seconds", values)


def position(values: str | int) -> Series:
    return partition("projection_position", values)


def dead(values: str | int, number: int = 0) -> Series:
    return partition("dead_letters_total", values, number, reason="unknown_unit")


def latency(slow_each_minute: int) -> tuple[Series, ...]:
    """100 facts a minute, so many of them slower than 60 seconds."""
    quick = 100 - slow_each_minute
    counts = {"0.5": quick, "30": quick, "60": quick, "300": 100, "+Inf": 100}
    metric = "duecourse_event_to_metric_seconds_bucket"
    return tuple(Series(metric, {"le": bound}, f"0+{count}x60") for bound, count in counts.items())


def scrape(samples: int, seconds: int) -> tuple[Series, ...]:
    labels = {"job": "duecourse", "instance": "exporter:8000"}
    return (
        Series("scrape_samples_scraped", labels, samples),
        Series("scrape_duration_seconds", labels, seconds),
    )


def rule_group(seconds: int, failures: str | int = 0) -> tuple[Series, ...]:
    labels = {"job": "prometheus", "rule_group": GROUP}
    return (
        Series("prometheus_rule_group_last_duration_seconds", labels, seconds),
        Series("prometheus_rule_group_interval_seconds", labels, MINUTE),
        Series("prometheus_rule_evaluation_failures_total", labels, failures),
    )


def failed(values: str | int) -> Series:
    return Series("alertmanager_notifications_failed_total", {"job": "alertmanager", "integration": "email"}, values)


ARRIVAL = (
    Case("everything arrives", together(TREE, up(), lag(0)), at="30m", silent=(DOWN,)),
    Case("the exporter does not answer", together(TREE, up("1+0x9 0+0x20"), lag(0)), at="15m", fires=(Fired(DOWN),)),
    Case(
        "the exporter misses two scrapes at its restart",
        together(TREE, up("1+0x9 0+0x1 1+0x20"), lag(0)),
        at="15m",
        silent=(DOWN,),
    ),
    Case("nothing is scraped at all", (lag(0),), at="30m", fires=(Fired(DOWN),)),
    Case("the page has no units", together(up(), lag(0)), at="30m", fires=(Fired(DOWN),)),
    Case("the broker does not say how long the log is", together(TREE, up()), at="30m", fires=(Fired(DOWN),)),
)
FRESHNESS = (
    Case(
        "40 records wait and nothing is applied for 20 minutes",
        together(watermark(0), lag(40)),
        at="20m",
        fires=(Fired(STALE, {"partition": "0"}, {"minutes": "20", "lag": "40"}),),
    ),
    Case(
        "nothing is applied because nothing comes: a night", together(watermark(0), lag(0)), at="60m", silent=(STALE,)
    ),
    Case(
        "records wait but are applied all the time: back-dated facts alarm nobody",
        together(watermark("0+60x60"), lag(500)),
        at="60m",
        silent=(STALE,),
    ),
    Case(
        "a partition is halted",
        (partition("projection_halted", 1),),
        at="5m",
        fires=(Fired(HALTED, {"partition": "0"}),),
    ),
    Case("no partition is halted", (partition("projection_halted", 0),), at="5m", silent=(HALTED,)),
    Case(
        "60,000 records wait at 10 a second",
        together(position("0+600x60"), lag(60_000)),
        at="25m",
        fires=(Fired(LAG_SLOW, {"partition": "0"}, {"lag": "60000"}),),
    ),
    Case(
        "60,000 records wait and nothing moves",
        together(position(5_000), lag(60_000)),
        at="25m",
        fires=(Fired(LAG_SLOW, {"partition": "0"}, {"lag": "60000"}),),
    ),
    Case(
        "60,000 records wait at 1,000 a second: a minute's work",
        together(position("0+60000x60"), lag(60_000)),
        at="25m",
        silent=(LAG_SLOW,),
    ),
    Case("nothing waits and nothing moves", together(position(5_000), lag(0)), at="25m", silent=(LAG_SLOW,)),
    Case(
        "four rewinds within the hour",
        (partition("projection_rewinds_total", "0+0x60 1+1x3 4+0x60"),),
        at="70m",
        fires=(Fired(REWINDING, {"partition": "0"}, {"rewinds": "4"}),),
    ),
    Case(
        "one rewind a day",
        (partition("projection_rewinds_total", "3+0x30 4+0x90"),),
        at="90m",
        silent=(REWINDING,),
    ),
    Case(
        "two facts of a hundred take more than a minute",
        latency(2),
        at="25m",
        fires=(Fired(SLOW, says={"seconds": "180"}),),
    ),
    Case("all facts are quick", latency(0), at="25m", silent=(SLOW,)),
    Case(
        "no facts at all: no latency",
        tuple(Series(one.metric, one.labels, 0) for one in latency(0)),
        at="25m",
        silent=(SLOW,),
    ),
)
TRUTH = (
    Case(
        "the second implementation counts otherwise",
        (Series("duecourse_verification_differences", {}, 3),),
        at="5m",
        fires=(Fired(DIFFERS, says={"differences": "3"}),),
    ),
    Case("both count the same", (Series("duecourse_verification_differences", {}, 0),), at="5m", silent=(DIFFERS,)),
    Case("nothing was verified yet", (up(),), at="5m", silent=(DIFFERS,)),
    Case(
        "five records refused in two partitions",
        together(dead("0+0x29 3+0x10", 0), dead("7+0x29 9+0x10", 1)),
        at="35m",
        fires=(Fired(DEAD, {"reason": "unknown_unit"}, {"refused": "5"}),),
    ),
    Case("records were refused long ago", (dead(12),), at="60m", silent=(DEAD,)),
)
WATCHING = (
    Case(
        "470,000 samples a scrape",
        scrape(470_000, 4),
        at="20m",
        fires=(Fired(BIG, says={"samples": "470000", "seconds": "4.0"}),),
    ),
    Case(
        "12 seconds a scrape",
        scrape(134_000, 12),
        at="20m",
        fires=(Fired(BIG, says={"samples": "134000", "seconds": "12.0"}),),
    ),
    Case("12,000 units", scrape(402_000, 1), at="20m", silent=(BIG,)),
    Case(
        "two exporters are scraped",
        tuple(Series(PROVINCE.metric, {**PROVINCE.labels, "instance": f"exporter{n}:8000"}, 1) for n in (1, 2)),
        at="20m",
        fires=(Fired(TWICE, says={"units": "1"}),),
    ),
    Case("every unit is there once", TREE, at="20m", silent=(TWICE,)),
    Case(
        "a rule fails",
        rule_group(seconds=1, failures="0+0x9 0+1x20"),
        at="20m",
        fires=(Fired(RULES_FAIL, {"rule_group": GROUP}),),
    ),
    Case("no rule fails", rule_group(seconds=1), at="20m", silent=(RULES_FAIL, RULES_SLOW)),
    Case(
        "rules take 45 of 60 seconds",
        rule_group(seconds=45),
        at="20m",
        fires=(Fired(RULES_SLOW, {"rule_group": GROUP}, {"share": "0.75"}),),
    ),
    Case(
        "mails do not leave",
        (failed("0+0x9 0+1x20"),),
        at="20m",
        fires=(Fired(UNDELIVERED, {"integration": "email"}),),
    ),
    Case("all mails leave", (failed(4),), at="20m", silent=(UNDELIVERED,)),
    Case("the heartbeat", (), at="1m", fires=(Fired(WATCHDOG),), silent=(CALENDAR,)),
)
PIPELINE = CaseFile(
    "pipeline", "The service and what watches it.", "1m", ARRIVAL + FRESHNESS + TRUTH + WATCHING, rules=("pipeline",)
)


def quality(problem: str | int, arrivals: str | int) -> tuple[Series, ...]:
    """Cases of the commune with a problem, and receptions recorded, by three hours."""
    return together(
        TREE,
        Series("duecourse_data_quality_cases", {"unit": "C1", "problem": "due_missing"}, problem),
        partition("events_applied_total", arrivals, type="received"),
    )


QUALITY_CASES = (
    Case(
        "60 cases without a due date in a day, after 17 in a week of as many receptions",
        quality("0+0.3x72 29.1+7.5x10", "0+30x85"),
        at="240h",
        fires=(
            Fired(QUALITY_ALERT, {"problem": "due_missing"}, {"grown": "60", "expected": "2", "worst": "Xã Một (60)"}),
        ),
    ),
    Case(
        "a problem that was never there before",
        quality("_x73 7.5+7.5x10", "0+30x85"),
        at="240h",
        fires=(
            Fired(QUALITY_ALERT, {"problem": "due_missing"}, {"grown": "60", "expected": "0", "worst": "Xã Một (60)"}),
        ),
    ),
    Case(
        "a source that has always left out every third due date",
        quality("0+9x85", "0+30x85"),
        at="240h",
        silent=(QUALITY_ALERT,),
    ),
    Case(
        "a back-fill of 24,000 cases with its usual share of problems",
        quality("0+0.3x72 51.6+30x10", "0+30x72 5160+3000x10"),
        at="240h",
        silent=(QUALITY_ALERT,),
    ),
    Case(
        "monitoring began three days ago, and the archive is full of old problems",
        quality("_x56 5000+15x30", "_x56 90000+30x30"),
        at="240h",
        silent=(QUALITY_ALERT,),
    ),
)
QUALITY = CaseFile(
    "quality_days", "Data quality, by three hours over days.", "3h", QUALITY_CASES, rules=("recording", "pipeline")
)

YEARS = CaseFile(
    "calendar_years",
    "The end of the calendar: promtool's clock begins in 1970, so it runs by years.",
    "365d",
    (
        Case("the last known year still lasts", (unit("P", "Tỉnh Một", parent=""),), at="20440d", silent=(CALENDAR,)),
        Case("the last known year is over", (unit("P", "Tỉnh Một", parent=""),), at="21535d", fires=(Fired(CALENDAR),)),
    ),
    rules=("pipeline",),
)
