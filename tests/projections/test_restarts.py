"""Limits that begin again when a pause is over: what is told, when, and when it is taken back."""

from collections.abc import Iterable, Sequence

import pytest

from events.codec import decode
from events.facts import Event, Fact, Received, Rescheduled, Retracted
from events.fold import fold
from projections.calendar import Calendar, CalendarDay, DayKind, OfficeHours
from projections.effect import Kept
from projections.measures import Policy
from projections.pause_rules import PauseEffect, PauseRule, PauseRules, pause_rule_errors
from projections.procedures import Procedure, ProcedureRegistry
from projections.promises import promise_of, with_promise
from projections.restarts import RESTART_SOURCE, restart_events
from projections.standing import Rules, standing
from projections.time_limits import LimitUnit, TimeLimit
from projections.units import UnitTree
from projections.zone import LocalDays
from tests.fixtures.databases import UNITS
from tests.fixtures.saying import event, processed, received, retracted
from tests.fixtures.times import local

REGISTRY = ProcedureRegistry([Procedure("ten", "Within ten days", limit=TimeLimit(10, LimitUnit.WORKING_DAYS))])
CALENDAR = Calendar(frozenset(range(5)), (OfficeHours(480, 720), OfficeHours(780, 1020)))
RESTART = PauseRules([PauseRule("supplement", PauseEffect.RESTART)])


def rules_with(calendar: Calendar = CALENDAR, policy: Policy = Policy.DATE) -> Rules:
    return Rules(LocalDays("Asia/Ho_Chi_Minh"), policy, UnitTree(UNITS), REGISTRY, calendar)


RULES = rules_with()


def kept(bodies: Iterable[bytes], rules: Rules = RULES) -> list[Kept]:
    """As a case row keeps them, with the due dates promised."""
    return [_kept(place, decode(body).fact, rules) for place, body in enumerate(bodies)]


def _kept(place: int, fact: Fact, rules: Rules) -> Kept:
    promise = promise_of(fact.body, fact.time, rules) if isinstance(fact.body, Received) else None
    return Kept(0, place, fact if promise is None else with_promise(fact, promise), promise)


def after(known: Sequence[Kept], told: Iterable[Event]) -> list[Kept]:
    return [*known, *(Kept(0, len(known) + place, one.fact) for place, one in enumerate(told))]


def due(known: Sequence[Kept], rules: Rules = RULES) -> int | None:
    found = standing(fold(one.fact for one in known), rules)
    assert found is not None
    return found.under(rules.policy).due


def told_dues(told: Iterable[Event]) -> list[int]:
    return [one.fact.body.due for one in told if isinstance(one.fact.body, Rescheduled)]


def paused(at: str, reason: str = "supplement", **more: str) -> bytes:
    return event("paused", "c1", at, reason=reason, **more)


def resumed(at: str, **more: str) -> bytes:
    return event("resumed", "c1", at, **more)


ASKED = received("c1", "2024-03-04T08:00", procedure="ten")
"""On a Monday: within ten working days, by the end of Monday 18 March."""
PAUSE = (paused("2024-03-06T09:00"), resumed("2024-03-12T10:00"))
GIVEN = received("c1", "2024-03-04T08:00", due="2024-03-08T17:00")
END_OF_26_MARCH = local("2024-03-26T23:59:59") + 999_999


def test_a_promised_limit_begins_again_on_the_day_of_the_resumption() -> None:
    known = kept([ASKED, *PAUSE])
    told = restart_events("c1", known, RESTART, RULES)
    assert [(one.fact.source, one.fact.time) for one in told] == [(RESTART_SOURCE, local("2024-03-12T10:00"))]
    assert told_dues(told) == [END_OF_26_MARCH]
    assert due(after(known, told)) == END_OF_26_MARCH


def test_without_a_rule_the_length_of_the_pause_is_added_and_nothing_is_told() -> None:
    known = kept([ASKED, *PAUSE])
    assert restart_events("c1", known, PauseRules(), RULES) == []
    assert due(known) == local("2024-03-24T23:59:59") + 999_999


def test_a_date_that_the_sender_gave_lies_as_long_after_the_pause_as_after_the_reception() -> None:
    told = restart_events("c1", kept([GIVEN, *PAUSE]), RESTART, RULES)
    assert told_dues(told) == [local("2024-03-16T17:00")]


def test_under_instants_the_span_is_exact() -> None:
    rules = rules_with(policy=Policy.INSTANT)
    told = restart_events("c1", kept([GIVEN, *PAUSE], rules), RESTART, rules)
    assert told_dues(told) == [local("2024-03-12T10:00") + local("2024-03-08T17:00") - local("2024-03-04T08:00")]


