"""The hash of a set of cases, and the proof that one case is in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.case_sets import CaseSet, case_set, membership_proof
from projections.merkle import EMPTY_ROOT, leaf_hash
from projections.merkle_proofs import verify_inclusion
from tests.projections import naive_merkle

ids = st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=4), max_size=20)


def test_no_cases_have_the_root_of_nothing() -> None:
    assert case_set([]) == CaseSet(0, EMPTY_ROOT)


def test_ids_are_sorted_by_their_bytes() -> None:
    expected = naive_merkle.mth([naive_merkle.leaf(one.encode()) for one in ("H1", "a", "é", "\ue000", "😀")])
    assert case_set(["é", "😀", "a", "\ue000", "H1", "a"]) == CaseSet(5, expected)


@given(ids, st.randoms())
def test_order_and_repeats_do_not_matter(cases: list[str], chance) -> None:
    mixed = cases + cases[:3]
    chance.shuffle(mixed)
    assert case_set(mixed) == case_set(cases)


@given(ids, ids)
def test_other_cases_have_another_root(one: list[str], other: list[str]) -> None:
    assert (case_set(one) == case_set(other)) == (set(one) == set(other))


@given(ids.filter(bool), st.data())
def test_a_member_can_be_proven(cases: list[str], data: st.DataObject) -> None:
    case = data.draw(st.sampled_from(cases))
    index, path = membership_proof(case, cases)
    found = case_set(cases)
    assert verify_inclusion(leaf_hash(case.encode()), index, found.cases, path, found.root)


def test_a_case_outside_the_set_has_no_proof() -> None:
    with pytest.raises(ValueError, match="case b is not among the 2 cases"):
        membership_proof("b", ["a", "c"])
    with pytest.raises(ValueError, match="case b is not among"):
        membership_proof("b", [])
