"""The service itself: what comes in, what waits, what is refused, what it costs."""

from services.monitoring.dashboards.parts import Column, Look, Measure, Page, Panel, Premises, Query, Row, lines
from services.monitoring.links import Dashboard
from services.monitoring.thresholds import EVENT_TO_METRIC_SECONDS_MAX
from services.monitoring.wording import Words

PROCESSES = 'job="duecourse-process"'
"""One process that is all of Duecourse shows itself on the page of the figures, too."""
_LATENCY = "duecourse_event_to_metric_seconds_bucket"


def pipeline(_: Premises) -> Page:
    return Page(
        dashboard=Dashboard.PIPELINE,
        title=Words("Pipeline", "Hệ thống"),
        said=Words(
            "From the records that come in to the figures that are shown.",
            "Từ bản ghi đầu vào đến số liệu được hiển thị.",
        ),
        since="now-6h",
        rows=(
            Row(Words("In", "Đầu vào"), (_facts(), _refused())),
            Row(Words("On the way", "Xử lý"), (_waiting(), _age(), _partitions())),
            Row(Words("Out", "Đầu ra"), (_latency(), _scrape())),
            Row(Words("What it costs", "Tài nguyên"), (_processor(), _memory(), _rules(), _build())),
        ),
    )


def _facts() -> Panel:
    return lines(
        Words("Facts recorded", "Sự kiện ghi nhận"),
        Words("Per second, by type; repeats are drawn beside them.", "Mỗi giây, theo loại; kèm bản ghi lặp."),
        Query(expression=_rate("type", "duecourse_events_applied_total"), legend="{{type}}"),
        Query(expression="sum (rate(duecourse_events_duplicate_total[$__rate_interval]))", legend="repeats · lặp"),
        measure=Measure.PER_SECOND,
        decimals=1,
        stacked=True,
    )


def _refused() -> Panel:
    return lines(
        Words("Records refused", "Bản ghi bị từ chối"),
        Words(
            "Records an hour that became dead letters, by reason. `duecourse dead-letters list` shows them.",
            "Số bản ghi bị từ chối mỗi giờ, theo lý do. `duecourse dead-letters list` liệt kê chúng.",
        ),
        Query(
            expression="sum by (reason) (increase(duecourse_dead_letters_total[1h])) > 0",
            legend="{{reason}}",
        ),
        empty="none recorded · không ghi nhận",
    )


def _waiting() -> Panel:
    return lines(
        Words("Records that wait", "Bản ghi đang chờ"),
        Words("What the log holds beyond what was read, by partition.", "Phần nhật ký chưa đọc, theo phân vùng."),
        Query(expression="max by (partition) (duecourse_projection_lag_events)", legend="partition {{partition}}"),
        width=8,
    )


def _age() -> Panel:
    return lines(
        Words("Age of the figures", "Độ trễ số liệu"),
        Words(
            "Seconds since the exporter read the database, and since the last record was written to the log.",
            "Số giây từ lần đọc cơ sở dữ liệu cuối, và từ bản ghi cuối cùng.",
        ),
        Query(
            expression="time() - max (duecourse_projection_snapshot_timestamp_seconds)",
            legend="snapshot · ảnh chụp",
        ),
        Query(
            expression="time() - max (duecourse_projection_watermark_timestamp_seconds)",
            legend="last record · bản ghi cuối",
        ),
        width=8,
        measure=Measure.SECONDS,
    )


def _partitions() -> Panel:
    return Panel(
        look=Look.LISTING,
        title=Words("Partitions", "Phân vùng"),
        said=Words(
            "How far each partition was read, what waits, whether it is halted, and how often it went back.",
            "Vị trí đã đọc, số đang chờ, trạng thái dừng và số lần quay lại của từng phân vùng.",
        ),
        width=8,
        labels=(("partition", "Partition · Phân vùng"),),
        columns=(
            Column(title="Position", expression="max by (partition) (duecourse_projection_position)"),
            Column(title="Waiting", expression="max by (partition) (duecourse_projection_lag_events)"),
            Column(title="Halted", expression="max by (partition) (duecourse_projection_halted)"),
            Column(
                title="Rewinds, 1 d", expression="max by (partition) (increase(duecourse_projection_rewinds_total[1d]))"
            ),
        ),
        empty="no partition",
    )


def _latency() -> Panel:
    return lines(
        Words("From event to metric", "Từ sự kiện đến số liệu"),
        Words(
            f"Seconds from recording to being ready for a scrape; over {EVENT_TO_METRIC_SECONDS_MAX} an alert fires.",
            f"Số giây từ ghi nhận đến khi sẵn sàng; trên {EVENT_TO_METRIC_SECONDS_MAX} sẽ cảnh báo.",
        ),
        *(
            Query(
                expression=f"histogram_quantile({share}, sum by (le) (rate({_LATENCY}[$__rate_interval])))",
                legend=f"{words} of 100",
            )
            for share, words in (("0.5", "50"), ("0.99", "99"))
        ),
        measure=Measure.SECONDS,
        decimals=1,
    )


def _scrape() -> Panel:
    return lines(
        Words("Scrape of the figures", "Lần đọc số liệu"),
        Words("Samples on the page, and seconds to read it.", "Số mẫu trên trang và số giây để đọc."),
        Query(expression='max (scrape_samples_scraped{job="duecourse"})', legend="samples · mẫu"),
        Query(
            expression='max (scrape_duration_seconds{job="duecourse"})',
            legend="seconds · giây",
            measure=Measure.SECONDS,
            decimals=1,
        ),
    )


def _processor() -> Panel:
    return lines(
        Words("Processor", "Bộ xử lý"),
        Words("Of one core, by process.", "So với một lõi, theo tiến trình."),
        Query(
            expression=f"rate(process_cpu_seconds_total{{{PROCESSES}}}[$__rate_interval])",
            legend="{{instance}}",
        ),
        width=6,
        measure=Measure.SHARE,
        decimals=1,
    )


def _memory() -> Panel:
    return lines(
        Words("Memory", "Bộ nhớ"),
        Words("Resident memory, by process.", "Bộ nhớ thường trú, theo tiến trình."),
        Query(expression=f"process_resident_memory_bytes{{{PROCESSES}}}", legend="{{instance}}"),
        width=6,
        measure=Measure.BYTES,
    )


def _rules() -> Panel:
    return lines(
        Words("Time for rules", "Thời gian tính quy tắc"),
        Words("Seconds that each group of rules takes.", "Số giây mỗi nhóm quy tắc cần."),
        Query(
            expression=(
                'max by (group) (label_replace(prometheus_rule_group_last_duration_seconds, "group", "$1",'
                ' "rule_group", ".*;(?:duecourse-)?(.+)"))'
            ),
            legend="{{group}}",
        ),
        width=6,
        measure=Measure.SECONDS,
        decimals=1,
    )


def _build() -> Panel:
    return Panel(
        look=Look.LISTING,
        title=Words("Release", "Phiên bản"),
        said=Words("Release, label policy and reporting time zone.", "Phiên bản, cách tính hạn và múi giờ báo cáo."),
        width=6,
        labels=(("version", "Release"), ("policy", "Policy"), ("time_zone", "Time zone")),
        columns=(Column(title="Exporters", expression="count by (version, policy, time_zone) (duecourse_build_info)"),),
    )


def _rate(by: str, counter: str) -> str:
    return f"sum by ({by}) (rate({counter}[$__rate_interval]))"
