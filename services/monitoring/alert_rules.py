"""The table of alerts, in the groups in which Prometheus computes them."""

from collections.abc import Mapping
from typing import Final

from services.monitoring.backlog_alerts import backlog_alerts
from services.monitoring.late_alerts import late_alerts
from services.monitoring.links import dashboard_url, runbook_url
from services.monitoring.pipeline_alerts import pipeline_alerts
from services.monitoring.rules import Alert, Group, Scope
from services.monitoring.site import Links
from services.monitoring.upkeep_alerts import upkeep_alerts

PLACE_LABELS: Final = {
    Scope.UNIT: frozenset({"province", "parent", "unit"}),
    Scope.PARENT: frozenset({"province", "parent"}),
    Scope.PROVINCE: frozenset({"province"}),
    Scope.PIPELINE: frozenset[str](),
}


def office_groups() -> tuple[Group, ...]:
    """What offices are told. The backlog's ranges are long, so it is looked at less often."""
    return (
        Group("duecourse-late-alerts", tuple(late_alerts())),
        Group("duecourse-backlog-alerts", tuple(backlog_alerts()), interval="4m"),
    )


def pipeline_groups(calendar_ends_at: int) -> tuple[Group, ...]:
    """What the people who run the service are told."""
    return (
        Group("duecourse-pipeline-alerts", tuple(pipeline_alerts())),
        Group("duecourse-upkeep-alerts", tuple(upkeep_alerts(calendar_ends_at))),
    )


def labels_of(alert: Alert) -> Mapping[str, str]:
    """The labels that a rule adds."""
    return {"severity": alert.severity, "scope": alert.scope, "figure": alert.figure, **alert.labels}


def annotations_of(alert: Alert, links: Links) -> Mapping[str, str]:
    """The annotations with Prometheus' templates in them."""
    templates = {name: said.template() for name, said in alert.said.items()}
    english = {name: words.english for name, words in templates.items()}
    vietnamese = {name: words.vietnamese for name, words in templates.items()}
    summary, description = (words.filled(english, vietnamese) for words in (alert.summary, alert.description))
    return {
        "summary": summary.english,
        "summary_vi": summary.vietnamese,
        "description": description.english,
        "description_vi": description.vietnamese,
        "dashboard_url": dashboard_url(links.grafana, alert.dashboard, PLACE_LABELS[alert.scope]),
        "runbook_url": runbook_url(links.runbooks, alert.name),
    }
