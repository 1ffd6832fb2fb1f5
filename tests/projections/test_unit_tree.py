"""The unit tree: errors with their lines, validity, and codes that resolve through successors."""

import pytest

from projections.units import FOREVER, Unit, UnitTree, tree_errors

MERGER = 1_000
"""The day on which units were merged."""

P = Unit("P", "Province", "province")
A, B = (Unit(code, f"Unit {code}", "department", "P") for code in "AB")


def old(code: str, successor: str = "", *, until: int = MERGER, since: int = 0) -> Unit:
    return Unit(code, code, "district", "P", valid_from=since, valid_to=until, successor=successor)


def test_a_good_tree_has_no_errors():
    assert tree_errors([P, A, B, old("D", "A")]) == []
    assert tree_errors([]) == []


ERRORS = {
    "a parent that is not there": (
        [P, Unit("X", "X", "commune", "nowhere")],
        ["line 2: parent 'nowhere' of 'X' is not in the file"],
    ),
    "a successor that is not there": (
        [P, old("X", "nowhere")],
        ["line 2: successor 'nowhere' of 'X' is not in the file"],
    ),
    "a validity that ends before it begins": (
        [P, Unit("X", "X", "commune", "P", valid_from=20, valid_to=10)],
        ["line 2: 'X': valid_to is not after valid_from"],
    ),
    "a validity of no day": (
        [P, A, Unit("X", "X", "commune", "P", valid_from=10, valid_to=10)],
        ["line 3: 'X': valid_to is not after valid_from"],
    ),
    "a code twice at the same time": (
        [P, A, old("A")],
        ["line 3: 'A' stands twice with validity dates that overlap"],
    ),
    "a unit that is its own parent": (
        [P, Unit("X", "X", "commune", "X")],
        ["line 2: 'X' is its own ancestor"],
    ),
    "a cycle, and a unit below it": (
        [P, Unit("X", "X", "c", "Y"), Unit("Y", "Y", "c", "Z"), Unit("Z", "Z", "c", "X"), Unit("W", "W", "c", "X")],
        ["line 2: 'X' is its own ancestor", "line 3: 'Y' is its own ancestor", "line 4: 'Z' is its own ancestor"],
    ),
    "two roots": (
        [P, Unit("Q", "Q", "province")],
        ["at the beginning: exactly one unit without parent is needed, found P, Q"],
    ),
    "a parent that ends before its child": (
        [P, old("D"), Unit("X", "X", "commune", "D")],
        ["line 3: parent 'D' of 'X' is not valid on 0003-09-27, and 'X' is"],
    ),
    "a parent that is away for a while": (
        [P, old("D", until=10), Unit("D", "D", "district", "P", valid_from=20), Unit("X", "X", "commune", "D")],
        ["line 4: parent 'D' of 'X' is not valid on 0001-01-10, and 'X' is"],
    ),
    "a parent that comes after its child": (
        [P, Unit("D", "D", "district", "P", valid_from=20), Unit("X", "X", "commune", "D", valid_from=10)],
        ["line 3: parent 'D' of 'X' is not valid on 0001-01-10, and 'X' is"],
    ),
    "a split into a unit that is not there": (
        [P, A, old("D", "A; nowhere")],
        ["line 3: successor 'nowhere' of 'D' is not in the file"],
    ),
    "no root before some day": (
        [Unit("P", "P", "province", valid_from=50), A],
        ["at the beginning: exactly one unit without parent is needed, found none"],
    ),
}


@pytest.mark.parametrize(("units", "errors"), ERRORS.values(), ids=ERRORS)
def test_an_error_names_its_line_and_unit(units, errors):
    assert tree_errors(units) == errors


def test_lines_are_those_of_the_file():
    assert tree_errors([P, old("X", "nowhere")], {0: 2, 1: 17})[0].startswith("line 17: ")


def test_errors_are_in_the_order_of_their_lines():
    units = [Unit("X", "X", "c", "nowhere"), P, old("Y", "gone"), old("X", "gone", since=0)]
    assert [error.split(":")[0] for error in tree_errors(units)] == ["line 1", "line 3", "line 4", "line 4"]


def test_a_code_may_stand_twice_one_after_the_other():
    first, second = old("A", until=10), Unit("A", "A", "commune", "P", valid_from=10)
    assert tree_errors([P, first, second]) == tree_errors([P, second, first]) == []


def test_a_root_may_be_followed_by_another():
    before = Unit("P", "P", "province", valid_to=MERGER, successor="Q")
    assert tree_errors([before, Unit("Q", "Q", "province", valid_from=MERGER)]) == []


def test_one_cycle_of_successors_is_no_error_of_the_tree():
    assert tree_errors([P, old("X", "Y"), old("Y", "X")]) == []


def test_a_unit_is_valid_from_its_first_day_until_the_day_before_valid_to():
    unit = Unit("X", "X", "commune", "P", valid_from=10, valid_to=20)
    assert [day for day in (9, 10, 19, 20) if unit.valid_on(day)] == [10, 19]
    assert P.valid_on(0)
    assert P.valid_on(FOREVER - 1)


