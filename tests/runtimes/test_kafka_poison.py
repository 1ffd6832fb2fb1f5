"""Records that are no facts, put straight into the topic among a hundred times as many facts: buried, each with why."""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest

from events.strictness import EVENT_BYTES_MAX
from projections.units import Unit
from services.log import REFUSAL_HEADER
from tests.fixtures.databases import UNITS, opened
from tests.fixtures.kafka_facts import PROVINCE, delivered_facts, state_of, undisturbed
from tests.fixtures.kafka_records import Raw, fact, headers_of, write
from tests.fixtures.kafka_stack import Stack
from tests.fixtures.lengths import LONG, either
from tests.fixtures.saying import received
from tests.runtimes.kafka_exactness import check_archive, check_counts, check_metrics
from tests.services.http.test_refused_inputs import GOOD, REFUSED

pytestmark = pytest.mark.slow

SEED = 20_240_119
FACTS = either(10_000, 200_000)
POISON_SHARE = 0.01
TREE = (*PROVINCE, *UNITS)
NEW = Unit("Z99", "New", "commune", PROVINCE[0].code)
CASE = GOOD["subject"].encode()
JSON = ("content-type", b"application/cloudevents+json")
WITHIN_SECONDS = either(120, 600)
COPIED_WITHIN_SECONDS = 30


@dataclass(frozen=True)
class Poison:
    """A record, and the reason for which it must be buried."""

    reason: str
    raw: Raw


def poisons() -> list[Poison]:
    """Every class that the door refuses, as the topic may hold it, and what only a topic can hold."""
    found = [
        Poison(reason, Raw(body, CASE)) for reason, body in REFUSED.values() if reason != "source_not_allowed"
    ]  # that one is the door's to refuse: the service's own facts come by the topic
    whole = received("c9", "2024-01-15", id="poison")
    padded = EVENT_BYTES_MAX + 1 - len(received("c9", "2024-01-15", id="poison", note=""))
    told = b"source_not_allowed: /duecourse/deadlines is the service's own source: use another"
    return [
        *found,
        Poison("key_missing", Raw(whole)),
        Poison("key_not_subject", Raw(whole, b"c8")),
        Poison("key_not_subject", Raw(whole, b"\xff\xfe")),
        Poison("key_not_subject", Raw(whole, b"")),
        Poison("value_missing", Raw(None, b"c9")),
        Poison("too_large", Raw(received("c9", "2024-01-15", id="poison", note="x" * padded), b"c9")),
        Poison("content_type", Raw(whole, b"c9", (("content-type", b"application/avro"),))),
        Poison("content_type", Raw(whole, b"c9", (("content-type", b"\xff"),))),
        Poison("source_not_allowed", Raw(REFUSED["in the service's own name"][1], b"", (JSON, (REFUSAL_HEADER, told)))),
        Poison("not_json", Raw(b"{", CASE, ())),  # without headers
    ]


def mixed(facts: Sequence[bytes], rng: random.Random) -> tuple[list[Raw], list[Poison]]:
    """The facts with poison anywhere between them, every class at least once; the known fact comes first."""
    classes = poisons()
    count = max(len(classes), round(len(facts) * POISON_SHARE))
    drawn = classes + [rng.choice(classes[:-1]) for _ in range(count - len(classes))]
    drawn = [one for number, one in enumerate(drawn) if number < len(classes) or len(one.raw.value or b"") < 10_000]
    rng.shuffle(drawn)
    records = [fact(one) for one in facts]
    places = sorted(rng.randrange(len(records)) for _ in drawn)
    for place, one in zip(reversed(places), reversed(drawn), strict=True):
        records.insert(place, one.raw)
    return [Raw(json.dumps(GOOD).encode(), CASE), *records], drawn


async def test_what_is_no_fact_is_buried_with_its_place_and_reason_and_the_worker_goes_on(
    stack: Stack, tell: Callable[[str], None]
) -> None:
    facts = delivered_facts(FACTS, SEED)
    records, drawn = mixed(facts, random.Random(SEED))
    async with opened(stack.database, units=TREE):
        pass
    worker = stack.start("worker")
    begun = time.monotonic()
    places = await write(stack.connection, stack.topic_name, records)
    await stack.settled(WITHIN_SECONDS, by=worker)
    lasted = time.monotonic() - begun
    rows = await stack.fetch("select partition, position, topic, reason, body, detail from dead_letters")
    tell(f"{len(records):,} records with {len(drawn):,} that are no facts, written and read in {lasted:.1f} s")

    poison = {id(one.raw): one for one in drawn}
    expected = {
        place: (poison[id(raw)].reason, raw.value or b"")
        for raw, place in zip(records, places, strict=True)
        if id(raw) in poison
    }
    assert {(row["partition"], row["position"]): (row["reason"], row["body"]) for row in rows} == expected
    assert {row["topic"] for row in rows} == {stack.topic_name}
    assert all(row["detail"] for row in rows)
    await _check_whole(stack, [json.dumps(GOOD).encode(), *facts], TREE, dead=len(drawn))
    await _check_copies(stack, expected)
    await _check_metrics(stack, Counter(reason for reason, _ in expected.values()))
    assert worker.runs
    assert sum(row["retries"] + row["rewinds"] for row in (await stack.checkpoints()).values()) == 0
    assert worker.stop() == 0


