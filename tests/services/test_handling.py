"""Dead letters that somebody looked at: fed again once, or put aside, with who and why."""

from events.facts import DEADLINES_SOURCE
from projections.batches import read
from projections.units import Unit
from services.composition import Database
from services.handling import discard, redrive
from services.intake import at_the_door
from services.postgres.queries import dead_letters
from services.units_loading import load_units
from tests.fixtures.databases import UNITS, fetch, opened
from tests.fixtures.saying import event, received, records

LOST = received("c1", "2024-01-10", unit="NEW")
BROKEN = b"{"


async def buried(found: Database, *events: bytes) -> list[int]:
    await found.projector().project(read(records(*events)))
    return [letter.id for letter in reversed(await dead_letters(found.pool, 10))]


async def redriven(found: Database, *ids: int) -> list[tuple[bool, str]]:
    handled = await redrive(found, found.projector(), ids, done_by="mai")
    return [(one.done, one.said) for one in handled]


async def test_a_fact_whose_unit_was_loaded_since_is_fed_again_exactly_once(database_url: str) -> None:
    async with opened(database_url) as found:
        [lost] = await buried(found, LOST)
        await load_units(found.store, [*UNITS, Unit("NEW", "New", "department", "P")])
        assert await redriven(found, lost) == [(True, "redriven: accepted")]
        assert await redriven(found, lost) == [(False, "was redriven by mai already")]
        [checkpoint] = await found.store.checkpoints()
        assert (checkpoint.applied, checkpoint.dead, checkpoint.read) == (1, 1, 2)
    [row] = await fetch(database_url, "select handled, handled_by, handled_note from dead_letters")
    assert tuple(row) == ("redriven", "mai", "accepted")


async def test_what_would_be_refused_again_is_left_where_it_is(database_url: str) -> None:
    async with opened(database_url) as found:
        lost, broken = await buried(found, LOST, BROKEN)
        said = await redriven(found, lost, broken, 99)
        assert said[0] == (False, "still refused: unknown_unit: unit 'NEW' is not registered")
        assert said[1][1].startswith("still refused: not_json")
        assert said[2] == (False, "there is no dead letter 99")
        [checkpoint] = await found.store.checkpoints()
        assert (checkpoint.applied, checkpoint.dead, checkpoint.read) == (0, 2, 2)
        assert [letter.handled for letter in await dead_letters(found.pool, 10)] == [None, None]


async def test_what_was_said_in_the_services_own_name_is_not_let_in_by_another_door(database_url: str) -> None:
    posed = event("overdue", "c1", "2024-01-10", source=DEADLINES_SOURCE, due="2024-01-09T17:00:00+07:00")
    async with opened(database_url) as found:
        await found.projector().project(at_the_door(records(posed)))
        [letter] = await dead_letters(found.pool, 10)
        assert letter.reason == "source_not_allowed"
        [(done, said)] = await redriven(found, letter.id)
        assert not done
        assert said.startswith("still refused: source_not_allowed")


async def test_a_discarded_letter_keeps_its_bytes_with_who_and_why(database_url: str) -> None:
    async with opened(database_url) as found:
        [broken] = await buried(found, BROKEN)
        [first] = await discard(found, [broken], reason="a test of the sender", done_by="mai")
        [second] = await discard(found, [broken], reason="again", done_by="lan")
        assert (first.done, second.done, second.said) == (True, False, "was discarded by mai already")
        assert await redriven(found, broken) == [(False, "was discarded by mai already")]
    [row] = await fetch(database_url, "select handled, handled_by, handled_note, body from dead_letters")
    assert tuple(row) == ("discarded", "mai", "a test of the sender", BROKEN)