def test_what_was_told_is_not_told_again_whatever_a_newer_calendar_says() -> None:
    known = kept([ASKED, *PAUSE])
    known = after(known, restart_events("c1", known, RESTART, RULES))
    days_off = tuple(CalendarDay(local_day, DayKind.HOLIDAY, "", 0) for local_day in range(738_963, 738_970))
    newer = rules_with(Calendar(CALENDAR.working_week, CALENDAR.office_hours, days_off, frozenset({2024})))
    assert told_dues(restart_events("c1", kept([ASKED, *PAUSE]), RESTART, newer)) != [END_OF_26_MARCH]
    assert restart_events("c1", known, RESTART, RULES) == []
    assert restart_events("c1", known, RESTART, newer) == []


def test_a_resumption_that_was_a_mistake_takes_the_new_date_back() -> None:
    known = kept([ASKED, PAUSE[0], resumed("2024-03-12T10:00", id="slip")])
    known = after(known, restart_events("c1", known, RESTART, RULES))
    known = after(known, [decode(retracted("c1", "2024-03-13T08:00", "slip"))])
    told = restart_events("c1", known, RESTART, RULES)
    assert [type(one.fact.body) for one in told] == [Retracted]
    known = after(known, told)
    assert due(known) is None, "the case is paused"
    assert restart_events("c1", known, RESTART, RULES) == []


def test_a_reception_found_later_gives_another_limit_and_the_date_is_told_anew() -> None:
    known = kept([GIVEN, *PAUSE])
    known = after(known, restart_events("c1", known, RESTART, RULES))
    known = [*known, _kept(9, decode(received("c1", "2024-03-01T08:00", procedure="ten")).fact, RULES)]
    told = restart_events("c1", known, RESTART, RULES)
    assert [type(one.fact.body) for one in told] == [Retracted, Rescheduled]
    known = after(known, told)
    assert due(known) == END_OF_26_MARCH
    assert restart_events("c1", known, RESTART, RULES) == []


@pytest.mark.parametrize(
    "facts",
    [
        [ASKED, PAUSE[0]],
        [ASKED, PAUSE[0], processed("c1", "2024-03-12T10:00")],
        [ASKED, paused("2024-03-06T09:00", "payment"), PAUSE[1]],
        [ASKED, paused("2024-03-06T09:00", "verification"), PAUSE[1]],
        [ASKED, paused("2024-03-19T09:00"), resumed("2024-03-20T09:00")],
        [ASKED, *PAUSE, event("rescheduled", "c1", "2024-03-12T10:00", reason="supplement", due="2024-04-01T17:00")],
        [ASKED, event("rescheduled", "c1", "2024-03-05", reason="correction", due="2024-06-01T17:00"), *PAUSE],
        [*PAUSE],
        [received("c1", "2024-03-04T08:00", procedure="unknown"), *PAUSE],
    ],
    ids=[
        "still paused",
        "ended while paused",
        "stops no clock",
        "a reason with another rule",
        "paused after the due date",
        "a date given with the resumption",
        "a later date stands already",
        "never received",
        "no due date at all",
    ],
)
def test_nothing_is_told_where_no_limit_begins_again(facts: Sequence[bytes]) -> None:
    assert restart_events("c1", kept(facts), RESTART, RULES) == []


def test_each_of_several_pauses_begins_the_limit_again() -> None:
    known = kept([ASKED, *PAUSE, paused("2024-03-20T09:00"), resumed("2024-04-01T09:00")])
    told = restart_events("c1", known, RESTART, RULES)
    assert [one.fact.time for one in told] == [local("2024-03-12T10:00"), local("2024-04-01T09:00")]
    assert due(after(known, told)) == local("2024-04-15T23:59:59") + 999_999


def test_the_rule_of_the_day_on_which_the_case_was_paused_holds() -> None:
    change = local_day("2024-03-06")
    before = PauseRules([PauseRule("supplement", PauseEffect.RESTART, valid_to=change)])
    since = PauseRules([PauseRule("supplement", PauseEffect.RESTART, valid_from=change)])
    known = kept([ASKED, *PAUSE])
    assert restart_events("c1", known, before, RULES) == []
    assert told_dues(restart_events("c1", known, since, RULES)) == [END_OF_26_MARCH]


def local_day(text: str) -> int:
    return LocalDays("Asia/Ho_Chi_Minh").day_of(local(text))


def test_rules_of_one_content_have_one_version() -> None:
    rows = [PauseRule("supplement", PauseEffect.RESTART), PauseRule("verification", PauseEffect.SUBTRACT)]
    assert PauseRules(rows).version == PauseRules(reversed(rows)).version
    assert PauseRules(rows).version != PauseRules(rows[:1]).version


def test_every_error_of_rules_is_named_with_its_row() -> None:
    restart = PauseEffect.RESTART
    rows = [
        PauseRule("supplement", restart, 10, 20),
        PauseRule("supplement", restart, 19, 30),
        PauseRule("payment", restart),
        PauseRule("verification", restart, 20, 20),
        PauseRule("supplement", PauseEffect.SUBTRACT, 30),
    ]
    found = list(pause_rule_errors(rows))
    assert [index for index, _ in found] == [1, 2, 3]
    assert [text.split(":")[0] for _, text in found] == [
        "'supplement' has two rules on the same day",
        "'payment' stops no clock",
        "'verification'",
    ]
