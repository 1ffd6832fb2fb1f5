"""A real Alertmanager on the generated configuration: who hears of it, in which words, and what is silenced."""

import json
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from services.monitoring.alertmanager import alertmanager_configuration
from services.monitoring.site import Province, Recipients, Site, Smtp
from services.monitoring.time_intervals import OfficeTimes
from tests.fixtures.debian import debian_program
from tests.services.monitoring.case_files import DEPLOY, SITE_READ
from tests.services.monitoring.letterbox import Letterbox, letterbox

TEMPLATES = DEPLOY / "alertmanager/templates/*.tmpl"
OPEN_HOUSE = OfficeTimes(({"name": "always", "time_intervals": [{"months": ["1:12"]}]},), ("always",), ())
HOLIDAY = OfficeTimes(({"name": "holiday", "time_intervals": [{"months": ["1:12"]}]},), ("always",), ("holiday",))
WAITS = {"group_wait": "500ms", "group_interval": "1s"}
WITHIN_SECONDS = 30
POLL_SECONDS = 0.05
COMMUNE = {"scope": "unit", "province": "H99", "parent": "H99.31", "unit": "H99.31.01"}
SIBLING = {"scope": "unit", "province": "H99", "parent": "H99.31", "unit": "H99.31.02"}
STRANGER = {"scope": "unit", "province": "H01", "parent": "H01.02", "unit": "H01.02.03"}
DISTRICT = {"scope": "parent", "province": "H99", "parent": "H99.31"}
WHOLE = {"scope": "province", "province": "H99"}


class Running:
    """An Alertmanager and where it sends."""

    def __init__(self, address: str, box: Letterbox) -> None:
        self._http = httpx.Client(base_url=address)
        self.box = box

    def tell(self, *alerts: Mapping[str, Any]) -> None:
        self._http.post("/api/v2/alerts", json=alerts).raise_for_status()

    def silenced(self) -> set[tuple[str, str]]:
        """Figure and unit of the unit alerts that a larger one silences."""
        found = self._http.get("/api/v2/alerts").raise_for_status().json()
        return {
            (one["labels"]["figure"], one["labels"]["unit"])
            for one in found
            if one["status"]["inhibitedBy"] and "unit" in one["labels"]
        }

    def ready(self) -> bool:
        try:
            return self._http.get("/-/ready").is_success
        except httpx.TransportError:
            return False

    def close(self) -> None:
        self._http.close()


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


def site_for(box: Letterbox) -> Site:
    """Two provinces that are told by webhook; whoever is on call by mail too."""
    address = f"http://127.0.0.1:{box.http_port}"
    changes = {
        "smtp": Smtp(smarthost=f"127.0.0.1:{box.smtp_port}", sender="duecourse@province.example", require_tls=False),
        "operators": Recipients(webhooks=(f"{address}/operators",)),
        "on_call": Recipients(webhooks=(f"{address}/on-call",), emails=("on-call@province.example",)),
        "watchdog": Recipients(webhooks=(f"{address}/watchdog",)),
        "province": tuple(
            Province(code=code, name=f"Tỉnh {code}", webhooks=(f"{address}/{code}",)) for code in ("H99", "H01")
        ),
    }
    return SITE_READ.model_copy(update=changes)


def hastened(value: Any) -> Any:
    """The configuration with waits that a test can wait for."""
    match value:
        case dict():
            return {key: WAITS.get(key) or hastened(item) for key, item in value.items()}
        case list() | tuple():
            return [hastened(item) for item in value]
        case _:
            return value


@contextmanager
def alertmanager(folder: Path) -> Iterator[Running]:
    """H99 works always, H01 has its holidays."""
    program = debian_program("prometheus-alertmanager", package="prometheus-alertmanager")
    with letterbox() as box, socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
        free.close()
        made = alertmanager_configuration(site_for(box), {"": OPEN_HOUSE, "H01": HOLIDAY})
        file = folder / "alertmanager.yml"
        file.write_text(json.dumps(hastened(dict(made) | {"templates": [str(TEMPLATES)]})), encoding="utf-8")
        flags = [f"--config.file={file}", f"--storage.path={folder}/data", f"--web.listen-address={address}"]
        log = (folder / "log").open("wb")
        running = Running(f"http://{address}", box)
        process = subprocess.Popen([program, *flags, "--cluster.listen-address="], stdout=log, stderr=log)
        try:
            until(running.ready)
            yield running
        finally:
            running.close()
            process.terminate()
            process.wait(WITHIN_SECONDS)
            log.close()


def until(so: Callable[[], Any]) -> None:
    """Waits until something is so."""
    deadline = time.monotonic() + WITHIN_SECONDS
    while not so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(POLL_SECONDS)


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
