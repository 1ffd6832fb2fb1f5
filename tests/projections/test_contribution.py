"""What one case adds to the tallies: each measure, on which day, for which unit."""

from pathlib import Path

import msgspec
import pytest

from events.facts import Closed, Paused, Processed, Received, Reopened, Resumed, Returned, Transferred
from events.fold import fold
from projections.contribution import contribution, in_present_form
from projections.counted import NOTHING, Contribution
from projections.measures import INDEX, MEASURES, POLICIES, expanded, under
from projections.tallies import tallied
from projections.units import Unit, UnitTree
from tests.events.telling import at, overdue, received, said, told
from tests.projections.tallying import DATE, INSTANT, TREE, cells, day, measured, rules

MEASURES_FILE = Path(__file__).parent.parent / "golden" / "measures.txt"

RECEIVED = received("03-04")
PAUSE = said("03-05", Paused("supplement"))
OPEN, SETTLED = told(RECEIVED), told(RECEIVED, said("03-07", Processed()))
PLAIN = {
    "new": (OPEN, {("03-04", "A"): 1}),
    "new_online": (told(received("03-04", channel="online")), {("03-04", "A"): 1}),
    "transferred_in": (told(RECEIVED, said("03-06", Transferred("B"))), {("03-06", "B"): 1}),
    "transferred_out": (told(RECEIVED, said("03-06", Transferred("B"))), {("03-06", "A"): 1}),
    "closed": (told(RECEIVED, said("03-07", Closed("withdrawn"))), {("03-07", "A"): 1}),
    "returned": (told(RECEIVED, said("03-07", Processed()), said("03-11", Returned())), {("03-11", "A"): 1}),
    "became_overdue": (told(RECEIVED, overdue("03-09 00:00", "03-08")), {("03-09", "A"): 1}),
    "refused_at_desk": (told(said("03-04", Closed("rejected"))), {("03-04", ""): 1}),
}
BOTH = {
    "settled_early": (SETTLED, {("03-07", "A"): 1}),
    "settled_on_time": (told(RECEIVED, said("03-08", Processed())), {("03-08", "A"): 1}),
    "settled_late": (told(RECEIVED, said("03-12", Processed())), {("03-12", "A"): 1}),
    "fell_due": (OPEN, {("03-08", "A"): 1}),
    "fell_due_on_time": (SETTLED, {("03-08", "A"): 1}),
    "overdue": (told(RECEIVED, said("03-12", Processed())), {("03-08", "A"): 1, ("03-12", "A"): -1}),
    "paused": (told(RECEIVED, PAUSE, said("03-07", Resumed())), {("03-05", "A"): 1, ("03-07", "A"): -1}),
    "open_due": (OPEN, {("03-08", "A"): 1}),
}
MOVED = said("03-05", Transferred("B"))
FIELDS = {
    "digitised_yes": (told(received("03-04", digitised="yes"), MOVED), {("03-04", "A"): 1}),
    "digitised_no": (told(received("03-04", digitised="no")), {("03-04", "A"): 1}),
    "electronic_result_yes": (
        told(RECEIVED, MOVED, said("03-07", Processed(electronic_result=True))),
        {("03-07", "B"): 1},
    ),
    "electronic_result_no": (told(RECEIVED, said("03-07", Processed(electronic_result=False))), {("03-07", "A"): 1}),
    "paid_online": (told(RECEIVED, said("03-03", Processed(paid="online"))), {("03-04", "A"): 1}),
    "paid_counter": (told(RECEIVED, said("03-07", Processed(paid="counter"))), {("03-07", "A"): 1}),
}
EACH = PLAIN | FIELDS | {under(measure, policy): case for measure, case in BOTH.items() for policy in POLICIES}


@pytest.mark.parametrize("measure", MEASURES)
def test_each_measure_counts_its_case_once_on_its_day(measure):
    case, expected = EACH[measure]
    assert measured(case, measure) == expected


NO_FIELD = (
    received("03-04", digitised="exempt"),
    said("03-07", Processed(paid="no_fee")),
    said("03-08", Processed(paid="online", electronic_result=True), id="second"),
)


@pytest.mark.parametrize("measure", FIELDS)
def test_exempt_ones_those_without_a_fee_and_decisions_that_end_nothing_count_in_no_field(measure):
    assert measured(told(*NO_FIELD), measure) == {}


@pytest.mark.parametrize("measure", ["paid_online", "electronic_result_yes"])
def test_a_void_decision_says_nothing_of_its_result(measure):
    decided = said("03-07", Processed(paid="online", electronic_result=True))
    assert measured(told(RECEIVED, decided, said("03-08", Reopened())), measure) == {}
    settled = said("03-09", Processed(paid="online", electronic_result=True), id="again")
    assert measured(told(RECEIVED, decided, said("03-08", Reopened()), settled), measure) == {("03-09", "A"): 1}


