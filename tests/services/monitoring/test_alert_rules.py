"""The rules as Prometheus' own checker reads and runs them, and what holds for all of them."""

import re
import subprocess
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from projections.figures import Counts
from services.exporter.families import PIPELINE_FAMILIES, UNIT_FAMILIES
from services.exporter.unit_samples import DEADLINES, TIMELINESS
from services.monitoring.figures import LATE, OVERDUE, Figure
from services.monitoring.rendering import SITE, monitoring_files
from services.monitoring.rules import OFFICES, Alert, Recording, Scope
from services.monitoring.thresholds import SCRAPE_SAMPLES_LIMIT, SCRAPE_TIMEOUT_SECONDS
from tests.services.monitoring.case_files import DEPLOY, FILES, SITE_READ, alerts, case_files, groups

WRITTEN = {**monitoring_files(SITE_READ, (DEPLOY / SITE).parent), **case_files()}
RULE_FILES = sorted(DEPLOY.glob("prometheus/rules/*"))
TEST_FILES = sorted(DEPLOY.glob("prometheus/tests/*"))
HISTOGRAMS = {"duecourse_event_to_metric_seconds_bucket"}
CASES = [case for one in FILES for case in one.cases]

each_alert = pytest.mark.parametrize("name", sorted({rule.name for rule in alerts()}))


def named(path: Path) -> str:
    return path.name


@pytest.mark.parametrize("name", WRITTEN)
def test_a_generated_file_is_what_the_generator_writes(name: str) -> None:
    again = "python -m services.monitoring; python -m tests.services.monitoring"
    assert (DEPLOY / name).read_text(encoding="utf-8") == WRITTEN[name], f"write it anew: {again}"


def test_no_rule_stands_outside_the_tables() -> None:
    generated = {DEPLOY / name for name in WRITTEN}
    assert {*RULE_FILES, *TEST_FILES} <= generated


@pytest.mark.parametrize("path", RULE_FILES, ids=named)
def test_promtool_finds_no_fault_in_the_rules(promtool: str, path: Path) -> None:
    command = [promtool, "check", "rules", "--lint=all", "--lint-fatal", path]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr


@pytest.mark.slow
@pytest.mark.parametrize("path", TEST_FILES, ids=named)
def test_alerts_fire_and_stay_silent_as_told(promtool: str, path: Path) -> None:
    said = subprocess.run([promtool, "test", "rules", path], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr


@each_alert
def test_every_alert_fires_in_a_case_for_each_scope(name: str) -> None:
    fired = {scope_of(one.labels) for case in CASES for one in case.fires if one.name == name}
    assert fired == {rule.scope for rule in alerts() if rule.name == name}


def scope_of(labels: Mapping[str, str]) -> Scope:
    return next((scope for scope in OFFICES if scope in labels), Scope.PIPELINE)


@each_alert
def test_every_alert_but_the_heartbeat_is_silent_in_a_case(name: str) -> None:
    assert any(name in case.silent for case in CASES) or name == "DuecourseWatchdog"


@each_alert
def test_an_alert_of_one_name_has_one_severity_and_waits_the_same(name: str) -> None:
    same = {(rule.severity, rule.hold, rule.keep, rule.figure) for rule in alerts() if rule.name == name}
    assert len(same) == 1


def test_office_alerts_outlast_the_time_in_which_a_dead_exporter_is_noticed() -> None:
    down = next(rule for rule in alerts() if rule.name == "DuecourseExporterDown")
    assert down.hold == "3m"
    assert {rule.keep for rule in alerts() if rule.scope in OFFICES} == {"30m"}


def test_both_languages_use_the_same_placeholders() -> None:
    for rule in alerts():
        for words in (rule.summary, rule.description):
            english, vietnamese = (set(re.findall(r"{(\w+)}", text)) for text in (words.english, words.vietnamese))
            assert english == vietnamese, rule.name
            assert english <= rule.said.keys(), rule.name
        used = set(re.findall(r"{(\w+)}", rule.summary.english + rule.description.english))
        assert used == rule.said.keys(), rule.name


def expressions() -> list[str]:
    rules = [rule for group in groups() for rule in group.rules]
    return [rule.expression for rule in rules]


def test_rules_ask_for_metrics_that_the_service_exposes() -> None:
    exposed = {family.name for family in (*UNIT_FAMILIES, *PIPELINE_FAMILIES)} | HISTOGRAMS
    asked = {name for text in expressions() for name in re.findall(r"(?<![:\w])duecourse_\w+(?![:\w])", text)}
    assert asked - exposed == set()


def test_rules_ask_for_recorded_series_that_are_recorded() -> None:
    recorded = {rule.name for group in groups() for rule in group.rules if isinstance(rule, Recording)}
    asked = {name for text in expressions() for name in re.findall(r"\w+:duecourse_\w+:\w+|duecourse:\w+:\w+", text)}
    assert asked - recorded == set()
    assert all(
        len(rule.name.split(":")) == 3 for group in groups() for rule in group.rules if isinstance(rule, Recording)
    )


def test_a_series_is_recorded_before_it_is_used_and_once() -> None:
    order = [rule.name for group in groups() for rule in group.rules if isinstance(rule, Recording)]
    assert len(order) == len(set(order))
    for group in groups():
        own = [rule for rule in group.rules if isinstance(rule, Recording)]
        for earlier, later in pairwise(own):
            assert later.name not in re.findall(r"[\w:]+", earlier.expression)


@pytest.mark.parametrize(
    ("figure", "labels", "prefix"),
    [(LATE, TIMELINESS, "settled_"), (OVERDUE, ("in_time", "overdue", "paused"), "pending_")],
)
def test_a_recorded_rate_counts_what_its_definition_counts(
    figure: Figure, labels: tuple[str, ...], prefix: str
) -> None:
    counts = {label: 10**place for place, label in enumerate(labels)}
    told = Counts(**{prefix + label: n for label, n in counts.items()})
    [part] = re.findall(r'"(\w+)"', figure.part)
    assert figure.definition.numerator(told) == counts[part]
    assert figure.definition.denominator(told) == sum(counts.values())
    assert set(labels) | {"due_soon"} >= set(DEADLINES) or labels == TIMELINESS


def test_the_limits_of_the_scrape_are_those_of_the_server() -> None:
    server = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text())
    [job] = [one for one in server["scrape_configs"] if one["job_name"] == "duecourse"]
    assert job["sample_limit"] == SCRAPE_SAMPLES_LIMIT
    assert job["scrape_timeout"] == f"{SCRAPE_TIMEOUT_SECONDS}s"
    assert [path.relative_to(DEPLOY / "prometheus").match("rules/*.yml") for path in RULE_FILES] == [True] * len(
        RULE_FILES
    )
    assert "rules/*.yml" in server["rule_files"]


def test_every_rule_is_a_recording_or_an_alert() -> None:
    assert all(isinstance(rule, Recording | Alert) for group in groups() for rule in group.rules)
