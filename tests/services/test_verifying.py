"""`verify`: whatever is changed behind the service's back is found and named; what is untouched is clean."""

from datetime import date, datetime

import pytest

from projections.balances import Balance, decoded, encoded
from projections.batches import read
from projections.measures import Policy
from projections.units import Unit
from services.composition import Database, assemble
from services.postgres.balancing import strike_balances
from services.projector import Projector
from services.sample.history import history
from services.sample.units import province_units
from services.verifying import Finding, Verification, archive_size, verify
from tests.fixtures.databases import FixedClock, fetch, opened
from tests.fixtures.saying import event, processed, received, records
from tests.fixtures.times import local

pytestmark = pytest.mark.database

FACTS = (
    received("c1", "2024-01-02", due="2024-01-10T17:00"),
    processed("c1", "2024-01-05"),
    received("c2", "2024-01-02", unit="B"),
    event("transferred", "c2", "2024-01-04", unit="C"),
    received("c3", "2024-01-02", due="2024-01-10T17:00"),
    b"{",
    received("c3", "2024-01-02", unit="nowhere"),
)


async def filled(found: Database) -> None:
    await found.projector().project(read(records(*FACTS)))


async def verified(found: Database) -> Verification:
    return await verify(found.store, lambda events: None)


async def after(url: str, statement: str) -> Verification:
    """What is found where a statement was run behind the service's back."""
    async with opened(url) as found:
        await filled(found)
        assert (await verified(found)).differences == 0
        changed = await fetch(url, statement + " returning 1")
        assert len(changed) == 1, "the statement must change something"
        result = await verified(found)
        rows = await fetch(url, "select differences, first_difference from verifications order by id")
        assert [row["differences"] for row in rows] == [0, result.differences]
        assert rows[-1]["first_difference"] == str(result.findings[0])
        return result


def said(found: Verification) -> str:
    return "\n".join(map(str, found.findings))


async def test_nothing_differs_in_an_empty_database(database_url: str) -> None:
    async with opened(database_url) as found:
        assert await verified(found) == Verification(0, 0, 0, 0, [])


async def test_nothing_differs_in_one_that_was_left_alone(database_url: str) -> None:
    async with opened(database_url) as found:
        await filled(found)
        result = await verified(found)
        assert (result.events, result.cases, result.differences, result.findings) == (5, 3, 0, [])
        assert result.figures > 50
        assert await archive_size(found.store) == 5


@pytest.mark.slow
@pytest.mark.parametrize("policy", list(Policy))
async def test_nothing_differs_after_a_messy_history_in_two_shards(database_url: str, policy: Policy) -> None:
    until = datetime.fromisoformat("2025-06-18T10:30:00+07:00")
    units = [Unit(one.code, one.name, one.level, one.parent) for one in province_units()]
    events = list(history(seed=4, cases=700, until=until))
    async with opened(database_url, policy=policy, units=units, clock=FixedClock(local("2025-06-18T10:30"))) as found:
        for place, begin in enumerate(range(0, len(events), 300)):
            await Projector(found.store, place % 2).project(read(records(*events[begin : begin + 300])))
        await assemble(found).deadlines.catch_up()
        seen: list[int] = []
        result = await verify(found.store, seen.append)
        assert (result.differences, result.findings) == (0, [])
        assert result.cases > 600
        assert seen == sorted(seen)
        assert seen[-1] == result.events


async def test_a_tally_changed_by_hand_is_named_with_both_numbers(database_url: str) -> None:
    result = await after(database_url, "update tallies set new = new + 5 where unit = 'A' and new = 2")
    assert Finding("tally", "2024-01-02 A procedure", "new", 2, 7) in result.findings
    assert "tally 2024-01-02 A procedure, new: archive says 2, database 7" in said(result)
    assert any(one.what == "figure" and one.measure == "new" for one in result.findings)


async def test_a_tally_that_should_not_be_there_and_one_that_is_gone_are_found(database_url: str) -> None:
    statement = "insert into tallies (day, unit, kind, shard, closed) values ('2024-02-01', 'A', 'procedure', 7, 1)"
    result = await after(database_url, statement)
    assert Finding("tally", "2024-02-01 A procedure", "closed", 0, 1) in result.findings


async def test_a_tally_that_is_gone_is_found(database_url: str) -> None:
    result = await after(database_url, "delete from tallies where settled_early = 1")
    assert Finding("tally", "2024-01-05 A procedure", "settled_early_date", 1, 0) in result.findings


