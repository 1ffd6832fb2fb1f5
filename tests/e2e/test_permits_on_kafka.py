"""The same file embedded and through Kafka: the same figures, digit for digit."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deploy.kafka.broker import LocalBroker
from tests.fixtures.databases import fetch
from tests.fixtures.kafka import fresh_name
from tests.fixtures.permits import MAPPING, PERMITS, TIME_ZONE, made_permits, write_permits
from tests.fixtures.processes import Place
from tests.fixtures.sample_events import Contents, contents, count_of
from tests.fixtures.verbs import run_verb

pytestmark = pytest.mark.slow

READ_WITHIN_POLLS = 3_000
REPORTS = ("on-time", "on-time-due", "on-time-handled", "backlog")
READ = "select coalesce(sum(read), 0) from checkpoints"


@pytest.fixture
def embedded(new_place: Callable[[], Place]) -> Place:
    """Facts go straight into the database."""
    place = new_place()
    place.settings["DUECOURSE_TIME_ZONE"] = TIME_ZONE
    return place


@pytest.fixture
def on_kafka(new_place: Callable[[], Place], broker: LocalBroker, database_url: str) -> Place:
    """Facts go through a topic, and two workers read them into the database."""
    place = new_place()
    topic = fresh_name()
    place.settings |= {
        "DUECOURSE_TIME_ZONE": TIME_ZONE,
        "DUECOURSE_DATABASE": database_url,
        "DUECOURSE_KAFKA": broker.bootstrap,
        "DUECOURSE_KAFKA_TOPIC": topic,
        "DUECOURSE_KAFKA_DEAD_LETTERS_TOPIC": f"{topic}-dead",
        "DUECOURSE_KAFKA_GROUP": f"group-{topic}",
    }
    place.done("topics", "apply")
    place.done("migrate")
    for _ in range(2):
        place.start("worker")
    return place


async def test_permits_through_kafka_give_the_figures_of_the_embedded_import(
    embedded: Place, on_kafka: Place, database_url: str
) -> None:
    permits = made_permits()
    file = write_permits(embedded.root, permits)
    begin = min(permit.started for permit in permits).date().isoformat()
    with embedded.joined() as url:
        imported, published = _imported(embedded, file), _imported(on_kafka, file)
        assert published["accepted"] == published["events"] == imported["accepted"] + imported["duplicates"]
        assert imported["accepted"] == PERMITS + sum(permit.ended is not None for permit in permits)
        await _until_read(database_url, published["events"])
        here, there = _figures(embedded, begin), _figures(on_kafka, begin)
        straight = await contents(url)

    assert here["on-time", "date", "unit"]["total"]["denominator"] > 0
    assert here["on-time", "date", "unit"]["total"] != here["on-time", "instant", "unit"]["total"]
    assert there == here
    _check_same(await contents(database_url), straight)
    assert "\n0 differences" in on_kafka.done("verify")

    again = _imported(on_kafka, file)
    await _until_read(database_url, published["events"] + again["events"])
    _check_same(await contents(database_url), straight)


def _imported(place: Place, file: Path) -> dict[str, Any]:
    return dict(json.loads(place.done("import", file, "--mapping", MAPPING, "--register-units", "--json")))


async def _until_read(url: str, records: int) -> None:
    """The workers have read so many, from more than one partition."""
    read = None
    for _ in range(READ_WITHIN_POLLS):
        read = await count_of(url, READ)
        if read == records:
            break
    assert read == records
    assert len(await fetch(url, "select from checkpoints where applied > 0")) > 1


def _figures(place: Place, begin: str) -> dict[tuple[str, str, str], Any]:
    """What the reports say, but for when they were asked."""
    found = {}
    for report in REPORTS:
        for policy in ("date", "instant"):
            for by in ("unit", "month"):
                words = ("report", report, "--policy", policy, "--from", begin, "--by", by, "--json")
                ended = run_verb(words, place.settings | {"DUECOURSE_DATA": str(place.data)}, place.root)
                assert ended.status == 0, ended.stderr
                said = json.loads(ended.stdout)
                assert said["policy"] == policy
                said.pop("as_of")
                found[report, policy, by] = said
    return found


def _check_same(through_kafka: Contents, straight: Contents) -> None:
    """Every tally row, every archived body."""
    through_kafka.check_counts()
    through_kafka.check_same_figures(straight)
    assert through_kafka.archive == straight.archive
    assert (through_kafka.applied, through_kafka.dead) == (straight.applied, straight.dead)
