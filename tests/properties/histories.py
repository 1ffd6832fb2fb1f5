"""Messy random histories of cases: what senders do, and what they should never do."""

import json
from collections.abc import Sequence
from datetime import timedelta, timezone
from typing import Final, get_args

from hypothesis import strategies as st
from msgspec import structs
from worlds import CODES, World

from events import facts
from events.codec import data_of, encode
from events.facts import DEADLINES_SOURCE, Event, Fact
from events.instants import moment_of

DESK: Final = "/desk"
PORTAL: Final = "/portal"
SOURCES: Final = (DESK, PORTAL, DEADLINES_SOURCE)
IDS: Final = tuple(str(number) for number in range(1, 13))  # by code point 10 comes before 2
MESS_MAX: Final = 9
TIMES_MAX: Final = 7
DUES_MAX: Final = 3
DUE_PASSES: Final = TIMES_MAX
"""Stands for the midnight after a due day, as a time of an overdue fact."""
DUE: Final = TIMES_MAX + 1
"""Stands for the due date itself, as a time."""

History = list[Fact]
"""The facts of one case, in no order; (source, id) is unique in it."""

# A draft is a fact whose `time` and `due` are places in the few times and due dates of its case: so the strategies are
# built once and not for every example, and facts meet at the same instant.
_DUES: Final = range(DUES_MAX)
_RECEIVED: Final = [
    facts.Received(unit, due, channel=channel, digitised=digitised, kind=kind)
    for kind in facts.KINDS
    for channel, digitised in ((None, None), ("online", "yes"), ("post", "no"))
    for due in (*_DUES, None)
    for unit in CODES
]
_TRANSFERRED: Final = [facts.Transferred(unit) for unit in CODES]
_PAUSED: Final = [facts.Paused(reason) for reason in get_args(facts.PauseReason)]
_CLOCK_STOPPED: Final = _PAUSED[:2]
_RESUMED: Final = [facts.Resumed()]
_RESCHEDULED: Final = [facts.Rescheduled(due, why) for why in get_args(facts.RescheduleReason) for due in _DUES]
_PROCESSED: Final = [
    facts.Processed(),
    facts.Processed("refused", electronic_result=True, paid="online"),
    facts.Processed(electronic_result=False, paid="no_fee"),
    facts.Processed(paid="counter"),
]
_RETURNED: Final = [facts.Returned(), facts.Returned("post")]
_CLOSED: Final = [facts.Closed(reason) for reason in get_args(facts.CloseReason)]
_REOPENED: Final = [facts.Reopened()]
_RETRACTED: Final = [facts.Retracted(fact_id, source) for source in (None, *SOURCES) for fact_id in IDS]
_TURNS: Final[tuple[Sequence[facts.Body], ...]] = (
    *(_TRANSFERRED, _PAUSED, _RESUMED, _RESCHEDULED, _PROCESSED, _RETURNED, _CLOSED, _REOPENED),
    *(_TRANSFERRED, _PAUSED, _CLOCK_STOPPED, _CLOCK_STOPPED, _RESUMED, _RESUMED),  # more often: they need each other
)
_BODIES: Final = (*_TURNS, _RECEIVED, _RETRACTED)
_sources: Final = st.sampled_from(SOURCES)
_ids: Final = st.sampled_from(IDS)
_times: Final = st.integers(0, TIMES_MAX - 1)
_receptions: Final = st.builds(Fact, _sources, _ids, st.sampled_from((0, 0, 0, 1, 2)), st.sampled_from(_RECEIVED))
_overdue: Final = st.builds(
    Fact,
    st.sampled_from((DEADLINES_SOURCE, DEADLINES_SOURCE, DESK)),
    _ids,
    st.integers(0, DUE),
    st.builds(facts.Overdue, st.integers(0, DUES_MAX - 1)),
)
_noted: Final = st.builds(
    Fact,
    st.just(DEADLINES_SOURCE),
    st.sampled_from(("noted", "noted again")),
    st.sampled_from((DUE_PASSES, DUE_PASSES, DUE, 0, TIMES_MAX - 1)),
    st.builds(facts.Overdue, st.integers(0, DUES_MAX - 1)),
)
_anything: Final = st.one_of(
    *(st.builds(Fact, _sources, _ids, _times, st.sampled_from(bodies)) for bodies in _BODIES),
    _overdue,
)
_turns: Final = st.one_of(*(st.sampled_from(bodies) for bodies in _TURNS))
_courses: Final = st.lists(st.tuples(_sources, _ids, _turns), max_size=TIMES_MAX - 1)
_times_min: Final = st.sampled_from((1, 3, 5))
_mostly: Final = st.sampled_from((True, True, True, True, True, False))
_moves: Final = st.sampled_from((0, 0, 0, 0, 0, 1, 2, 3))