def test_the_order_of_measures_is_only_ever_appended_to():
    """Stored contributions name a measure by its place. Append a new one to the file; never move or drop a line."""
    known = MEASURES_FILE.read_text().splitlines()
    assert list(MEASURES[: len(known)]) == known
    assert len(MEASURES) == len(known), f"append to {MEASURES_FILE.name}: {MEASURES[len(known) :]}"


def test_a_case_settled_early_is_counted_in_nothing_else():
    assert cells(contribution(SETTLED, rules())) == {
        "new": {("03-04", "A"): 1},
        **{under("settled_early", policy): {("03-07", "A"): 1} for policy in POLICIES},
        **{under("fell_due", policy): {("03-08", "A"): 1} for policy in POLICIES},
        **{under("fell_due_on_time", policy): {("03-08", "A"): 1} for policy in POLICIES},
    }


def test_a_case_never_received_is_counted_in_no_figure_but_has_its_problem():
    counted = contribution(told(said("03-04", Processed()), said("03-05", Transferred("B"))), rules())
    assert counted.cells == ()
    assert (counted.problem_day, counted.problem_unit) == (day("03-04"), "")
    assert counted.problems == ("never_received", "transfer_out_of_place")


def test_a_refusal_at_the_desk_is_no_new_case_and_no_problem():
    counted = contribution(PLAIN["refused_at_desk"][0], rules())
    assert cells(counted) == {"refused_at_desk": {("03-04", ""): 1}}
    assert counted.problems == ()


def test_new_belongs_to_the_first_holder_and_the_settlement_to_the_last():
    case = told(RECEIVED, said("03-05", Transferred("B")), said("03-06", Transferred("C")), said("03-07", Processed()))
    assert measured(case, "new") == {("03-04", "A"): 1}
    assert measured(case, "settled_early_date") == {("03-07", "C"): 1}
    assert measured(case, "fell_due_date") == {("03-08", "C"): 1}
    assert measured(case, "transferred_out") == {("03-05", "A"): 1, ("03-06", "B"): 1}
    assert measured(case, "transferred_in") == {("03-05", "B"): 1, ("03-06", "C"): 1}


def test_a_transfer_splits_the_overdue_state_between_the_holders():
    case = told(RECEIVED, said("03-11", Transferred("B")), said("03-13", Processed()))
    expected = {("03-08", "A"): 1, ("03-11", "A"): -1, ("03-11", "B"): 1, ("03-13", "B"): -1}
    assert measured(case, "overdue_date") == measured(case, "overdue_instant") == expected


def test_a_transfer_splits_the_paused_state_between_the_holders():
    case = told(RECEIVED, PAUSE, said("03-06", Transferred("B")))
    assert measured(case, "paused_date") == {("03-05", "A"): 1, ("03-06", "A"): -1, ("03-06", "B"): 1}


def test_a_state_that_begins_after_a_transfer_belongs_to_the_new_holder_alone():
    case = told(RECEIVED, said("03-06", Transferred("B")))
    assert measured(case, "overdue_date") == {("03-08", "B"): 1}
    assert measured(case, "open_due_date") == {("03-08", "B"): 1}


def test_a_closed_case_falls_due_nowhere():
    case = told(RECEIVED, said("03-12", Closed("stopped")))
    assert measured(case, "fell_due_date") == measured(case, "fell_due_instant") == {}
    assert measured(case, "overdue_date") == {("03-08", "A"): 1, ("03-12", "A"): -1}


def test_a_paused_case_falls_due_nowhere_and_is_not_overdue():
    case = told(RECEIVED, PAUSE)
    for measure in ("fell_due_date", "overdue_date", "open_due_date"):
        assert measured(case, measure) == {}
    assert measured(case, "paused_date") == {("03-05", "A"): 1}


def test_a_case_settled_late_fell_due_and_not_on_time():
    case = told(RECEIVED, said("03-12", Processed()))
    assert measured(case, "fell_due_date") == {("03-08", "A"): 1}
    assert measured(case, "fell_due_on_time_date") == {}


def test_a_case_received_after_its_due_date_falls_due_when_it_is_received():
    case = told(received("03-11", due="03-08"))
    assert measured(case, "fell_due_date") == measured(case, "overdue_date") == {("03-11", "A"): 1}
    assert measured(case, "open_due_date") == {("03-08", "A"): 1}


@pytest.mark.parametrize("policy", POLICIES)
def test_a_case_without_a_due_date_is_in_time_while_open_and_on_time_when_settled(policy):
    reception = received("03-04", due=None)
    for measure in ("fell_due", "overdue", "paused", "open_due"):
        assert measured(told(reception, PAUSE), under(measure, policy)) == {}
    case = told(reception, said("04-30", Processed()))
    assert measured(case, under("settled_on_time", policy)) == {("04-30", "A"): 1}


@pytest.mark.parametrize("policy", POLICIES)
def test_an_end_before_received_is_counted_on_the_day_of_received_at_and_labelled_by_its_own_time(policy):
    case = told(received("03-11", due="03-08"), said("03-01", Processed()))
    assert measured(case, under("settled_early", policy)) == {("03-11", "A"): 1}
    assert measured(case, under("overdue", policy)) == {}
    closed = told(received("03-11"), said("03-01", Closed("withdrawn")))
    assert measured(closed, "closed") == {("03-11", "A"): 1}


