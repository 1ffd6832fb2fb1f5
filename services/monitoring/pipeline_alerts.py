"""Alerts on the service itself: whether the figures can be believed. They silence those of the offices."""

from collections.abc import Iterator
from typing import Final

from services.monitoring.levels import INFO
from services.monitoring.links import Dashboard
from services.monitoring.quality import ARRIVALS, ARRIVALS_BEFORE, EXPECTED, GROWTH
from services.monitoring.rules import Alert, Scope, Severity
from services.monitoring.thresholds import (
    CATCH_UP_MINUTES_MAX,
    EVENT_TO_METRIC_SECONDS_MAX,
    QUALITY_CASES_MIN,
    QUALITY_SHARE_MIN,
    QUALITY_Z,
    REWINDS_MAX,
    STALE_MINUTES_MAX,
)
from services.monitoring.wording import Label, Listing, Number, Said, Value, Words

LAG: Final = "max by (partition) (duecourse_projection_lag_events)"
WATERMARK: Final = "max by (partition) (duecourse_projection_watermark_timestamp_seconds)"
SPEED: Final = "max by (partition) (deriv(duecourse_projection_position[15m]))"
"""Position is a gauge: after a rewind it falls, and a rate would take what is read again for a whole new log."""


def pipeline_alerts() -> Iterator[Alert]:
    yield _exporter_down()
    yield _projection_stale()
    yield _projection_halted()
    yield _verification_differs()
    yield _lag_slow()
    yield _rewinding()
    yield _dead_letters()
    yield _data_quality()
    yield _event_to_metric_slow()


def _exporter_down() -> Alert:
    return pipeline_alert(
        "DuecourseExporterDown",
        "availability",
        'max (up{job="duecourse"}) == 0\n'
        'or max (absent(up{job="duecourse"}))\n'
        f"or max (absent({INFO}))\n"
        "or max (absent(duecourse_projection_lag_events))",
        Words("The figures do not arrive", "Không nhận được số liệu"),
        Words(
            "Prometheus cannot read the exporter, or its page lacks units or the state of the log. Nothing that the"
            " boards show is up to date, and no alert about offices can fire.",
            "Prometheus không đọc được exporter, hoặc trang số liệu thiếu đơn vị hay trạng thái hàng đợi. Số liệu trên"
            " bảng theo dõi không còn cập nhật và mọi cảnh báo về đơn vị đều không hoạt động.",
        ),
        severity=Severity.CRITICAL,
        hold="3m",
    )


def _projection_stale() -> Alert:
    return pipeline_alert(
        "DuecourseProjectionStale",
        "freshness",
        f"(time() - {WATERMARK}) / 60 > {STALE_MINUTES_MAX}\nand on (partition) {LAG} > 0",
        Words("Partition {partition} is not being read", "Phân vùng {partition} không được xử lý"),
        Words(
            "The last record was applied {minutes} minutes ago, while {lag} wait. The figures are those of that time.",
            "Bản ghi cuối cùng được xử lý cách đây {minutes} phút, còn {lag} bản ghi đang chờ. Số liệu dừng ở thời"
            " điểm đó.",
        ),
        {
            "partition": Label("partition"),
            "minutes": Value(),
            "lag": Number("max (duecourse_projection_lag_events{partition=%q})", ("partition",)),
        },
        severity=Severity.CRITICAL,
        hold="5m",
    )


def _projection_halted() -> Alert:
    return pipeline_alert(
        "DuecourseProjectionHalted",
        "freshness",
        "max by (partition) (duecourse_projection_halted) > 0",
        Words("Partition {partition} is halted", "Phân vùng {partition} đã dừng"),
        Words(
            "Records are missing from the log, so nothing after the hole is counted until a person decides.",
            "Nhật ký bị thiếu bản ghi nên các bản ghi phía sau chưa được tính cho đến khi có người xử lý.",
        ),
        {"partition": Label("partition")},
        severity=Severity.CRITICAL,
    )


def _verification_differs() -> Alert:
    return pipeline_alert(
        "DuecourseVerificationDiffers",
        "verification",
        "max (duecourse_verification_differences) > 0",
        Words("The check found {differences} wrong figures", "Kiểm tra đối chiếu phát hiện {differences} sai lệch"),
        Words(
            "The second implementation counts otherwise than the service. Publish nothing until it is explained.",
            "Bộ tính thứ hai cho kết quả khác với hệ thống. Không công bố số liệu cho đến khi tìm ra nguyên nhân.",
        ),
        {"differences": Value()},
        severity=Severity.CRITICAL,
    )


