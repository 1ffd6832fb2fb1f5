"""The cases as files that promtool runs, with every label and word that an alert must bring."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from urllib.parse import quote_plus

from services.calendars_loading import read_calendar_file
from services.monitoring.alert_rules import PLACE_LABELS, labels_of, office_groups, pipeline_groups
from services.monitoring.links import VARIABLES, runbook_url
from services.monitoring.recording_rules import recording_groups
from services.monitoring.rendering import SITE
from services.monitoring.rules import Alert, Group, Scope
from services.monitoring.site import read_site
from services.monitoring.time_intervals import calendar_ends_at
from services.monitoring.wording import Label
from services.monitoring.yaml_text import Value, yaml_text
from tests.services.monitoring.backlog_cases import BACKLOG, BACKLOG_DAYS
from tests.services.monitoring.late_cases import LATE
from tests.services.monitoring.outage_cases import OUTAGES
from tests.services.monitoring.pipeline_cases import PIPELINE, QUALITY, YEARS
from tests.services.monitoring.rule_cases import OFFICE_ALERTS, Case, CaseFile, Fired, Series, minutes
from tests.services.monitoring.trap_cases import TRAPS

DEPLOY = Path(__file__).parents[3] / "deploy"
SITE_READ = read_site(DEPLOY / SITE)
FILES = (LATE, BACKLOG, BACKLOG_DAYS, PIPELINE, QUALITY, YEARS, OUTAGES, TRAPS)
WRITTEN = "Written by `python -m tests.services.monitoring` from the cases there; run: promtool test rules"


def groups() -> tuple[Group, ...]:
    """Every group, what is recorded before what is alerted."""
    calendar = read_calendar_file((DEPLOY / SITE).parent / SITE_READ.calendar)
    recording = recording_groups(SITE_READ.late_settled_objective)
    return (*recording, *office_groups(), *pipeline_groups(calendar_ends_at(calendar)))


@cache
def alerts() -> tuple[Alert, ...]:
    """Every alert rule."""
    return tuple(rule for group in groups() for rule in group.rules if isinstance(rule, Alert))


def case_files() -> dict[str, str]:
    """The text of every file by its path under `deploy/`."""
    return {f"prometheus/tests/{one.name}.yml": _file(one) for one in FILES}


def _file(one: CaseFile) -> str:
    content: Mapping[str, Value] = {
        "rule_files": [f"../rules/{name}.yml" for name in one.rules],
        "evaluation_interval": one.step,
        "group_eval_order": [group.name for group in groups()],
        "tests": [_case(case, one.step) for case in one.cases],
    }
    return yaml_text(content, heading=f"{one.about}\n{WRITTEN} deploy/prometheus/tests/{one.name}.yml")


def _case(case: Case, step: str) -> Mapping[str, Value]:
    samples = minutes(case.at) // minutes(step)
    names = sorted({fired.name for fired in case.fires} | set(case.silent))
    firing: list[Value] = [
        {
            "alertname": name,
            "eval_time": case.at,
            "exp_alerts": [_fired(fired) for fired in case.fires if fired.name == name],
        }
        for name in names
    ]
    found: list[Value] = [
        {
            "expr": query,
            "eval_time": case.at,
            "exp_samples": [] if value is None else [{"labels": "{}", "value": value}],
        }
        for query, value in case.shows.items()
    ]
    if case.quiet:
        ever = f"max_over_time({OFFICE_ALERTS}[{case.at}])"
        found.append({"expr": ever, "eval_time": case.at, "exp_samples": []})
    return {
        "name": case.title,
        "interval": step,
        "input_series": [_series(one, samples) for one in case.given],
        **({"alert_rule_test": firing} if firing else {}),
        **({"promql_expr_test": found} if found else {}),
    }


def _series(one: Series, samples: int) -> Mapping[str, Value]:
    labels = ", ".join(f'{name}="{value}"' for name, value in one.labels.items())
    values = f"{one.values}+0x{samples}" if isinstance(one.values, int) else one.values
    return {"series": f"{one.metric}{{{labels}}}", "values": values}


def told_annotations(fired: Fired) -> Mapping[str, Value]:
    """What a person should read of an alert."""
    return _annotations(_rule(fired), fired)


def _rule(fired: Fired) -> Alert:
    [rule] = [one for one in alerts() if one.name == fired.name and _matches(one, fired)]
    return rule


def _fired(fired: Fired) -> Mapping[str, Value]:
    rule = _rule(fired)
    labels = {name: value for name, value in fired.labels.items() if value}
    return {"exp_labels": {**labels_of(rule), **labels}, "exp_annotations": _annotations(rule, fired)}


def _matches(rule: Alert, fired: Fired) -> bool:
    places = (Scope.UNIT, Scope.PARENT, Scope.PROVINCE)
    scope = next((place for place in places if place in fired.labels), Scope.PIPELINE)
    return rule.scope is scope and rule.labels.items() <= fired.labels.items()


def _annotations(rule: Alert, fired: Fired) -> Mapping[str, Value]:
    """Independent of the Go templates: what a person should read."""
    values = {
        name: said.example(fired.labels[said.name] if isinstance(said, Label) else fired.says[name])
        for name, said in rule.said.items()
    }
    english = {name: words.english for name, words in values.items()}
    vietnamese = {name: words.vietnamese for name, words in values.items()}
    summary, description = (words.filled(english, vietnamese) for words in (rule.summary, rule.description))
    return {
        "summary": summary.english,
        "summary_vi": summary.vietnamese,
        "description": description.english,
        "description_vi": description.vietnamese,
        "dashboard_url": _dashboard_url(rule, fired),
        "runbook_url": runbook_url(SITE_READ.links.runbooks, rule.name),
    }


def _dashboard_url(rule: Alert, fired: Fired) -> str:
    names = [name for name in VARIABLES[rule.dashboard] if name in PLACE_LABELS[rule.scope]]
    query = "&".join(f"var-{name}={quote_plus(fired.labels[name])}" for name in names)
    return f"{SITE_READ.links.grafana}/d/{rule.dashboard}" + (f"?{query}" if query else "")
