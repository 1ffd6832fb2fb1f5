"""Event files for the benchmarks: many units, the sample's mix of facts, made cheaply."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from heapq import merge
from pathlib import Path

from projections.units import Unit

BEGIN = datetime(2024, 1, 2, tzinfo=UTC)
SPAN_DAYS = 360
REPEATED_SHARE = 0.03


def many_units(count: int) -> list[Unit]:
    """A root with `count` units below."""
    return [Unit("N", "Nation", "nation"), *(Unit(f"N.{n:05d}", f"Unit {n}", "commune", "N") for n in range(count))]


def events(cases: int, units: int, seed: int = 7) -> Iterator[bytes]:
    """Four facts a case or so, in order of time, 3 % of them repeated; cases spread over a year."""
    chance = random.Random(seed)
    stories = (_case(number, cases, units, chance) for number in range(cases))
    yield from (body for _, body in merge(*_runs(stories)))


def _runs(stories: Iterator[list[tuple[datetime, bytes]]]) -> Iterator[list[tuple[datetime, bytes]]]:
    """Sorted runs of many cases each, for the merge."""
    run: list[tuple[datetime, bytes]] = []
    for story in stories:
        run += story
        if len(run) >= 50_000:
            yield sorted(run)
            run = []
    yield sorted(run)


def _case(number: int, cases: int, units: int, chance: random.Random) -> list[tuple[datetime, bytes]]:
    at = BEGIN + timedelta(seconds=SPAN_DAYS * 86_400 * number // cases)
    due = at + timedelta(days=chance.choice((5, 10, 15, 20)))
    unit = f"N.{int(units * chance.random() ** 2):05d}"
    case = f"000.{number:08d}"
    said = [(at, "received", {"unit": unit, "due": due.isoformat(), "channel": chance.choice(("online", "desk"))})]
    if chance.random() < 0.15:
        pause = at + timedelta(days=1)
        said.append((pause, "paused", {"reason": "supplement"}))
        said.append((pause + timedelta(days=2), "resumed", {}))
    end = at + timedelta(days=chance.triangular(0.5, 24, 8))
    said.append((end, "processed", {"outcome": "granted"}))
    said.append((end + timedelta(hours=chance.uniform(1, 60)), "returned", {}))
    story = []
    for place, (time, name, data) in enumerate(said):
        body = _body(case, place, time, name, data)
        story.append((time, body))
        if chance.random() < REPEATED_SHARE:
            story.append((time + timedelta(days=1), body))
    return story


def _body(case: str, place: int, time: datetime, name: str, data: dict[str, str]) -> bytes:
    message = {
        "specversion": "1.0",
        "id": f"{case}-{place}-8c5d-4f6a-9d1e",
        "source": "/bench/one-stop",
        "type": f"duecourse.case.{name}.v1",
        "subject": case,
        "time": time.isoformat(),
        "datacontenttype": "application/json",
        "data": data,
    }
    return json.dumps(message, separators=(",", ":")).encode()


def event_file(folder: Path, cases: int, units: int) -> tuple[Path, int]:
    """An NDJSON file of the events and how many there are."""
    path = folder / f"events-{cases}-{units}.ndjson"
    count = 0
    with path.open("wb") as file:
        for body in events(cases, units):
            file.write(body + b"\n")
            count += 1
    return path, count
