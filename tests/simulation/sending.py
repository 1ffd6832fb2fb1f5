"""What senders send: messy histories of a few cases, repeated, out of order, with poison between."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Final, get_args

from events import facts
from events.codec import encode
from events.facts import DEADLINES_SOURCE, Event, Fact
from projections.measures import POLICIES
from tests.properties.worlds import CODES, TURNS, World
from tests.simulation.poison import CONTENT_TYPES, FAULTS, Addressed, poison
from tests.simulation.weather import Weather

SOURCES: Final = ("/desk", "/portal", DEADLINES_SOURCE)
IDS: Final = tuple(str(number) for number in range(1, 13))
TIMES_MAX: Final = 6
FACTS_MAX: Final = 14


@dataclass(frozen=True)
class Sent:
    """One message: a fact, or something with a `reason` why it is none. `case_id` is where it belongs."""

    case_id: str
    addressed: Addressed
    event: Event | None = None
    reason: str | None = None


def world(chance: Random) -> World:
    """A time zone, a policy and a set of units."""
    time_zone = chance.choice(tuple(TURNS))
    return World(time_zone, chance.choice(POLICIES), chance.choice(TURNS[time_zone]))


def messages(chance: Random, weather: Weather, where: World, prefix: str = "case") -> list[Sent]:
    """Everything that is sent, in the order in which it is."""
    cases = [f"{prefix}-{number}" for number in range(weather.cases)]
    events = [Event(case_id, fact) for case_id in cases for fact in _history(chance, where, weather)]
    sent = [_sent(chance, event) for event in events]
    for event in events:
        while chance.random() < weather.repeated:
            sent.append(_sent(chance, event))
    for number in range(len(events)):
        if chance.random() < weather.poisoned:
            sent.append(_poisoned(chance, chance.choice(cases), number))
    return _disordered(chance, sent)


def _sent(chance: Random, event: Event) -> Sent:
    value = encode(event) if chance.random() < 0.7 else _otherwise(event)
    addressed = Addressed(event.case_id.encode(), value, chance.choice(CONTENT_TYPES))
    return Sent(event.case_id, addressed, event=event)


def _otherwise(event: Event) -> bytes:
    """The same, written differently in everything that does not matter."""
    message = json.loads(encode(event)) | {"extension": "kept"}
    return json.dumps(dict(reversed(message.items())), indent=1).encode()


def _poisoned(chance: Random, case_id: str, number: int) -> Sent:
    reason, addressed = poison(chance.randrange(FAULTS), case_id, number)
    return Sent(case_id, addressed, reason=reason)


def _disordered(chance: Random, sent: list[Sent]) -> list[Sent]:
    """Not at all, a little, or altogether out of order."""
    reach = chance.choice((0, 5, len(sent)))
    places = [(place + chance.uniform(0, reach), place) for place in range(len(sent))]
    return [sent[place] for _, place in sorted(places)]


def _history(chance: Random, where: World, weather: Weather) -> Iterator[Fact]:
    """The facts of one case: (source, id) says one thing only, except where ids are reused."""
    times = sorted(chance.sample(where.instants, chance.randint(1, TIMES_MAX)))
    dues = [chance.choice(where.instants + where.late_instants) for _ in range(2)]
    keys = chance.sample([(source, fact_id) for source in SOURCES for fact_id in IDS], chance.randint(2, FACTS_MAX))
    for place, (source, fact_id) in enumerate(keys):
        body = _received(chance, dues) if place == 0 else chance.choice(_BODIES)(chance, dues)
        fact = Fact(source, fact_id, chance.choice(times), body)
        yield fact
        if chance.random() < weather.reused:
            other = Fact(source, fact_id, chance.choice(times), chance.choice(_BODIES)(chance, dues))
            if not facts.repeats(fact, other):
                yield other


def _received(chance: Random, dues: list[int]) -> facts.Body:
    kind = chance.choice((*facts.KINDS, "procedure"))
    return facts.Received(chance.choice(CODES), chance.choice((*dues, None)), channel="online", kind=kind)


_BODIES: Final[tuple[Callable[[Random, list[int]], facts.Body], ...]] = (
    _received,
    lambda chance, _: facts.Transferred(chance.choice(CODES)),
    lambda chance, _: facts.Paused(chance.choice(get_args(facts.PauseReason))),
    lambda *_: facts.Resumed(),
    lambda chance, dues: facts.Rescheduled(chance.choice(dues), chance.choice(get_args(facts.RescheduleReason))),
    lambda chance, dues: facts.Overdue(chance.choice(dues)),
    lambda *_: facts.Processed(),
    lambda *_: facts.Returned(),
    lambda chance, _: facts.Closed(chance.choice(get_args(facts.CloseReason))),
    lambda *_: facts.Reopened(),
    lambda chance, _: facts.Retracted(chance.choice(IDS), chance.choice((None, *SOURCES))),
)
