"""A real Alertmanager on the generated configuration, whose messages go to a letterbox of the test."""

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


class Running:
    """An Alertmanager at `address` (host and port), and where it sends."""

    def __init__(self, address: str, box: Letterbox) -> None:
        self._http = httpx.Client(base_url=address)
        self.address = address.removeprefix("http://")
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