async def test_changes_that_cancel_out_over_two_days_are_found(database_url: str) -> None:
    result = await after(database_url, "update tallies set day = day + 1 where unit = 'A' and new = 2")
    assert {one.where for one in result.findings if one.measure == "new"} >= {
        "2024-01-02 A procedure",
        "2024-01-03 A procedure",
    }


async def test_a_problem_row_changed_by_hand_is_found(database_url: str) -> None:
    result = await after(database_url, "update problem_tallies set cases = 3 where problem = 'due_missing'")
    assert result.findings == [Finding("data quality", "2024-01-02 C procedure", "due_missing", 1, 3)]


async def test_a_problem_row_that_is_gone_is_found(database_url: str) -> None:
    result = await after(database_url, "delete from problem_tallies")
    assert result.findings == [Finding("data quality", "2024-01-02 C procedure", "due_missing", 1, 0)]


async def test_a_counter_changed_by_hand_is_found(database_url: str) -> None:
    result = await after(database_url, "update counters set count = 9 where label = 'processed'")
    assert result.findings == [Finding("partition", "0", "applied processed", 1, 9)]


async def test_a_checkpoint_changed_by_hand_is_found(database_url: str) -> None:
    result = await after(database_url, "update checkpoints set applied = applied - 1, duplicate = duplicate + 1")
    assert result.findings == [Finding("partition", "0", "applied", 5, 4)]


async def test_a_dead_letter_that_is_gone_is_found(database_url: str) -> None:
    result = await after(database_url, "delete from dead_letters where reason = 'not_json'")
    assert Finding("partition", "0", "dead not_json", 0, 1) in result.findings


async def test_an_archived_body_changed_by_hand_is_found(database_url: str) -> None:
    other_day = "replace(convert_from(body, 'UTF8'), '2024-01-05', '2024-01-15')"
    result = await after(
        database_url, f"update archive set body = convert_to({other_day}, 'UTF8') where type = 'processed'"
    )
    assert Finding("tally", "2024-01-15 A procedure", "settled_late_date", 1, 0) in result.findings
    assert Finding("tally", "2024-01-05 A procedure", "settled_early_date", 0, 1) in result.findings


async def test_an_archived_fact_that_is_gone_is_found(database_url: str) -> None:
    result = await after(database_url, "delete from archive where type = 'processed'")
    assert Finding("partition", "0", "applied processed", 0, 1) in result.findings
    assert Finding("tally", "2024-01-05 A procedure", "settled_early_date", 0, 1) in result.findings


async def test_an_archived_body_that_is_no_event_any_more_is_found_and_its_place_named(database_url: str) -> None:
    result = await after(database_url, "update archive set body = 'nonsense' where type = 'processed'")
    assert any("0:1" in one.where for one in result.findings), said(result)


async def test_only_the_first_differences_are_kept_and_all_are_counted(database_url: str) -> None:
    async with opened(database_url) as found:
        await found.projector().project(read(records(*(received(f"c{n}", f"2024-01-{n:02}") for n in range(1, 29)))))
        await fetch(database_url, "update tallies set returned = 1")
        result = await verified(found)
        assert len(result.findings) == 20
        assert result.differences > 28


async def test_a_balance_that_is_not_the_sum_of_the_days_before_it_is_found_and_named(database_url: str) -> None:
    """Struck, then a fact later: what reports make of both is compared."""
    async with opened(database_url) as found:
        await filled(found)
        assert await strike_balances(found.pool, date(2024, 3, 1).toordinal()) > 0
        await found.projector().project(read(records(processed("c3", "2024-01-09"))))
        assert (await verified(found)).differences == 0
        before, after = await _balances(database_url, "2024-01-22"), await _balances(database_url, "2024-02-01")
        assert before == after  # nothing was tallied between; so one is changed into what it is not
        empty = encoded({})
        await fetch(database_url, "update balances set sums = $1 where day = '2024-01-22'", empty)
        result = await verified(found)
        assert result.differences > 5
        assert str(result.findings[0]).startswith("balance 2024-01-22 A procedure, ")


async def _balances(url: str, day: str) -> Balance:
    (row,) = await fetch(url, "select sums from balances where day = $1", date.fromisoformat(day))
    return decoded(row["sums"])
