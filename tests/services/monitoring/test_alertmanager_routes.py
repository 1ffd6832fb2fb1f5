"""Who is told of what: Alertmanager's own tool asks the committed configuration."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.monitoring.alertmanager import DISTRUST, alertmanager_configuration
from services.monitoring.rules import OFFICES, Alert, Scope, Severity
from services.monitoring.site import Province, Site
from services.monitoring.time_intervals import OfficeTimes
from tests.fixtures.debian import debian_program
from tests.services.monitoring.case_files import DEPLOY, SITE_READ, alerts

FILE = DEPLOY / "alertmanager/alertmanager.yml"
TEMPLATES = DEPLOY / "alertmanager/templates/*.tmpl"
READ = yaml.safe_load(FILE.read_text(encoding="utf-8"))
HOME = {"province": "H99", "parent": "H99.31", "unit": "H99.31.01"}
RECEIVERS = {
    Scope.UNIT: "province-H99",
    Scope.PARENT: "province-H99",
    Scope.PROVINCE: "province-H99",
    Scope.PIPELINE: "operators",
}


@pytest.fixture(scope="module")
def amtool() -> str:
    return debian_program("amtool", package="prometheus-alertmanager")


def receiver_of(amtool: str, labels: Mapping[str, str], file: Path = FILE) -> str:
    words = [f"{name}={value}" for name, value in labels.items()]
    command = [amtool, "config", "routes", "test", f"--config.file={file}", *words]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    return said.stdout.strip()


def labels_of(rule: Alert) -> dict[str, str]:
    places = {
        Scope.UNIT: HOME,
        Scope.PARENT: {name: HOME[name] for name in ("province", "parent")},
        Scope.PROVINCE: {"province": HOME["province"]},
    }
    return {"alertname": rule.name, "severity": rule.severity, "scope": rule.scope, **places.get(rule.scope, {})}


def test_amtool_finds_no_fault_in_the_configuration(amtool: str) -> None:
    said = subprocess.run([amtool, "check-config", FILE], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr
    assert "1 templates" in said.stdout


@pytest.mark.parametrize(
    "rule", alerts(), ids=lambda rule: f"{rule.name}-{rule.scope}-{'-'.join(rule.labels.values())}"
)
def test_every_alert_reaches_those_whose_matter_it_is(amtool: str, rule: Alert) -> None:
    urgent = {Severity.CRITICAL: "on-call", Severity.NONE: "watchdog"}
    expected = RECEIVERS[rule.scope] if rule.scope in OFFICES else urgent.get(rule.severity, "operators")
    assert receiver_of(amtool, labels_of(rule)) == expected


@pytest.mark.parametrize("severity", [Severity.CRITICAL, Severity.WARNING, Severity.INFO])
def test_a_province_that_nobody_answers_for_is_told_to_the_operators(amtool: str, severity: str) -> None:
    labels = {"alertname": "DuecourseLateHigh", "scope": "unit", "severity": severity, "province": "H01"}
    assert receiver_of(amtool, labels) == "operators"


def test_each_province_is_told_of_its_own(amtool: str, tmp_path: Path) -> None:
    more = (*SITE_READ.province, Province(code="H01", name="Tỉnh Hai"), Province(code="H011", name="Tỉnh Ba"))
    file = written(SITE_READ.model_copy(update={"province": more}), tmp_path)
    for code in ("H99", "H01", "H011"):
        labels = {"scope": "unit", "severity": "warning", "province": code}
        assert receiver_of(amtool, labels, file) == f"province-{code}"


def written(site: Site, folder: Path) -> Path:
    """The configuration of another site, as a file; its office hours do not matter."""
    always = OfficeTimes(({"name": "always", "time_intervals": [{"months": ["1:12"]}]},), ("always",), ())
    file = folder / "alertmanager.yml"
    file.write_text(json.dumps(alertmanager_configuration(site, {"": always})), encoding="utf-8")
    return file


def leaves(
    route: Mapping[str, Any], matchers: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    """Every route without further routes, with all that must match on the way to it."""
    matchers = (*matchers, *route.get("matchers", ()))
    if "routes" not in route:
        yield matchers, route
    for child in route.get("routes", ()):
        yield from leaves(child, matchers)


def test_warnings_wait_for_the_office_and_what_is_critical_does_not() -> None:
    """Time intervals are not inherited, so each last route says itself what holds for it."""
    found = list(leaves(READ["route"]))
    assert len(found) == 8
    for matchers, route in found:
        waits = any(f'severity="{severity}"' in matchers for severity in ("warning", "info"))
        assert route.get("active_time_intervals", []) == (["office-hours", "make-up-days"] if waits else [])
        assert route.get("mute_time_intervals", []) == (["holidays"] if waits else [])


def test_only_last_routes_wait() -> None:
    parents = [READ["route"], *(route for route in READ["route"]["routes"] if "routes" in route)]
    assert all(not one.keys() & {"active_time_intervals", "mute_time_intervals"} for one in parents)


def test_what_repeats_is_remembered_until_then() -> None:
    """Alertmanager forgets after 120 hours what it sent."""
    assert {route.get("repeat_interval", "2d") for _, route in leaves(READ["route"])} == {"2d", "4d", "4h", "5m"}


def test_alerts_that_silence_others_exist() -> None:
    names = {rule.name: rule for rule in alerts()}
    assert all(names[name].scope is Scope.PIPELINE for name in DISTRUST)
    figures = {rule.figure for rule in alerts() if rule.scope is Scope.PROVINCE}
    assert figures == {"late_level", "late_rise"}


DATA = {
    "receiver": "province-H99",
    "status": "firing",
    "externalURL": "http://alertmanager.example",
    "alerts": [
        {
            "status": "firing",
            "labels": {"alertname": "DuecourseLateHigh", "severity": "warning"},
            "annotations": {
                "summary": "Xã <Một>: 12 of 100 cases late",
                "summary_vi": "Xã <Một>: 12/100 hồ sơ trễ hạn",
                "description": "12 of 100 cases were late.",
                "description_vi": "Có 12/100 hồ sơ trễ hạn.",
                "dashboard_url": "http://grafana.example/d/duecourse-unit?var-province=H99&var-unit=H99.31.01",
                "runbook_url": "https://handbook.example/DuecourseLateHigh.md",
            },
            "startsAt": "2026-11-23T02:00:00Z",
        },
        {
            "status": "resolved",
            "labels": {"alertname": "DuecourseLateHigh", "severity": "warning"},
            "annotations": {"summary": "Xã Hai: late", "summary_vi": "Xã Hai: trễ hạn"},
            "startsAt": "2026-11-22T02:00:00Z",
        },
    ],
}


def rendered(amtool: str, folder: Path, template: str, kind: str = "text", data: Mapping[str, Any] = DATA) -> str:
    file = folder / "data.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    command = [
        *(amtool, "template", "render", f"--template.glob={TEMPLATES}", f"--template.data={file}"),
        *(f"--template.type={kind}", "--template.text", f'{{{{ template "duecourse.{template}" . }}}}'),
    ]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_subject_counts_and_says_what(amtool: str, tmp_path: Path) -> None:
    assert rendered(amtool, tmp_path, "subject") == "Cảnh báo (2): Xã <Một>: 12/100 hồ sơ trễ hạn …"
    over = DATA | {"status": "resolved", "alerts": [DATA["alerts"][1]]}
    assert rendered(amtool, tmp_path, "subject", data=over) == "Đã hết: Xã Hai: trễ hạn"


def test_the_text_has_both_languages_links_and_what_is_over(amtool: str, tmp_path: Path) -> None:
    text = rendered(amtool, tmp_path, "text")
    for said in DATA["alerts"][0]["annotations"].values():
        assert said in text
    assert text.index("Xã <Một>") < text.index("ĐÃ HẾT / OVER") < text.index("Xã Hai: trễ hạn / Xã Hai: late")


def test_the_page_escapes_names_and_links_what_is_a_link(amtool: str, tmp_path: Path) -> None:
    page = rendered(amtool, tmp_path, "html", kind="html")
    assert "Xã &lt;Một&gt;: 12/100 hồ sơ trễ hạn" in page
    assert "<Một>" not in page
    assert 'href="https://handbook.example/DuecourseLateHigh.md"' in page
    assert 'href="http://grafana.example/d/duecourse-unit?var-province=H99&amp;var-unit=H99.31.01"' in page
    assert "ZgotmplZ" not in page
