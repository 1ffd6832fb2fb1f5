"""Moving the cases of units that are over, on any cases: it is done once, and the books still balance."""

from countings import bucketed, counted
from histories import several
from hypothesis import given
from hypothesis import strategies as st
from worlds import worlds

from events.facts import KINDS
from events.fold import fold
from projections.figures import figures, total
from projections.measures import POLICIES
from projections.periods import Period
from projections.standing import standing
from projections.unit_moves import Move, move_of


@given(data=st.data())
def test_a_case_moved_is_in_valid_hands_and_moved_no_more(data: st.DataObject) -> None:
    world = data.draw(worlds())
    day = data.draw(st.sampled_from(world.days))
    for case in data.draw(several(world)):
        found = move_of("case", case, day, world.rules)
        if not isinstance(found, Move):
            continue
        again = [*case, found.event().fact]
        assert move_of("case", again, day, world.rules) is None
        stood, stands = standing(fold(case), world.rules), standing(fold(again), world.rules)
        assert stood is not None
        assert stands is not None
        assert found.successor in {one.unit for one in stands.holders}
        assert (stands.received_at, stands.until) == (stood.received_at, stood.until)


@given(data=st.data())
def test_the_books_balance_before_and_after(data: st.DataObject) -> None:
    world = data.draw(worlds())
    day = data.draw(st.sampled_from(world.days))
    cases = data.draw(several(world))
    found = [move_of("case", case, day, world.rules) for case in cases]
    moved = [
        [*case, move.event().fact] if isinstance(move, Move) else case for case, move in zip(cases, found, strict=True)
    ]
    before, after = counted(cases, world), counted(moved, world)
    for kind in KINDS:
        was, now = (bucketed(tallies, kind, [day - 1, day, day + 1]) for tallies in (before, after))
        for policy in POLICIES:
            for period in (Period(day - 1, day), Period(day, day + 1)):
                then = {unit: figures(was, unit, period, policy) for unit in was.units}
                since = {unit: figures(now, unit, period, policy) for unit in now.units}
                assert all(one.entered == one.left for one in since.values())
                whole, same = total(since.values()), total(then.values())
                assert whole.transferred_in == whole.transferred_out
                assert (whole.new, whole.settled, whole.pending) == (same.new, same.settled, same.pending)
