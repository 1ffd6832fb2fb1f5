"""The files under `deploy/`, as text, from the tables."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from services.calendars_loading import CalendarFile, read_calendar_file
from services.monitoring.alert_rules import annotations_of, labels_of, office_groups, pipeline_groups
from services.monitoring.alertmanager import alertmanager_configuration
from services.monitoring.recording_rules import recording_groups
from services.monitoring.rules import Alert, Group, Recording
from services.monitoring.runbooks import runbook_index
from services.monitoring.site import Links, Site
from services.monitoring.time_intervals import calendar_ends_at, office_times
from services.monitoring.yaml_text import Value, yaml_text

SITE: Final = "alertmanager/site.toml"
WRITTEN: Final = "Written by `python -m services.monitoring`"


def monitoring_files(site: Site, folder: Path) -> Mapping[str, str]:
    """Every generated file by its path under `deploy/`; `folder` is where the site file lies."""
    from services.monitoring.dashboards.days_off import days_off_query  # with the types of Grafana, of requirements/dev
    from services.monitoring.dashboards.files import dashboard_files
    from services.monitoring.dashboards.parts import Premises

    calendar = read_calendar_file(folder / site.calendar)
    premises = Premises(site.late_settled_objective, calendar.time_zone, days_off_query(calendar))
    offices, pipeline = office_groups(), pipeline_groups(calendar_ends_at(calendar))
    return {
        "prometheus/rules/recording.yml": _rule_file(
            recording_groups(site.late_settled_objective),
            site.links,
            "Roll-ups, sums and ratios: level:metric:operation.",
        ),
        "prometheus/rules/offices.yml": _rule_file(offices, site.links, "What offices are told."),
        "prometheus/rules/pipeline.yml": _rule_file(
            pipeline, site.links, "What the people who run the service are told."
        ),
        "alertmanager/alertmanager.yml": _alertmanager_file(site, folder, calendar),
        "runbooks/README.md": runbook_index([*offices, *pipeline]),
        **dashboard_files(premises),
    }


def _alertmanager_file(site: Site, folder: Path, calendar: CalendarFile) -> str:
    own = {one.code: read_calendar_file(folder / one.calendar) for one in site.province if one.calendar}
    times = {"": office_times(calendar)} | {code: office_times(found, f"-{code}") for code, found in own.items()}
    sources = "from site.toml (addresses, links) and the calendar (office hours, days off)"
    heading = f"Who is told, and when. {WRITTEN}\n{sources}."
    return yaml_text(alertmanager_configuration(site, times), heading=heading)


def _rule_file(groups: Sequence[Group], links: Links, purpose: str) -> str:
    return yaml_text({"groups": [_group(one, links) for one in groups]}, heading=f"{purpose} {WRITTEN}.")


def _group(group: Group, links: Links) -> Mapping[str, Value]:
    interval: Mapping[str, Value] = {"interval": group.interval} if group.interval else {}
    return {"name": group.name, **interval, "rules": [_rule(one, links) for one in group.rules]}


def _rule(rule: Recording | Alert, links: Links) -> Mapping[str, Value]:
    match rule:
        case Recording():
            return {"record": rule.name, "expr": rule.expression}
        case Alert():
            times = {"for": rule.hold, "keep_firing_for": rule.keep}
            return {
                "alert": rule.name,
                "expr": rule.expression,
                **{key: duration for key, duration in times.items() if duration},
                "labels": labels_of(rule),
                "annotations": annotations_of(rule, links),
            }
