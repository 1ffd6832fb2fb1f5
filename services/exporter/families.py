"""Every metric of the service (`interface.md`, Metrics): one table behind the page, its help and the documentation."""

from typing import Final

from services.exporter.text import Family

UNIT_FAMILIES: Final = (
    Family("duecourse_unit_info", "gauge", "A unit with its name, level, parent and province; always 1."),
    Family("duecourse_cases_open", "gauge", "Cases received and not ended, by deadline; the sum is the backlog."),
    Family("duecourse_cases_settled", "gauge", "Cases settled in whole local days by event time, today included."),
    Family("duecourse_cases_received", "gauge", "Cases received in whole local days by event time, today included."),
    Family("duecourse_cases_returned", "gauge", "Results handed over in whole local days by event time."),
    Family("duecourse_cases_became_overdue", "gauge", "Open cases whose due date passed, in whole local days."),
    Family(
        "duecourse_cases_open_oldest_received_timestamp_seconds",
        "gauge",
        "Unix time at which the oldest open case was received, in seconds; absent where none is open.",
    ),
    Family("duecourse_data_quality_cases", "gauge", "Cases with a data-quality problem; absent where there are none."),
    Family(
        "duecourse_target_ratio",
        "gauge",
        "Least share of settled cases (0 to 1) that a unit pledged to settle early or on time; absent without one.",
    ),
)
PIPELINE_FAMILIES: Final = (
    Family("duecourse_events_applied_total", "counter", "Facts recorded, by partition and type."),
    Family("duecourse_events_duplicate_total", "counter", "Records that repeated a known fact, by partition."),
    Family("duecourse_dead_letters_total", "counter", "Records refused, by partition and reason."),
    Family("duecourse_projection_position", "gauge", "Position up to which a partition has been read, in records."),
    Family(
        "duecourse_projection_watermark_timestamp_seconds",
        "gauge",
        "Unix time at which the last record applied was recorded, in seconds.",
    ),
    Family(
        "duecourse_projection_snapshot_timestamp_seconds",
        "gauge",
        "Unix time of the database snapshot that the page shows, in seconds.",
    ),
    Family("duecourse_projection_lag_events", "gauge", "Records in the log that are not read yet; 0 when embedded."),
    Family("duecourse_projection_halted", "gauge", "1 where a partition is halted because records are missing."),
    Family("duecourse_projection_rewinds_total", "counter", "Returns to the checkpoint because of a hole."),
    Family("duecourse_projection_retries_total", "counter", "Batches tried again because the database was away."),
    Family("duecourse_verification_differences", "gauge", "Differences that the last `duecourse verify` found."),
    Family("duecourse_build_info", "gauge", "Version, label policy and reporting time zone; always 1."),
)
ALL_FAMILIES: Final = (*UNIT_FAMILIES, *PIPELINE_FAMILIES)