def _lag_slow() -> Alert:
    return pipeline_alert(
        "DuecourseLagSlow",
        "freshness",
        f"({LAG} > 0) / clamp_min({SPEED}, 0) / 60 > {CATCH_UP_MINUTES_MAX}",
        Words("Partition {partition} is behind", "Phân vùng {partition} bị chậm"),
        Words(
            f"{{lag}} records wait: more than {CATCH_UP_MINUTES_MAX} minutes at the speed of the last 15.",
            f"Còn {{lag}} bản ghi đang chờ; với tốc độ 15 phút qua cần hơn {CATCH_UP_MINUTES_MAX} phút để xử lý hết.",
        ),
        {
            "partition": Label("partition"),
            "lag": Number("max (duecourse_projection_lag_events{partition=%q})", ("partition",)),
        },
        hold="15m",
    )


def _rewinding() -> Alert:
    rewinds = "sum by (partition) (duecourse_projection_rewinds_total{})"
    return pipeline_alert(
        "DuecourseRewinding",
        "freshness",
        f"{rewinds.format('')} - {rewinds.format(' offset 1h')} > {REWINDS_MAX}",
        Words("Partition {partition} keeps starting again", "Phân vùng {partition} liên tục đọc lại"),
        Words(
            "{rewinds} times within an hour the log had a hole and was read again from the checkpoint.",
            "Trong một giờ có {rewinds} lần nhật ký bị hổng và phải đọc lại từ điểm lưu.",
        ),
        {"partition": Label("partition"), "rewinds": Value()},
    )


def _dead_letters() -> Alert:
    dead = "sum by (reason) (duecourse_dead_letters_total{})"
    return pipeline_alert(
        "DuecourseDeadLetters",
        "dead_letters",
        f"{dead.format('')} - {dead.format(' offset 15m')} > 0",
        Words("Records were refused: {reason}", "Có bản ghi bị từ chối: {reason}"),
        Words(
            "{refused} records of the last 15 minutes could not be read as facts ({reason}). They are kept and count in"
            " no figure until they are sent again or discarded.",
            "15 phút qua có {refused} bản ghi không đọc được ({reason}). Các bản ghi này được giữ lại, chưa tính vào số"
            " liệu cho đến khi gửi lại hoặc loại bỏ.",
        ),
        {"reason": Label("reason"), "refused": Value()},
        keep="30m",
    )


def _data_quality() -> Alert:
    cases = "duecourse_data_quality_cases{problem=%q}"
    grown = f"{cases} - ({cases} offset 1d or 0 * {cases})"
    return pipeline_alert(
        "DuecourseDataQuality",
        "data_quality",
        f"{GROWTH} >= {QUALITY_CASES_MIN}\n"
        f"and {GROWTH} - {EXPECTED} > {QUALITY_SHARE_MIN} * scalar({ARRIVALS})\n"
        f"and {GROWTH} - {EXPECTED}\n"
        f"  > {QUALITY_Z} * sqrt({EXPECTED} * (1 + scalar({ARRIVALS}) / scalar({ARRIVALS_BEFORE})) + 1)",
        Words("More cases with the problem {problem}", "Nhiều hồ sơ có lỗi dữ liệu {problem}"),
        Words(
            "{grown} cases more than a day ago contradict themselves ({problem}); after the week before {expected} were"
            " to be expected.{worst}",
            "So với một ngày trước có thêm {grown} hồ sơ có dữ liệu mâu thuẫn ({problem}); theo tuần trước chỉ khoảng"
            " {expected}.{worst}",
        ),
        {
            "problem": Label("problem"),
            "grown": Value(),
            "expected": Number(f"{EXPECTED}{{problem=%q}}", ("problem",)),
            "worst": Listing(
                Words("Most of them", "Nhiều nhất"),
                f"topk(3, ({grown}) * on (unit) group_left (name) {INFO} > 0)",
                ("problem",) * grown.count("%q"),
            ),
        },
        hold="15m",
        keep="30m",
    )


def _event_to_metric_slow() -> Alert:
    buckets = "sum by (le) (rate(duecourse_event_to_metric_seconds_bucket[10m]))"
    return pipeline_alert(
        "DuecourseEventToMetricSlow",
        "freshness",
        f"histogram_quantile(0.99, {buckets}) > {EVENT_TO_METRIC_SECONDS_MAX}",
        Words("Facts take long to become figures", "Sự kiện chậm được phản ánh vào số liệu"),
        Words(
            "One fact in a hundred takes longer than {seconds} seconds from its recording to the metrics page.",
            "Cứ 100 sự kiện có một sự kiện mất hơn {seconds} giây từ lúc ghi nhận đến khi hiện trong số liệu.",
        ),
        {"seconds": Value()},
        hold="10m",
    )


def pipeline_alert(
    name: str,
    figure: str,
    expression: str,
    summary: Words,
    description: Words,
    said: dict[str, Said] | None = None,
    *,
    severity: Severity = Severity.WARNING,
    hold: str = "",
    keep: str = "",
) -> Alert:
    """An alert for the people who run the service."""
    return Alert(
        name=name,
        severity=severity,
        scope=Scope.PIPELINE,
        figure=figure,
        expression=expression,
        summary=summary,
        description=description,
        said=said or {},
        dashboard=Dashboard.PIPELINE,
        hold=hold,
        keep=keep,
    )
