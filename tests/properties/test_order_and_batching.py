"""One state for one set of facts: how they arrive changes nothing (`domain.md`, Fold rules)."""

import asyncio
from collections import Counter

from countings import counted, named_problems, named_tallies, recounted_archive
from deliveries import DAY, JUNK, Batch, archived_by_case, deliveries, projected
from histories import histories, several, written
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec import structs
from worlds import worlds

from events.facts import Fact, Overdue, Received, Retracted, repeats
from projections.effect import Record


@given(data=st.data())
def test_any_order_repetition_batching_and_partitioning_give_the_same_cells_and_problems(data):
    world = data.draw(worlds())
    cases = data.draw(several(world))
    batches = data.draw(deliveries(cases))
    store, _ = asyncio.run(projected(batches, world))
    expected = counted(cases, world)
    assert named_tallies(store.cells) == named_tallies(expected.cells)
    assert named_problems(store.problem_cells) == named_problems(expected.problems)


@given(data=st.data())
def test_two_deliveries_of_the_same_facts_leave_the_same_rows(data):
    """Not only the sums: what each case is counted as, and the columns that queries read, are the same, too."""
    world = data.draw(worlds())
    cases = data.draw(several(world, cases_max=3))
    stores = [asyncio.run(projected(data.draw(deliveries(cases)), world))[0] for _ in range(2)]
    rows = [{case_id: (one.counted, one.row) for case_id, one in store.changed.items()} for store in stores]
    assert rows[0] == rows[1]
    assert len(rows[0]) == len(cases)


@given(data=st.data())
def test_every_record_is_applied_or_a_duplicate_or_dead(data):
    world = data.draw(worlds())
    cases = data.draw(several(world, cases_max=3))
    batches = data.draw(deliveries(cases))
    store, verdicts = asyncio.run(projected(batches, world))
    sent = Counter[int]()
    for batch in batches:
        sent[batch.partition] += len(batch.records)
    for partition, checkpoint in store.positions.items():
        assert checkpoint.position == checkpoint.applied + checkpoint.duplicate + checkpoint.dead == sent[partition]
        assert checkpoint.applied == sum(place[0] == partition for place in store.archive)
        assert checkpoint.dead == sum(place[0] == partition for place in store.dead_letters)
        assert checkpoint.applied == sum(verdict.status == "accepted" for verdict in verdicts[partition])
    assert store.positions.keys() == sent.keys()
    assert len(store.archive) == sum(len(history) for history in cases)
    junk = {record.value for batch in batches for record in batch.records} & {record.value for record in JUNK}
    assert sorted(dead.body for dead in store.dead_letters.values()) == sorted(junk)


@given(data=st.data())
def test_the_archive_alone_gives_the_cells_again(data):
    world = data.draw(worlds())
    batches = data.draw(deliveries(data.draw(several(world, cases_max=3))))
    store, _ = asyncio.run(projected(batches, world))
    again = recounted_archive(archived_by_case(store), world)
    assert named_tallies(store.cells) == again.tallies
    assert named_problems(store.problem_cells) == again.problems


@given(data=st.data(), partitions=st.tuples(st.integers(0, 2), st.integers(0, 2)), together=st.booleans())
def test_of_two_bodies_under_one_id_the_one_that_arrives_first_counts(data, partitions, together):
    """The only place where arrival matters: the second is refused as `id_reused`, whatever else is known."""
    world = data.draw(worlds())
    history = data.draw(histories(world).filter(bool))
    fact = data.draw(st.sampled_from(history))
    other = Fact(fact.source, fact.id, *_other_content(data.draw, history))
    assume(not repeats(fact, other))
    rest = [Record(written("case-0", one)) for one in history if one is not fact]
    for first, second in ((fact, other), (other, fact)):
        twice = [Record(written("case-0", first)), Record(written("case-0", second))]
        halves = [twice] if together else [twice[:1], twice[1:]]
        batches = [Batch(partition, half) for partition, half in zip(partitions, halves, strict=False)]
        store, _ = asyncio.run(projected([*batches, *([Batch(0, rest)] if rest else [])], world))
        expected = counted([[first if one is fact else one for one in history]], world)
        assert named_tallies(store.cells) == named_tallies(expected.cells)
        assert named_problems(store.problem_cells) == named_problems(expected.problems)
        assert [(dead.reason, dead.body) for dead in store.dead_letters.values()] == [("id_reused", twice[1].value)]
        again = recounted_archive(archived_by_case(store), world)
        assert named_tallies(store.cells) == again.tallies


def _other_content(draw, history):
    one, other = draw(st.sampled_from(history)), draw(st.sampled_from(history))
    moved = draw(st.sampled_from((0, 1, DAY)))
    return one.time + moved, other.body


@given(data=st.data(), later=st.integers(-3 * DAY, 3 * DAY))
def test_an_overdue_fact_is_repeated_by_the_same_due_date_at_another_time(data, later):
    """Two deadlines services that saw different facts do not contradict each other."""
    world = data.draw(worlds())
    history = data.draw(histories(world).filter(lambda found: any(isinstance(one.body, Overdue) for one in found)))
    fact = next(one for one in history if isinstance(one.body, Overdue))
    again = structs.replace(fact, time=fact.time + later)
    sent = [*history, again]
    store, verdicts = asyncio.run(projected([Batch(0, [Record(written("case-0", one)) for one in sent])], world))
    assert verdicts[0][-1].status == "duplicate"
    assert named_tallies(store.cells) == named_tallies(counted([history], world).cells)


@given(data=st.data())
def test_a_case_that_turns_out_to_be_of_the_other_kind_moves_with_all_it_is_counted_as(data):
    world = data.draw(worlds())
    history = data.draw(histories(world).filter(lambda found: any(isinstance(one.body, Received) for one in found)))
    fact = min((one for one in history if isinstance(one.body, Received)), key=lambda one: one.time)
    other = "complaint" if fact.body.kind == "procedure" else "procedure"
    before = Fact("/a", "1", fact.time, structs.replace(fact.body, kind=other))  # walked first, by its source
    batches = [Batch(0, [Record(written("case-0", one))]) for one in (*history, before)]
    store, _ = asyncio.run(projected(batches, world))
    expected = counted([[*history, before]], world)
    assert {kind for _, _, kind in named_tallies(store.cells)} == {other}
    assert named_tallies(store.cells) == named_tallies(expected.cells)
    assert named_problems(store.problem_cells) == named_problems(expected.problems)


@given(data=st.data())
def test_facts_that_were_all_retracted_leave_no_trace_in_the_figures(data):
    world = data.draw(worlds())
    history = [one for one in data.draw(histories(world)) if not isinstance(one.body, Retracted)]
    retractions = [Fact("/archive", str(n), one.time, Retracted(one.id, one.source)) for n, one in enumerate(history)]
    batches = data.draw(deliveries([[*history, *retractions]]))
    store, _ = asyncio.run(projected(batches, world))
    assert named_tallies(store.cells) == {}
    assert named_problems(store.problem_cells) == {}
