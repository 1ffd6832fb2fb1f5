"""Alertmanager's configuration: who is told of what, when, and what is silent while something larger is wrong."""

from collections.abc import Mapping, Sequence
from typing import Final

from services.monitoring.rules import OFFICES, Scope, Severity
from services.monitoring.site import Province, Recipients, Site, Smtp
from services.monitoring.time_intervals import OfficeTimes
from services.monitoring.yaml_text import Value

OPERATORS: Final = "operators"
ON_CALL: Final = "on-call"
WATCHDOG: Final = "watchdog"
DISTRUST: Final = (
    "DuecourseExporterDown",
    "DuecourseProjectionStale",
    "DuecourseProjectionHalted",
    "DuecourseLagSlow",
    "DuecourseVerificationDiffers",
)
"""While one of these fires, figures of offices are not to be believed: a unit's cases lie in all partitions."""

GROUPED_BY: Final = ("alertname", "province", "parent")
REPEATS: Final = {Severity.WARNING: "2d", Severity.INFO: "4d"}
"""Below the 120 h for which Alertmanager remembers what it sent."""

Block = Mapping[str, Value]


def alertmanager_configuration(site: Site, times: Mapping[str, OfficeTimes]) -> Block:
    """The whole file. `times` are the office hours by code of province, under `""` those of everybody else."""
    definitions = {str(one["name"]): one for part in times.values() for one in part.definitions}
    return {
        "global": _mail_server(site.smtp),
        "templates": ["templates/*.tmpl"],
        "route": _route(site, times),
        "inhibit_rules": _inhibitions(),
        "time_intervals": list(definitions.values()),
        "receivers": [
            _receiver(OPERATORS, site.operators),
            _receiver(ON_CALL, site.on_call),
            _receiver(WATCHDOG, site.watchdog),
            *(_receiver(receiver_of(province), province.recipients) for province in site.province),
        ],
    }


def receiver_of(province: Province) -> str:
    """The name of a province's receiver."""
    return f"province-{province.code}"


def _mail_server(smtp: Smtp) -> Block:
    login: Block = {"smtp_auth_username": smtp.username} if smtp.username else {}
    secret: Block = {"smtp_auth_password_file": smtp.password_file} if smtp.password_file else {}
    return {
        "smtp_smarthost": smtp.smarthost,
        "smtp_from": smtp.sender,
        **login,
        **secret,
        "smtp_require_tls": smtp.require_tls,
    }


def _route(site: Site, times: Mapping[str, OfficeTimes]) -> Block:
    """Time intervals are not inherited, so every route that waits for the office says so itself."""
    everybody = times[""]
    provinces: list[Block] = [
        {
            "receiver": receiver_of(province),
            "matchers": [_is("province", province.code)],
            "routes": _by_severity(times.get(province.code, everybody)),
        }
        for province in site.province
    ]
    return {
        "receiver": OPERATORS,
        "group_by": GROUPED_BY,
        "group_wait": "1m",
        "group_interval": "15m",
        "repeat_interval": REPEATS[Severity.WARNING],
        "routes": [_watchdog_route(), _on_call_route(), *provinces, *_by_severity(everybody)],
    }


def _watchdog_route() -> Block:
    return {
        "receiver": WATCHDOG,
        "matchers": [_is("severity", Severity.NONE)],
        "group_wait": "0s",
        "group_interval": "1m",
        "repeat_interval": "5m",
    }


def _on_call_route() -> Block:
    return {
        "receiver": ON_CALL,
        "matchers": [_is("scope", Scope.PIPELINE), _is("severity", Severity.CRITICAL)],
        "group_by": ["alertname"],
        "group_wait": "10s",
        "group_interval": "5m",
        "repeat_interval": "4h",
    }


def _by_severity(times: OfficeTimes) -> Sequence[Block]:
    """Critical at once, everything else when offices work."""
    muted: Block = {"mute_time_intervals": times.muted} if times.muted else {}
    waiting: Block = {"active_time_intervals": times.active, **muted}
    return [
        {"matchers": [_is("severity", Severity.CRITICAL)], "group_wait": "10s"},
        *(
            {"matchers": [_is("severity", severity)], "repeat_interval": repeat, **waiting}
            for severity, repeat in REPEATS.items()
        ),
    ]


def _inhibitions() -> Sequence[Block]:
    return [
        {
            "source_matchers": [_one_of("alertname", DISTRUST)],
            "target_matchers": [_one_of("scope", OFFICES)],
        },
        {
            "source_matchers": [_is("scope", Scope.PROVINCE)],
            "target_matchers": [_one_of("scope", (Scope.UNIT, Scope.PARENT))],
            "equal": ["figure", "province"],
        },
        {
            "source_matchers": [_is("scope", Scope.PARENT)],
            "target_matchers": [_is("scope", Scope.UNIT)],
            "equal": ["figure", "parent"],
        },
    ]


def _receiver(name: str, recipients: Recipients) -> Block:
    mails: Block = {"email_configs": [_mail(address) for address in recipients.emails]} if recipients.emails else {}
    hooks: Block = (
        {"webhook_configs": [{"url": url, "send_resolved": True} for url in recipients.webhooks]}
        if recipients.webhooks
        else {}
    )
    return {"name": name, **mails, **hooks}


def _mail(address: str) -> Block:
    return {
        "to": address,
        "send_resolved": True,
        "headers": {"Subject": '{{ template "duecourse.subject" . }}'},
        "html": '{{ template "duecourse.html" . }}',
        "text": '{{ template "duecourse.text" . }}',
    }


def _is(label: str, value: str) -> str:
    return f'{label}="{value}"'


def _one_of(label: str, values: Sequence[str]) -> str:
    return f'{label}=~"{"|".join(values)}"'
