"""Alerts on what watches: scrapes and rules near their limits, messages that do not leave, a calendar that ends."""

from collections.abc import Iterator

from services.monitoring.levels import INFO
from services.monitoring.pipeline_alerts import pipeline_alert
from services.monitoring.rules import Alert, Severity
from services.monitoring.thresholds import (
    CALENDAR_DAYS_MIN,
    RULE_TIME_SHARE_MAX,
    SCRAPE_SAMPLES_LIMIT,
    SCRAPE_SAMPLES_MAX,
    SCRAPE_SECONDS_MAX,
    SCRAPE_TIMEOUT_SECONDS,
)
from services.monitoring.wording import Label, Number, Value, Words


def upkeep_alerts(calendar_ends_at: int) -> Iterator[Alert]:
    """`calendar_ends_at`: Unix time in seconds up to which holidays are known."""
    yield _scrape_too_big()
    yield _unit_ambiguous()
    yield from _rule_alerts()
    yield _notifications_failing()
    yield _calendar_ending(calendar_ends_at)
    yield _watchdog()


def _scrape_too_big() -> Alert:
    exceeded = [
        f"increase(prometheus_target_scrapes_exceeded_{limit}_limit_total[30m])" for limit in ("sample", "body_size")
    ]
    return pipeline_alert(
        "DuecourseScrapeTooBig",
        "capacity",
        f'max (scrape_samples_scraped{{job="duecourse"}}) > {SCRAPE_SAMPLES_MAX}\n'
        f'or max (scrape_duration_seconds{{job="duecourse"}}) > {SCRAPE_SECONDS_MAX}\n'
        f"or max ({exceeded[0]}) > 0\nor max ({exceeded[1]}) > 0",
        Words("The scrape of the figures nears its limits", "Trang số liệu sắp vượt giới hạn"),
        Words(
            f"The last scrape had {{samples}} samples and took {{seconds}} seconds; over {SCRAPE_SAMPLES_LIMIT} samples"
            f" or {SCRAPE_TIMEOUT_SECONDS} seconds it fails whole.",
            f"Lần đọc gần nhất có {{samples}} mẫu và mất {{seconds}} giây; vượt {SCRAPE_SAMPLES_LIMIT} mẫu hoặc"
            f" {SCRAPE_TIMEOUT_SECONDS} giây thì toàn bộ lần đọc bị bỏ.",
        ),
        {
            "samples": Number('max (scrape_samples_scraped{job="duecourse"})'),
            "seconds": Number('max (scrape_duration_seconds{job="duecourse"})', decimals=1),
        },
        hold="10m",
    )


def _unit_ambiguous() -> Alert:
    return pipeline_alert(
        "DuecourseUnitAmbiguous",
        "capacity",
        f"count (count by (unit) ({INFO}) > 1) > 0",
        Words("{units} units are there twice", "{units} đơn vị xuất hiện hai lần"),
        Words(
            "More than one exporter is scraped, or a page names a unit twice: sums are double and rules fail.",
            "Có nhiều hơn một exporter được đọc, hoặc một đơn vị bị ghi hai lần: tổng số bị gấp đôi và quy tắc bị lỗi.",
        ),
        {"units": Value()},
        hold="10m",
    )


def _rule_alerts() -> Iterator[Alert]:
    yield pipeline_alert(
        "DuecourseRulesFailing",
        "rules",
        "sum by (rule_group) (increase(prometheus_rule_evaluation_failures_total[15m])) > 0",
        Words("Rules fail", "Quy tắc tính toán bị lỗi"),
        Words(
            "Rules of {group} could not be computed; the alerts that need them are blind.",
            "Quy tắc trong {group} không tính được; các cảnh báo dựa vào đó không hoạt động.",
        ),
        {"group": Label("rule_group")},
    )
    yield pipeline_alert(
        "DuecourseRulesSlow",
        "rules",
        "max by (rule_group) (\n"
        "  prometheus_rule_group_last_duration_seconds / prometheus_rule_group_interval_seconds\n"
        f") > {RULE_TIME_SHARE_MAX}",
        Words("Rules are slow", "Quy tắc tính toán chậm"),
        Words(
            "The rules of {group} take {share} of their interval; over 1.0 they miss rounds.",
            "Quy tắc trong {group} chiếm {share} chu kỳ tính; vượt 1,0 sẽ bỏ lỡ lượt.",
        ),
        {"group": Label("rule_group"), "share": Value(2)},
        hold="15m",
    )


def _notifications_failing() -> Alert:
    return pipeline_alert(
        "DuecourseNotificationsFailing",
        "delivery",
        "sum by (integration) (increase(alertmanager_notifications_failed_total[15m])) > 0",
        Words("Messages by {integration} do not leave", "Không gửi được thông báo qua {integration}"),
        Words(
            "Alertmanager could not deliver; whoever is told only this way hears nothing.",
            "Alertmanager không gửi được; người chỉ nhận qua kênh này sẽ không biết có cảnh báo.",
        ),
        {"integration": Label("integration")},
        keep="30m",
    )


def _calendar_ending(ends_at: int) -> Alert:
    """Without the next year's holidays, warnings would go out on them, and be late after them."""
    return pipeline_alert(
        "DuecourseCalendarEnding",
        "calendar",
        f"vector(time()) > {ends_at - CALENDAR_DAYS_MIN * 86_400}",
        Words("The calendar ends soon", "Lịch làm việc sắp hết"),
        Words(
            "The holidays of the coming year are not in the calendar: due dates and office hours will ignore them.",
            "Lịch nghỉ của năm tới chưa được cập nhật: ngày hẹn trả và giờ gửi cảnh báo sẽ không tính đến ngày nghỉ.",
        ),
    )


def _watchdog() -> Alert:
    """Always fires: whoever receives it says so when it stops coming."""
    return pipeline_alert(
        "DuecourseWatchdog",
        "delivery",
        "vector(1)",
        Words("Alerting works", "Hệ thống cảnh báo hoạt động"),
        Words(
            "A heartbeat: when it stops, Prometheus, Alertmanager or the way between them is broken.",
            "Tín hiệu định kỳ: nếu ngừng nghĩa là Prometheus, Alertmanager hoặc đường truyền giữa chúng bị lỗi.",
        ),
        severity=Severity.NONE,
    )