def test_a_valid_code_stands_for_itself():
    tree = UnitTree([P, A, old("X", "A")])
    assert tree.resolve("A", 5) == ("A", True)
    assert tree.resolve("X", MERGER - 1) == ("X", True)


def test_an_old_code_resolves_to_its_successor():
    assert UnitTree([P, A, old("X", "A")]).resolve("X", MERGER) == ("A", False)


def test_an_old_code_resolves_through_a_chain_to_the_first_unit_valid_on_the_day():
    later = MERGER + 100
    units = [
        P,
        A,
        old("X", "Y"),
        old("Y", "Z", since=MERGER, until=later),
        old("Z", "A", since=later, until=later + 100),
    ]
    tree = UnitTree(units)
    assert tree.resolve("X", MERGER) == ("Y", False)
    assert tree.resolve("X", later) == ("Z", False)
    assert tree.resolve("X", later + 100) == ("A", False)
    assert tree.resolve("Y", later) == ("Z", False)


def test_a_chain_skips_units_that_are_over_on_the_day():
    tree = UnitTree([P, A, old("X", "Y"), old("Y", "A", until=MERGER - 10)])
    assert tree.resolve("X", MERGER) == ("A", False)


def test_an_old_code_without_a_successor_stands_for_itself():
    assert UnitTree([P, old("X")]).resolve("X", MERGER) == ("X", False)


def test_a_unit_that_was_split_has_no_one_successor_and_stands_for_itself() -> None:
    tree = UnitTree([P, A, B, old("D", "A; B"), old("E", "D"), old("F", " A ;")])
    assert tree.resolve("D", MERGER) == ("D", False)
    assert tree.resolve("E", MERGER) == ("E", False)
    assert tree.resolve("F", MERGER) == ("A", False)
    assert tree.successors("D", MERGER) == ("A", "B")
    assert tree.successors("D", MERGER - 1) == ("A", "B")
    assert tree.invalid_on(MERGER) == ["D", "E", "F"]


def test_a_child_follows_a_parent_through_its_rows() -> None:
    rows = [P, old("D", until=10), Unit("D", "D again", "district", "P", valid_from=10)]
    assert tree_errors([*rows, Unit("X", "X", "commune", "D")]) == []
    moved = [old("D"), Unit("X", "X", "commune", "D", valid_to=MERGER), Unit("X", "X", "commune", "P", MERGER)]
    assert tree_errors([P, *moved]) == []


def test_a_code_used_before_its_first_day_stands_for_itself():
    assert UnitTree([P, Unit("X", "X", "c", "P", valid_from=MERGER)]).resolve("X", MERGER - 1) == ("X", False)


@pytest.mark.parametrize("code", ["X", "Y", "Z"])
def test_a_cycle_of_successors_ends_and_the_code_stands_for_itself(code):
    tree = UnitTree([P, old("X", "Y"), old("Y", "Z"), old("Z", "X")])
    assert tree.resolve(code, MERGER) == (code, False)


def test_a_code_that_comes_back_is_valid_again_and_follows_the_successor_of_its_last_time():
    units = [P, A, B, old("X", "A", until=10), old("X", "B", since=20, until=30)]
    tree = UnitTree(units)
    assert [tree.resolve("X", day) for day in (9, 10, 19, 20, 30)] == [
        ("X", True),
        ("A", False),
        ("A", False),
        ("X", True),
        ("B", False),
    ]


def test_an_unknown_code_stands_for_itself():
    tree = UnitTree([P])
    assert tree.resolve("nowhere", 5) == ("nowhere", True)
    assert "nowhere" not in tree
    assert "P" in tree
    with pytest.raises(KeyError):
        tree.latest("nowhere")


def test_the_latest_row_of_a_code_is_the_one_valid_longest():
    first, second = old("X", until=10), old("X", since=20, until=30)
    assert UnitTree([P, second, first]).latest("X") == second


def test_the_order_of_rows_does_not_matter():
    units = [P, A, B, old("X", "A", until=10), old("X", "B", since=20)]
    assert UnitTree(units).units == UnitTree(units[::-1]).units


def test_children_are_direct_and_sorted_and_a_subtree_has_parents_first():
    commune = Unit("A1", "A1", "commune", "A")
    tree = UnitTree([commune, B, A, P])
    assert list(tree.roots()) == ["P"]
    assert list(tree.children("P")) == ["A", "B"]
    assert list(tree.children("B")) == []
    assert list(tree.subtree("P")) == ["P", "A", "A1", "B"]
    assert list(tree.codes()) == ["A", "A1", "B", "P"]


def test_a_root_that_ends_before_its_children_is_an_error() -> None:
    units = [Unit("P", "P", "province", valid_to=739_000), Unit("A", "A", "department", "P")]
    assert tree_errors(units) == ["from 2024-04-24: exactly one unit without parent is needed, found none"]