async def _check_whole(stack: Stack, facts: Sequence[bytes], units: tuple[Unit, ...], *, dead: int) -> None:
    await check_counts(stack, dead=dead)
    await check_archive(stack, facts)
    (await state_of(stack.database)).check_same(await undisturbed(facts, units))
    assert "\n0 differences" in stack.done("verify")


async def _check_copies(stack: Stack, expected: dict[tuple[int, int], tuple[str, bytes]]) -> None:
    """A courtesy: where there are very many at once the oldest may be left out."""
    copies: dict[tuple[int, int], tuple[str, bytes]] = {}
    async with asyncio.timeout(COPIED_WITHIN_SECONDS):
        while len(copies) < (1 if LONG else len(expected)):
            await asyncio.sleep(0.2)
            copies = {
                (int(headers["partition"]), int(headers["offset"])): (headers["reason"].decode(), value or b"")
                for headers, value in await headers_of(stack.connection, stack.dead_letters_topic)
                if headers["topic"].decode() == stack.topic_name
            }
    assert copies.items() <= expected.items()


async def _check_metrics(stack: Stack, reasons: Counter[str]) -> None:
    await check_metrics(stack)
    rows = await stack.fetch("select label, sum(count)::bigint as n from counters where name = 'dead' group by 1")
    assert {row["label"]: row["n"] for row in rows} == reasons


async def test_a_dead_letter_is_fed_again_once_after_its_unit_was_loaded_or_put_aside_by_somebody(stack: Stack) -> None:
    known, early, other = (received(case, "2024-01-15", unit=NEW.code, id=case) for case in ("c1", "c2", "c3"))
    in_our_name = REFUSED["in the service's own name"][1]
    in_our_name = in_our_name.replace(b'"unit": "A"', b'"unit": "Z99"')
    told = (REFUSAL_HEADER, b"source_not_allowed: use another")
    worker = stack.start("worker")
    named = [fact(known), fact(early), fact(other), Raw(in_our_name, b"", (JSON, told))]
    await write(stack.connection, stack.topic_name, named)
    await stack.settled(WITHIN_SECONDS, by=worker)
    rows = await stack.fetch("select id, body, reason from dead_letters")
    letters = {row["body"]: str(row["id"]) for row in rows}
    assert Counter(row["reason"] for row in rows) == {"unknown_unit": 3, "source_not_allowed": 1}

    refused = stack.run("dead-letters", "redrive", letters[known])
    assert (refused.status, "still refused: unknown_unit" in refused.stdout) == (1, True)
    _load_unit(stack)
    assert "redriven" in stack.done("dead-letters", "redrive", letters[known])
    twice = await asyncio.gather(
        *[asyncio.to_thread(stack.run, "dead-letters", "redrive", letters[early]) for _ in range(2)]
    )
    assert min(one.status for one in twice) == 0
    again = stack.run("dead-letters", "redrive", letters[known])
    assert (again.status, "was redriven by" in again.stdout) == (1, True)
    stack.done("dead-letters", "discard", letters[other], "--reason", "the sender tried something")
    discarded = stack.run("dead-letters", "redrive", letters[other])
    assert (discarded.status, "was discarded by" in discarded.stdout) == (1, True)
    forbidden = stack.run("dead-letters", "redrive", letters[in_our_name])
    await stack.settled(WITHIN_SECONDS, by=worker)
    await _check_handled(stack, letters, known, other)
    await check_archive(stack, [known, early])
    assert (forbidden.status, "still refused: source_not_allowed" in forbidden.stdout) == (1, True)
    await _check_whole(stack, [known, early], (*PROVINCE, NEW), dead=4)
    assert worker.stop() == 0


async def _check_handled(stack: Stack, letters: dict[bytes, str], known: bytes, other: bytes) -> None:
    rows = await stack.fetch("select id, handled, handled_by, handled_note, handled_at from dead_letters")
    found = {str(row["id"]): row for row in rows}
    assert found[letters[known]]["handled"] == "redriven"
    put_aside = found[letters[other]]
    assert (put_aside["handled"], put_aside["handled_note"]) == ("discarded", "the sender tried something")
    assert put_aside["handled_by"]
    assert put_aside["handled_at"]


def _load_unit(stack: Stack) -> None:
    units = [*PROVINCE, NEW]
    path = stack.folder / "units.csv"
    rows = [f'{one.code},"{one.name}",{one.level},{one.parent},,,' for one in units]
    path.write_text("\n".join(["code,name,level,parent,valid_from,valid_to,successor", *rows]) + "\n")
    stack.done("units", "load", str(path))
