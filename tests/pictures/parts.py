"""The real parts below the pictures: a moving demo, a Prometheus that scrapes it, and one of back-filled history."""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from deploy.kafka.configuration import HOST
from deploy.stack.errors import StackFailed
from deploy.stack.ports import chosen_ports
from deploy.stack.programs import Program, end_all
from deploy.stack.surroundings import settings_of_children
from deploy.stack.watching import watchers
from tests.services.monitoring.prometheus_server import LAST_COMPUTED, Asking

DUECOURSE = Path(sys.executable).with_name("duecourse")
JSON = {"Content-Type": "application/cloudevents+json"}
THERE = (
    *LAST_COMPUTED,
    "sum (increase(duecourse_dead_letters_total[1h])) > 0",
    "histogram_quantile(0.5, sum by (le) (rate(duecourse_event_to_metric_seconds_bucket[20s]))) > 0",
    "time() - min (min_over_time(timestamp(duecourse_projection_snapshot_timestamp_seconds)[1h:1s])) > 60",
)
"""Every group of rules had its turn, something was refused, and graphs have a minute to show."""
WITHIN_SECONDS = 120
POLL_SECONDS = 1.0
Say = Callable[[str], None]


@dataclass(frozen=True)
class Parts:
    """Addresses of the two Prometheus servers."""

    live: str
    audit: str

    def scraped_since(self) -> float:
        """When the live one began, in seconds of the epoch; returns once it has something to show in every panel."""
        asking = Asking(self.live)
        try:
            for expression in THERE:
                await_answer(asking, expression)
            [first] = asking.answer("min (min_over_time(timestamp(up{job='duecourse'})[1h:1s]))")
            return float(first["value"][1])
        finally:
            asking.close()


def await_answer(asking: Asking, expression: str) -> None:
    """Raises `StackFailed` where it is not there in time."""
    deadline = time.monotonic() + WITHIN_SECONDS
    while not asking.answer(expression):
        if time.monotonic() > deadline:
            raise StackFailed(f"Prometheus has nothing after {WITHIN_SECONDS} s: {expression}")
        time.sleep(POLL_SECONDS)


@contextmanager
def running_parts(cases: int, days: int, say: Say) -> Iterator[Parts]:
    """All of it in a folder that is removed afterwards; raises `StackFailed`."""
    folder = Path(tempfile.mkdtemp(prefix="duecourse-pictures-"))
    folder.chmod(0o755)  # as root, PostgreSQL runs under another account
    ports = chosen_ports({}, {})
    programs: list[Program] = []

    def start(*asked: Program) -> None:
        programs.extend(asked)
        for one in asked:
            one.start()
        for one in asked:
            one.await_answer()
        say(f"{', '.join(one.name for one in asked)} run")

    try:
        demo = of_demo(folder, cases, ports["exporter"])
        start(demo)
        own = {name: port for name, port in ports.items() if name != "api"}  # the demo is both
        start(*watchers(folder, own, say, hasten=True))
        done("verify", *data_of(folder))
        be_refused(f"http://{HOST}:{ports['exporter']}/events")
        done("backfill", "openmetrics", *last_days(days), "--output", folder / "history", *data_of(folder))
        start(of_audit(folder, ports["api"]))
        yield Parts(f"http://{HOST}:{ports['prometheus']}", f"http://{HOST}:{ports['api']}")
    finally:
        end_all(reversed(programs))
        shutil.rmtree(folder, ignore_errors=True)


def data_of(folder: Path) -> Sequence[str | Path]:
    return ["--data", folder / "data"]


def of_demo(folder: Path, cases: int, port: int) -> Program:
    words = [DUECOURSE, "demo", "--cases", str(cases), *data_of(folder), "--port", str(port)]
    return Program("demo", words, str(folder / "data"), folder / "demo", f"http://{HOST}:{port}/health/ready")


def of_audit(folder: Path, port: int) -> Program:
    home = folder / "audit"
    words = [sys.executable, "-m", "deploy.audit", "--history", str(folder / "history"), "--folder", str(home)]
    ready = f"http://{HOST}:{port}/-/ready"
    return Program("audit", [*words, "--port", str(port)], str(home), folder / "audit-log", ready)


def last_days(days: int) -> Sequence[str]:
    """The options of a back-fill until now, with a day more at the begin, for graphs begin within one."""
    today = datetime.now(UTC)
    begin, end = today - timedelta(days=days + 1), today + timedelta(days=1)
    return ["--from", f"{begin:%Y-%m-%d}", "--to", f"{end:%Y-%m-%d}"]


def be_refused(address: str) -> None:
    """Posts what is no event, so that a refusal is shown."""
    httpx.post(address, content=b'{"hello": 1}', headers=JSON)


def done(*verb: str | Path) -> None:
    """Runs a verb; raises `StackFailed`."""
    ended = subprocess.run([DUECOURSE, *verb], env=settings_of_children(), capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        raise StackFailed(f"duecourse {verb[0]} ended with {ended.returncode}: {ended.stderr}")
