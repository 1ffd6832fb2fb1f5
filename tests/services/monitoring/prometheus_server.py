"""A real Prometheus that scrapes real pages of the exporter, with the rules of `deploy/` computed every few seconds."""

import json
import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from services.exporter.formats import TEXT
from tests.fixtures.debian import debian_program
from tests.services.monitoring.case_files import DEPLOY

WITHIN_SECONDS = 60
LAST_COMPUTED = (
    "min (count_over_time(province:duecourse_late_settled:burn_year[1m])) > 1",
    "unit:duecourse_overdue:hourly",
    'ALERTS{alertstate="firing", scope="unit"}',
    "prometheus_rule_group_last_duration_seconds > 0",
    "min (count_over_time(up[1m])) > 2",
)
"""What is there once every group of rules had its turn."""
POLL_SECONDS = 0.1
EVERY = "1s"
RULES_EVERY = "4s"
"""All rules take a good part of a second."""


class Asking:
    """Asks a Prometheus."""

    def __init__(self, address: str) -> None:
        self._http = httpx.Client(base_url=address, timeout=30)
        self._known: dict[str, list[dict[str, Any]]] = {}

    def ready(self) -> bool:
        try:
            return self._http.get("/-/ready").is_success
        except httpx.TransportError:
            return False

    def known(self, expression: str) -> list[dict[str, Any]]:
        """The answer of the first time: the pages do not change."""
        if expression not in self._known:
            self._known[expression] = self.answer(expression)
        return self._known[expression]

    def answer(self, expression: str) -> list[dict[str, Any]]:
        """The samples of an expression now; an error or a warning fails."""
        response = self._http.get("/api/v1/query", params={"query": expression})
        body = response.json()
        assert body["status"] == "success", f"{body.get('error')}: {expression}"
        assert not body.get("warnings"), f"{body['warnings']}: {expression}"
        found = body["data"]["result"]
        assert isinstance(found, list)
        return found if body["data"]["resultType"] == "vector" else [{"metric": {}, "value": found}]

    def close(self) -> None:
        self._http.close()


def until(so: Any) -> None:
    """Waits until something is so."""
    end = time.monotonic() + WITHIN_SECONDS
    while not so():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(POLL_SECONDS)


@contextmanager
def pages_served(pages: Mapping[str, bytes]) -> Iterator[str]:
    """Serves pages by path; gives host and port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = pages[self.path]
            self.send_response(200)
            self.send_header("Content-Type", TEXT.content_type)
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: object) -> None:
            """Nothing: pytest has its own output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def prometheus(folder: Path, pages: Mapping[str, bytes]) -> Iterator[Asking]:
    """A server that has scraped the pages and computed every rule."""
    with pages_served(pages) as target:
        address = free_address()
        with running(folder, configuration(folder, target, address), address) as asking:
            for last in LAST_COMPUTED:
                until(lambda expression=last: asking.answer(expression))
            yield asking


def free_address() -> str:
    """Host and a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"127.0.0.1:{free.getsockname()[1]}"


@contextmanager
def running(folder: Path, file: Path, address: str) -> Iterator[Asking]:
    """A server on a configuration, ready."""
    program = debian_program("prometheus", package="prometheus")
    flags = [f"--config.file={file}", f"--storage.tsdb.path={folder}/data", f"--web.listen-address={address}"]
    log = (folder / "log").open("wb")
    process = subprocess.Popen([program, *flags], stdout=log, stderr=log)
    asking = Asking(f"http://{address}")
    try:
        until(asking.ready)
        yield asking
    finally:
        asking.close()
        process.terminate()
        process.wait(WITHIN_SECONDS)
        log.close()


def configuration(folder: Path, target: str, own: str, *, every: str = EVERY, rules_every: str = RULES_EVERY) -> Path:
    """Written for this run: rules computed more often than they are deployed, and alerts without their waits."""
    for rules in sorted((DEPLOY / "prometheus/rules").glob("*.yml")):
        text = re.sub(
            r"^( +interval:) \w+$", rf"\1 {rules_every}", rules.read_text(encoding="utf-8"), flags=re.MULTILINE
        )
        (folder / rules.name).write_text(re.sub(r"^ +for: \w+\n", "", text, flags=re.MULTILINE), encoding="utf-8")
    jobs = [
        {"job_name": "duecourse", "static_configs": [{"targets": [target]}]},
        {
            "job_name": "duecourse-process",
            "metrics_path": "/metrics/process",
            "static_configs": [{"targets": [target]}],
        },
        {"job_name": "prometheus", "static_configs": [{"targets": [own]}]},
    ]
    made = {
        "global": {"scrape_interval": every, "evaluation_interval": rules_every},
        "rule_files": [f"{folder}/*.yml"],
        "scrape_configs": jobs,
    }
    file = folder / "prometheus.json"
    file.write_text(json.dumps(made), encoding="utf-8")
    return file
