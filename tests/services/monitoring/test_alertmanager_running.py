"""A real Alertmanager on the generated configuration: who hears of it, in which words, and what is silenced."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.services.monitoring.alertmanager_server import alertmanager, until

pytestmark = pytest.mark.slow

COMMUNE = {"scope": "unit", "province": "H99", "parent": "H99.31", "unit": "H99.31.01"}
SIBLING = {"scope": "unit", "province": "H99", "parent": "H99.31", "unit": "H99.31.02"}
STRANGER = {"scope": "unit", "province": "H01", "parent": "H01.02", "unit": "H01.02.03"}
DISTRICT = {"scope": "parent", "province": "H99", "parent": "H99.31"}
WHOLE = {"scope": "province", "province": "H99"}


def alert(name: str, figure: str, labels: Mapping[str, str], *, severity: str = "warning", over: bool = False) -> Any:
    """An alert as Prometheus sends it."""
    ended = {"endsAt": "2026-11-22T03:00:00Z"} if over else {}
    return {
        "labels": {"alertname": name, "figure": figure, "severity": severity, **labels},
        "annotations": {
            "summary": f"{name}: summary",
            "summary_vi": f"{name}: tóm tắt",
            "description": "What is so.",
            "description_vi": "Tình hình.",
            "dashboard_url": "http://grafana.example/d/duecourse-unit",
            "runbook_url": f"deploy/runbooks/{name}.md",
        },
        "startsAt": "2026-11-22T02:00:00Z",
        **ended,
    }


def test_the_larger_alert_silences_the_smaller_about_the_same_figure(tmp_path: Path) -> None:
    units = [
        alert("DuecourseLateHigh", "late_level", COMMUNE),
        alert("DuecourseLateRising", "late_rise", COMMUNE),
        alert("DuecourseOverdueStuck", "overdue", SIBLING),
        alert("DuecourseLateHigh", "late_level", STRANGER),
    ]
    with alertmanager(tmp_path) as running:
        running.tell(*units)
        assert running.silenced() == set()
        running.tell(alert("DuecourseLateHigh", "late_level", DISTRICT))
        until(lambda: running.silenced() == {("late_level", "H99.31.01")})
        running.tell(alert("DuecourseLateHigh", "late_level", DISTRICT, over=True))
        until(lambda: running.silenced() == set())
        running.tell(alert("DuecourseLateRising", "late_rise", WHOLE))
        until(lambda: running.silenced() == {("late_rise", "H99.31.01")})
        pipeline = {"scope": "pipeline", "partition": "3"}
        running.tell(alert("DuecourseDeadLetters", "dead_letters", pipeline))
        assert running.silenced() == {("late_rise", "H99.31.01")}
        running.tell(alert("DuecourseProjectionStale", "freshness", pipeline, severity="critical"))
        everything = {(one["labels"]["figure"], one["labels"]["unit"]) for one in units}
        until(lambda: running.silenced() == everything)


def test_those_are_told_who_work_now_and_whoever_is_on_call_at_any_time(tmp_path: Path) -> None:
    with alertmanager(tmp_path) as running:
        box = running.box
        high = ("DuecourseLateHigh", "late_level")
        running.tell(alert(*high, STRANGER), alert(*high, COMMUNE), alert(*high, SIBLING))
        until(lambda: box.at("/H99"))
        [first, *_] = box.at("/H99")
        assert first["groupLabels"] == {"alertname": "DuecourseLateHigh", "province": "H99", "parent": "H99.31"}
        assert {one["labels"]["unit"] for one in first["alerts"]} == {"H99.31.01", "H99.31.02"}
        assert first["alerts"][0]["annotations"]["summary_vi"] == "DuecourseLateHigh: tóm tắt"
        assert first["alerts"][0]["annotations"]["runbook_url"] == "deploy/runbooks/DuecourseLateHigh.md"
        running.tell(alert(*high, COMMUNE, over=True), alert(*high, SIBLING, over=True))
        until(lambda: box.at("/H99")[-1]["status"] == "resolved")
        running.tell(alert("DuecourseExporterDown", "availability", {"scope": "pipeline"}, severity="critical"))
        until(lambda: box.at("/on-call") and box.mails)
        assert {path for path, _ in box.posted} == {"/H99", "/on-call"}
        [mail] = box.mails
        assert mail["Subject"] == "Cảnh báo: DuecourseExporterDown: tóm tắt"
        assert mail["To"] == "on-call@province.example"
        bodies = {part.get_content_type(): part.get_content() for part in mail.walk() if not part.is_multipart()}
        assert bodies.keys() == {"text/plain", "text/html"}
        assert all("Tình hình." in text and "What is so." in text for text in bodies.values())