@st.composite
def histories(draw: st.DrawFn, world: World) -> History:
    """One case: mostly received, then a course of facts one after the other, and a mess of anything at any time.

    There are few distinct times, so that facts meet at the same instant.
    """
    instants = st.sampled_from(world.instants)
    times = draw(st.lists(instants, min_size=draw(_times_min), max_size=TIMES_MAX, unique=True).map(sorted))
    due = st.sampled_from(times) | instants | st.sampled_from(world.late_instants)
    dues = draw(st.lists(due, min_size=1, max_size=DUES_MAX, unique=True))
    drafts = [draw(_receptions)] if draw(_mostly) else []
    drafts += [Fact(source, fact_id, place, body) for place, (source, fact_id, body) in enumerate(draw(_courses), 1)]
    drafts += draw(st.lists(_anything, max_size=MESS_MAX))
    drafts += draw(st.lists(_noted, max_size=3))
    moved = draw(_moves)
    found = [_dated(draft, world, times, dues, moved) for draft in drafts]
    return list({(fact.source, fact.id): fact for fact in found}.values())


def several(world: World, cases_max: int = 5) -> st.SearchStrategy[list[History]]:
    """Several cases, each with at least one fact."""
    return st.lists(histories(world).filter(bool), min_size=1, max_size=cases_max)


def _dated(draft: Fact, world: World, times: list[int], dues: list[int], moved: int) -> Fact:
    body = draft.body
    match body:
        case facts.Overdue():
            return _overdue_dated(draft, world, times, _shifted(dues[body.due % len(dues)], world, times, moved))
        case facts.Received() | facts.Rescheduled() if body.due is not None:
            body = structs.replace(body, due=dues[body.due % len(dues)])
    return Fact(draft.source, draft.id, times[min(draft.time, len(times) - 1)], body)


def _shifted(due: int, world: World, times: list[int], moved: int) -> int:
    """The due date itself; or as a pause of some length would have moved it, in days or exactly."""
    if moved == 0:
        return due
    return due + max(times) - min(times) if moved == 3 else world.rules.days.shift(due, moved)


def _overdue_dated(draft: Fact, world: World, times: list[int], due: int) -> Fact:
    """About a due date of the case or one that was never its own; at the right time, or at any."""
    days = world.rules.days
    right = {DUE: due, DUE_PASSES: days.start_of(days.day_of(due) + 1)}
    at = right.get(draft.time, times[min(draft.time, len(times) - 1)])
    return Fact(draft.source, draft.id, at, facts.Overdue(due))


WRITINGS: Final = 3
"""How many ways there are to write the same fact."""


def written(case_id: str, fact: Fact, writing: int = 0) -> bytes:
    """The fact as a sender's message; the ways of writing differ in everything that does not matter."""
    event = Event(case_id, fact)
    return encode(event) if writing == 0 else _written_otherwise(event, writing)


def _written_otherwise(event: Event, writing: int) -> bytes:
    fact, offset_hours = event.fact, (0, 7, -5)[writing]
    data = data_of(fact.body) | {"remark": "unknown fields are ignored"}
    if isinstance(fact.body, facts.Received | facts.Rescheduled | facts.Overdue) and fact.body.due is not None:
        data["due"] = _clock(fact.body.due, offset_hours)
    message = {
        "data": data,
        "type": f"duecourse.case.{facts.NAMES[type(fact.body)]}.v1",
        "time": _clock(fact.time, offset_hours),
        "subject": event.case_id,
        "id": fact.id,
        "source": fact.source,
        "extension": "kept",
        "specversion": "1.0",
    }
    return json.dumps(message, indent=writing).encode()


def _clock(instant: int, offset_hours: int) -> str:
    """With another offset and three digits too many, which are cut off."""
    moment = moment_of(instant).astimezone(timezone(timedelta(hours=offset_hours)))
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}999{offset_hours:+03}:00"
