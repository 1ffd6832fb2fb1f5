"""Promises on any delivery: the same dates, the same counts, and those that the second implementation finds."""

import asyncio
from dataclasses import dataclass, replace

from countings import named_problems, named_tallies, recounted_archive
from deliveries import archived_by_case, deliveries, projected
from histories import several
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from worlds import World, worlds

from events.facts import Received
from events.fold import fold
from projections.calendar import Calendar, OfficeHours
from projections.contribution import contribution
from projections.procedures import Procedure, ProcedureRegistry
from projections.promises import promise_of, with_promise
from projections.standing import Rules
from projections.tallies import tallied
from projections.time_limits import LimitUnit, TimeLimit

DAYS, HOURS = LimitUnit.WORKING_DAYS, LimitUnit.HOURS
REGISTRY = ProcedureRegistry(
    [
        Procedure("days", "Days", limit=TimeLimit(1, DAYS)),
        Procedure("hours", "Hours", limit=TimeLimit(5, HOURS), kind="complaint"),
        Procedure("free", "Free"),
    ]
)
CALENDAR = Calendar(frozenset(range(5)), (OfficeHours(480, 720), OfficeHours(780, 1020)))
procedures = st.sampled_from(("days", "days", "hours", "free", None))


@dataclass(frozen=True)
class PromisingWorld(World):
    """A world that has procedures and a working calendar."""

    @property
    def rules(self) -> Rules:
        return structs.replace(super().rules, procedures=REGISTRY, calendar=CALENDAR)


def asked_for(history, draw):
    """The same facts, the received ones about some procedure."""
    return [
        structs.replace(fact, body=structs.replace(fact.body, procedure=draw(procedures)))
        if isinstance(fact.body, Received)
        else fact
        for fact in history
    ]


def dated(fact, rules):
    """A fact as it is folded."""
    made = promise_of(fact.body, fact.time, rules) if isinstance(fact.body, Received) else None
    return fact if made is None else with_promise(fact, made)


@given(data=st.data())
def test_any_delivery_promises_and_counts_the_same_and_so_does_the_verifier(data):
    plain = data.draw(worlds())
    world = PromisingWorld(plain.time_zone, plain.policy, plain.turn)
    cases = [asked_for(history, data.draw) for history in data.draw(several(world, cases_max=3))]
    store, _ = asyncio.run(projected(data.draw(deliveries(cases)), world))
    folded = [[dated(fact, world.rules) for fact in history] for history in cases]
    expected = tallied(contribution(fold(history), world.rules) for history in folded)
    assert named_tallies(store.cells) == named_tallies(expected.cells)
    assert named_problems(store.problem_cells) == named_problems(expected.problems)
    archive = {
        case_id: [as_promised(one, store) for one in events] for case_id, events in archived_by_case(store).items()
    }
    again = recounted_archive(archive, world)
    assert named_tallies(store.cells) == again.tallies
    assert named_problems(store.problem_cells) == again.problems
    kept = {(one.partition, one.position) for case in store.changed.values() for one in case.kept if one.promise}
    assert kept == store.promises.keys()


def as_promised(archived, store):
    """The archived event as the verifier is given it."""
    found = store.promises.get((archived.partition, archived.position))
    return archived if found is None else replace(archived, promised=found.promise.due)
