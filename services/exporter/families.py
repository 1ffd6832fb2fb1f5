"""Every metric of the service (`interface.md`, Metrics): one table behind the page, its help and the documentation."""

from typing import Final

from projections.definitions import backlog, late_settled, on_time_settled
from projections.definitions.definition import Definition
from services.exporter.text import Family

_PLEDGED: Final = on_time_settled.DEFINITION


def _shown(*definitions: Definition) -> str:
    """The figures that a family holds the integers of, in the words of their definitions."""
    return "; ".join(one.meaning.en for one in definitions)


UNIT_FAMILIES: Final = (
    Family(
        "duecourse_unit_info",
        "gauge",
        "A unit with its name, level, parent and province; always 1.",
        ("unit", "name", "level", "parent", "province"),
    ),
    Family(
        "duecourse_cases_open",
        "gauge",
        f"Cases received and not ended, by deadline; the sum is the backlog. {_shown(backlog.DEFINITION)}.",
        ("unit", "deadline"),
    ),
    Family(
        "duecourse_cases_settled",
        "gauge",
        "Cases settled in whole local days by event time, today included. "
        f"{_shown(_PLEDGED, late_settled.DEFINITION)}.",
        ("unit", "window", "timeliness"),
    ),
    Family(
        "duecourse_cases_received",
        "gauge",
        "Cases received in whole local days by event time, today included.",
        ("unit", "window"),
    ),
    Family(
        "duecourse_cases_returned",
        "gauge",
        "Results handed over in whole local days by event time.",
        ("unit", "window"),
    ),
    Family(
        "duecourse_cases_became_overdue",
        "gauge",
        "Open cases whose due date passed, in whole local days.",
        ("unit", "window"),
    ),
    Family(
        "duecourse_cases_open_oldest_received_timestamp_seconds",
        "gauge",
        "Unix time at which the oldest open case was received, in seconds; absent where none is open.",
        ("unit",),
    ),
    Family(
        "duecourse_data_quality_cases",
        "gauge",
        "Cases with a data-quality problem; absent where there are none.",
        ("unit", "problem"),
    ),
    Family(
        "duecourse_target_ratio",
        "gauge",
        f"Least ratio (0 to 1) that a unit pledged; absent without one. {_shown(_PLEDGED)}.",
        ("unit",),
    ),
)
PIPELINE_FAMILIES: Final = (
    Family(
        "duecourse_events_applied_total", "counter", "Facts recorded, by partition and type.", ("partition", "type")
    ),
    Family(
        "duecourse_events_duplicate_total",
        "counter",
        "Records that repeated a known fact, by partition.",
        ("partition",),
    ),
    Family(
        "duecourse_dead_letters_total", "counter", "Records refused, by partition and reason.", ("partition", "reason")
    ),
    Family(
        "duecourse_projection_position",
        "gauge",
        "Position up to which a partition has been read, in records.",
        ("partition",),
    ),
    Family(
        "duecourse_projection_watermark_timestamp_seconds",
        "gauge",
        "Unix time at which the last record applied was recorded, in seconds.",
        ("partition",),
    ),
    Family(
        "duecourse_projection_snapshot_timestamp_seconds",
        "gauge",
        "Unix time of the database snapshot that the page shows, in seconds.",
    ),
    Family(
        "duecourse_projection_lag_events",
        "gauge",
        "Records in the log that are not read yet; 0 when embedded.",
        ("partition",),
    ),
    Family(
        "duecourse_projection_halted",
        "gauge",
        "1 where a partition is halted because records are missing.",
        ("partition",),
    ),
    Family(
        "duecourse_projection_rewinds_total", "counter", "Returns to the checkpoint because of a hole.", ("partition",)
    ),
    Family(
        "duecourse_projection_retries_total",
        "counter",
        "Batches tried again because the database was away.",
        ("partition",),
    ),
    Family("duecourse_verification_differences", "gauge", "Differences that the last `duecourse verify` found."),
    Family(
        "duecourse_build_info",
        "gauge",
        "Version, label policy and reporting time zone; always 1.",
        ("version", "policy", "time_zone"),
    ),
)
ALL_FAMILIES: Final = (*UNIT_FAMILIES, *PIPELINE_FAMILIES)
EVENT_TO_METRIC: Final = Family(
    "duecourse_event_to_metric_seconds",
    "histogram",
    "Seconds from the recording of a batch to its figures being ready for a scrape.",
)
PROCESS_FAMILIES: Final = (EVENT_TO_METRIC,)
"""What a process tells of itself, at `/metrics/process`."""