def test_a_hand_over_before_received_is_counted_on_the_day_of_received_at():
    case = told(RECEIVED, said("03-01", Returned()), said("03-07", Processed()))
    assert measured(case, "returned") == {("03-04", "A"): 1}


def test_the_hand_over_of_a_reopened_case_stays_counted_once_for_the_last_holder():
    case = told(
        RECEIVED,
        said("03-05", Processed()),
        said("03-06", Returned()),
        said("03-07", Reopened()),
        said("03-08", Transferred("B")),
    )
    assert measured(case, "returned") == {("03-06", "B"): 1}
    assert measured(case, "settled_early_date") == {}


def test_the_label_of_a_pause_that_counts_under_one_policy_only_differs():
    case = told(
        RECEIVED, said("03-08 18:00", Paused("supplement")), said("03-11", Resumed()), said("03-11", Processed())
    )
    assert measured(case, "settled_on_time_date") == {("03-11", "A"): 1}
    assert measured(case, "settled_late_instant") == {("03-11", "A"): 1}
    assert measured(case, "paused_date") == {("03-08", "A"): 1, ("03-11", "A"): -1}
    assert measured(case, "paused_instant") == {}


def test_an_old_code_is_counted_under_the_unit_valid_on_the_day_it_took_over():
    merged = day("03-05")
    old = Unit("old", "Old", "district", "P", valid_to=merged, successor="A")
    tree = UnitTree((*TREE.units, old))
    case = told(received("03-04", "old"), said("03-07", Transferred("A")))
    assert measured(case, "new", tree=tree) == {("03-04", "old"): 1}
    assert measured(case, "transferred_in", tree=tree) == {("03-07", "A"): 1}
    late = told(received("03-06", "old"), said("03-07", Transferred("A")))
    assert measured(late, "new", tree=tree) == {("03-06", "A"): 1}
    assert measured(late, "transferred_in", tree=tree) == {}
    assert contribution(late, rules(tree=tree)).problems == ("unit_not_valid",)


def test_a_contribution_is_of_the_kind_of_its_case():
    assert contribution(told(received("03-04", kind="complaint")), rules()).kind == "complaint"
    assert contribution(OPEN, rules()).kind == "procedure"


def test_a_case_without_facts_that_stand_contributes_nothing():
    assert contribution(fold([]), rules()) == NOTHING == Contribution(basis=1)


def test_a_stored_contribution_is_read_as_it_was_written():
    case = told(received("03-04", due=None, kind="complaint"), PAUSE, said("03-06", Transferred("B")))
    counted = contribution(case, rules())
    again = msgspec.msgpack.decode(msgspec.msgpack.encode(counted), type=Contribution)
    assert again == counted
    assert isinstance(again.cells[0], tuple)
    assert hash(again) == hash(counted)


def test_a_stored_contribution_of_the_first_form_is_read_in_the_present_one():
    case = told(RECEIVED, PAUSE, said("03-07", Resumed()), said("03-10 17:00:01", Processed()))
    counted = contribution(case, rules())
    written_out = tuple(
        (number, unit, measure, n)
        for (number, unit, _), change in tallied([counted]).cells.items()
        for measure, n in expanded(change).items()
        if n
    )
    first_form = msgspec.structs.replace(counted, cells=written_out, basis=0)
    again = in_present_form(first_form)
    assert tallied([again]).standing_cells() == tallied([counted]).standing_cells()
    assert in_present_form(again) is again


def test_the_policies_are_stored_as_their_difference():
    alike = contribution(told(RECEIVED, said("03-07", Processed())), rules())
    assert {measure for _, _, measure, _ in alike.cells} <= set(range(INDEX["settled_early_instant"]))
    apart = contribution(told(RECEIVED, said("03-08 18:00", Processed())), rules())
    instant = {MEASURES[measure]: n for _, _, measure, n in apart.cells if MEASURES[measure].endswith("_instant")}
    assert instant == {
        "settled_on_time_instant": -1,
        "settled_late_instant": 1,
        "fell_due_on_time_instant": -1,
    }


def test_a_state_entered_and_left_on_one_day_makes_no_cell():
    case = told(RECEIVED, PAUSE, said("03-05 20:00", Resumed()), said("03-07", Processed()))
    counted = contribution(case, rules())
    assert measured(case, "paused_date") == {}
    assert all(n != 0 for *_, n in counted.cells)
    assert len({cell[:3] for cell in counted.cells}) == len(counted.cells)


def test_the_same_facts_in_the_same_instant_at_local_midnight_belong_to_the_day_that_begins():
    case = told(said("2024-03-03T17:00:00+00:00", Received("A", at("03-08 17:00"))))
    assert measured(case, "new") == {("03-04", "A"): 1}
    assert measured(case, "new", DATE) == measured(case, "new", INSTANT)
