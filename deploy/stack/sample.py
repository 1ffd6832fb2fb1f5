"""The sample province of a stack: its units, its history as a file to import, and offices that go on working."""

import csv
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from http.client import HTTPException
from pathlib import Path
from typing import Final

from deploy.kafka.plan import write_private
from events.instants import MINUTE, moment_of
from services.clock import system_clock
from services.sample.history import history, open_at_end
from services.sample.incidents import Incident, LateRise, Teller
from services.sample.live import LiveOffice
from services.sample.units import province_units

SEED: Final = 1
UNITS_HEADER: Final = ("code", "name", "level", "parent", "valid_from", "valid_to", "successor")
INCIDENT_LENGTH: Final = timedelta(minutes=4)
"""Long enough for alerts that wait a sixtieth of their time."""
POST_SECONDS: Final = 5.0
PAUSE_SECONDS: Final = 2.0
BATCH_EVENTS_MAX: Final = 1_000
BATCH: Final = {"Content-Type": "application/cloudevents-batch+json"}
REFUSED: Final = range(400, 429)
"""Statuses by which sending the same again is of no use."""


@dataclass(frozen=True)
class Province:
    """Which sample a folder holds; `until` as RFC 3339."""

    seed: int
    cases: int
    until: str

    @property
    def end(self) -> datetime:
        return datetime.fromisoformat(self.until)


class SampleFiles:
    """The folder `sample`: made once, with the province of the first start."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.units = folder / "units.csv"
        self.history = folder / "history.ndjson"
        self._loaded = folder / "loaded"

    def province(self, cases: int) -> Province:
        """The one that is here, or a new one of so many cases that ends now."""
        path = self._folder / "province.json"
        if not path.exists():
            now = moment_of(system_clock() // MINUTE * MINUTE)
            write_private(path, json.dumps(asdict(Province(SEED, cases, now.isoformat()))))
        return Province(**json.loads(path.read_text()))

    def write(self, province: Province) -> None:
        """Units and history as files; the same ones every time."""
        with self.units.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(UNITS_HEADER)
            rows.writerows((unit.code, unit.name, unit.level, unit.parent, "", "", "") for unit in province_units())
        with self.history.open("wb") as log:
            events = history(seed=province.seed, cases=province.cases, until=province.end)
            log.writelines(event + b"\n" for event in events)

    @property
    def loaded(self) -> bool:
        """Whether all of it was published. A load that was cut short is done again: repeats are harmless."""
        return self._loaded.exists()

    def remember_loaded(self) -> None:
        self._loaded.touch()


class LiveEvents:
    """What the offices do from now on, and an incident where one is wanted: posted to the API, as anybody's are."""

    def __init__(
        self, province: Province, address: str, say: Callable[[str], None], incident: Incident | None = None
    ) -> None:
        seed, now = province.seed, moment_of(system_clock())
        open_cases = list(open_at_end(seed=seed, cases=province.cases, until=province.end))
        self._offices: list[Teller] = [LiveOffice(seed=seed, start=now, open_cases=open_cases)]
        if incident is not None:
            rise = LateRise(seed=seed, start=now, length=INCIDENT_LENGTH)
            say(rise.announcement)
            self._offices.append(rise)
        self._address = f"{address}/events"
        self._say = say
        self._waiting: list[bytes] = []
        self._again_at = 0.0
        self._answered = True

    def post(self) -> None:
        """What happened since the last call. What is not answered is kept, and posted again a little later."""
        if time.monotonic() < self._again_at:
            return
        if not self._waiting:
            now = moment_of(system_clock())
            self._waiting = [event for office in self._offices for event in office.events_until(now)]
        batch = self._waiting[:BATCH_EVENTS_MAX]
        if not batch:
            return
        try:
            self._send(batch)
        except (OSError, HTTPException) as error:
            self._not_taken(error, len(batch))
        else:
            del self._waiting[: len(batch)]
            if not self._answered:
                self._say("live events: taken again")
            self._answered = True

    def _send(self, batch: Sequence[bytes]) -> None:
        body = b"[" + b",".join(batch) + b"]"
        request = urllib.request.Request(self._address, data=body, headers=BATCH)  # noqa: S310 - our own API
        with urllib.request.urlopen(request, timeout=POST_SECONDS) as answer:  # noqa: S310
            answer.read()

    def _not_taken(self, error: Exception, events: int) -> None:
        """They wait, unless they were refused for what they are."""
        if isinstance(error, urllib.error.HTTPError):
            error.close()
            if error.code in REFUSED:
                del self._waiting[:events]
        self._again_at = time.monotonic() + PAUSE_SECONDS
        if self._answered:
            self._say(f"live events: not taken now ({error})")
        self._answered = False
