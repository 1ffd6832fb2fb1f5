"""The scripted incident before the real Prometheus and Alertmanager: pending, firing, told, resolved.

Rules and configuration are those of `deploy/`, by the same copy as `python -m deploy.stack up --incident` makes: every
wait is a sixtieth as long, nothing else is changed. Windows and rates come from event time, so no history is needed.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from deploy.stack.hastening import hastened, write_hastened
from deploy.stack.watching import PROMETHEUS, adapted
from services.sample.incidents import DISTRICT, LATE_CASES
from services.sample.units import province_units
from tests.fixtures.processes import Place, Serving
from tests.services.monitoring.alertmanager_server import Running, alertmanager
from tests.services.monitoring.case_files import told_annotations
from tests.services.monitoring.prometheus_server import Asking, free_address, running
from tests.services.monitoring.rule_cases import Fired

pytestmark = pytest.mark.slow

RISING = "DuecourseLateRising"
CASES = "2000"
MINUTES = "2"
WITHIN_SECONDS = 300
POLL_SECONDS = 0.2
NAMES = {unit.code: unit.name for unit in province_units()}
PLACE = {"parent": DISTRICT, "province": "H99", "name": NAMES[DISTRICT]}
TOLD = re.compile(
    r"In the last 7 days (?P<late>\d+) of (?P<settled>\d+) settled cases were late, in the 7 days before"
    r" (?P<late_before>\d+) of (?P<settled_before>\d+)\..* Most late cases: (?P<worst>.*)\.$"
)


@dataclass
class Course:
    """What was seen of the alert, and how many seconds after the beginning for the first time."""

    begun: float = field(default_factory=time.monotonic)
    at_seconds: dict[str, float] = field(default_factory=dict)
    fired: set[tuple[str, str]] = field(default_factory=set)

    def note(self, what: str) -> None:
        self.at_seconds.setdefault(what, round(time.monotonic() - self.begun, 1))

    def look(self, asking: Asking, box_at_province: list[dict[str, Any]]) -> None:
        for sample in asking.answer(f'ALERTS{{alertname="{RISING}"}}'):
            labels = sample["metric"]
            if labels["alertstate"] == "firing":
                self.fired.add((labels["scope"], labels.get(labels["scope"], "")))
            self.note(labels["alertstate"])
        for told in messages(box_at_province):
            self.note("told" if told["status"] == "firing" else "resolved")


def messages(posted: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those about the rise."""
    return [one for one in posted if one["groupLabels"]["alertname"] == RISING]


@contextmanager
def watched(folder: Path, address: str) -> Iterator[tuple[Asking, Running]]:
    """Prometheus on the hastened copy of what `deploy/` has, and Alertmanager with a letterbox."""
    for name in ("prometheus", "alertmanager"):
        (folder / name).mkdir()
    own, home = free_address(), folder / "prometheus"
    with alertmanager(folder / "alertmanager") as teller:
        addresses = {"exporter": address, "api": address, "prometheus": own, "alertmanager": teller.address}
        write_hastened(PROMETHEUS.parent / "rules", home / "rules")
        file = home / "prometheus.yml"
        file.write_text(adapted(hastened(PROMETHEUS.read_text()), home, addresses))
        with running(home, file, own) as asking:
            yield asking, teller


async def test_the_late_rise_is_pending_fires_is_told_with_words_and_links_and_resolves(
    place: Place, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    options = ("--incident", "late-rise", "--incident-minutes", MINUTES, "--cases", CASES)
    demo = Serving(place, *options, verb="demo")
    address = (await demo.ready()).removeprefix("http://")
    course = Course()
    with watched(tmp_path, address) as (asking, teller):
        while "resolved" not in course.at_seconds:
            assert time.monotonic() - course.begun < WITHIN_SECONDS, course
            course.look(asking, teller.box.at("/H99"))
            time.sleep(POLL_SECONDS)
        told = messages(teller.box.at("/H99"))
    assert demo.stop() == 0, demo.words()
    assert f"({DISTRICT}) and its communes enter {LATE_CASES} decisions" in demo.words()
    tell(f"incident late-rise, seconds after its beginning: {course.at_seconds}")
    assert list(course.at_seconds) == ["pending", "firing", "told", "resolved"]
    assert course.fired == {("parent", DISTRICT)}
    check_words(told[0])


def check_words(message: dict[str, Any]) -> None:
    """Both languages, the figures, the worst units by name, and the links, as a person should read them."""
    assert message["groupLabels"] == {"alertname": RISING, "province": "H99", "parent": DISTRICT}
    [alert] = message["alerts"]
    assert alert["labels"]["severity"] == "warning"
    found = TOLD.match(alert["annotations"]["description"])
    assert found is not None, alert["annotations"]
    assert alert["annotations"] == told_annotations(Fired(RISING, PLACE, found.groupdict()))
    assert int(found["late"]) >= LATE_CASES / 3
    assert int(found["late"]) / int(found["settled"]) > 0.5
    worst = [one.rpartition(" (")[0] for one in found["worst"].split(", ")]
    assert len(worst) == 3
    assert set(worst) <= {NAMES[code] for code in NAMES if code.startswith(DISTRICT)}
    assert alert["annotations"]["dashboard_url"].endswith("/d/duecourse-parent?var-province=H99&var-parent=H99.31")
    assert alert["annotations"]["runbook_url"].endswith(f"deploy/runbooks/{RISING}.md")


def test_an_incident_with_once_is_wrong_usage_and_says_so(place: Place) -> None:
    refused = place.run("demo", "--once", "--incident", "late-rise")
    assert refused.returncode == 2
    assert "leave --once out" in refused.stderr
