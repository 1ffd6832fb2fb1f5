"""Fold rules: the order in which the facts of a case are walked."""

import itertools
import random

from events.facts import (
    DEADLINES_SOURCE,
    Closed,
    Overdue,
    Paused,
    Processed,
    Received,
    Reopened,
    Rescheduled,
    Resumed,
    Returned,
    Transferred,
)
from events.fold import walk_of
from tests.events.telling import at, due_at, said

IN_ORDER = [
    Received("A"),
    Transferred("B"),
    Paused("supplement"),
    Resumed(),
    Rescheduled(due_at("03-20"), "supplement"),
    Overdue(due_at("03-08")),
    Processed(),
    Returned(),
    Closed("stopped"),
    Reopened(),
]


def bodies(facts):
    return [fact.body for fact in walk_of(facts)]


def test_facts_at_one_instant_are_walked_in_the_order_of_the_law():
    ids = [f"{n:02}" for n in range(len(IN_ORDER), 0, -1)]
    facts = [said("03-04", body, id=name) for body, name in zip(IN_ORDER, ids, strict=True)]
    assert bodies(facts) == bodies(reversed(facts)) == IN_ORDER


def test_each_fact_type_comes_before_the_next_at_one_instant_whatever_source_and_id():
    for first, second in itertools.pairwise(IN_ORDER):
        facts = [said("03-04", second, source="/a", id="1"), said("03-04", first, source="/z", id="9")]
        assert bodies(facts) == [first, second]


def test_an_earlier_instant_comes_first_whatever_the_type():
    facts = [said("03-04", Received("A")), said("03-04 09:59:59.999999", Reopened())]
    assert bodies(facts) == [Reopened(), Received("A")]


def test_facts_of_one_type_at_one_instant_are_walked_by_source_then_id_by_code_point():
    names = [("/Z", "1"), ("/a", "1"), ("/a", "10"), ("/a", "9"), ("/a", "B"), ("/a", "b"), ("/a", "é"), ("/á", "0")]
    facts = [said("03-04", Transferred(f"{source}{name}"), source=source, id=name) for source, name in names]
    random.Random(1).shuffle(facts)
    assert [(fact.source, fact.id) for fact in walk_of(facts)] == names


def test_code_points_beyond_the_basic_plane_sort_as_code_points_and_not_as_utf_16():
    facts = [said("03-04", Transferred("A"), id=name) for name in ("\U0001f600", "\uff5e")]
    assert [fact.id for fact in walk_of(facts)] == ["\uff5e", "\U0001f600"]


def test_any_order_of_arrival_gives_the_same_walk():
    facts = [said("03-04", body, id=str(n)) for n, body in enumerate(IN_ORDER)]
    facts += [said("03-05", Overdue(due_at("03-08")), source=DEADLINES_SOURCE), said("03-03", Transferred("C"))]
    expected = walk_of(facts)
    for seed in range(20):
        random.Random(seed).shuffle(facts)
        assert walk_of(facts) == expected
    assert expected[0].time == at("03-03")
