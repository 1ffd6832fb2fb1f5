"""The registry of procedures: codes of two generations, validity, version."""

from datetime import date

from projections.procedures import Procedure, ProcedureRegistry, registry_errors
from projections.time_limits import LimitUnit, TimeLimit

TEN = TimeLimit(10, LimitUnit.WORKING_DAYS)
FIVE = TimeLimit(5, LimitUnit.WORKING_DAYS)
JULY = date(2025, 7, 1).toordinal()


def test_a_procedure_is_found_by_its_code_and_by_its_former_one() -> None:
    permit = Procedure("1.012766", "Cấp giấy phép", limit=TEN, former_codes=("2.000111",))
    registry = ProcedureRegistry([permit])
    assert registry.find("1.012766", JULY) == permit == registry.find("2.000111", JULY)
    assert registry.find("9.9", JULY) is None
    assert ("1.012766" in registry, "2.000111" in registry, "9.9" in registry) == (True, True, False)


def test_a_limit_that_changed_is_the_one_of_the_day() -> None:
    old = Procedure("1", "Cấp giấy phép", limit=TEN, valid_to=JULY)
    new = Procedure("1", "Cấp giấy phép", limit=FIVE, valid_from=JULY)
    registry = ProcedureRegistry([new, old])
    assert (registry.find("1", JULY - 1), registry.find("1", JULY)) == (old, new)
    assert registry.latest("1") == new


def test_an_old_code_stands_for_itself_while_it_was_valid_and_for_its_heir_since() -> None:
    old = Procedure("old", "Cấp giấy phép", limit=TEN, valid_to=JULY)
    new = Procedure("new", "Cấp giấy phép", limit=FIVE, valid_from=JULY, former_codes=("old",))
    registry = ProcedureRegistry([old, new])
    assert (registry.find("old", JULY - 1), registry.find("old", JULY)) == (old, new)
    assert registry.find("new", JULY - 1) is None
    assert registry.latest("old") == new


def test_codes_that_stand_for_each_other_end_somewhere() -> None:
    first = Procedure("a", "A", valid_to=JULY, former_codes=("b",))
    second = Procedure("b", "B", valid_to=JULY, former_codes=("a",))
    registry = ProcedureRegistry([first, second])
    assert registry.find("a", JULY) is None
    assert registry.latest("nobody") is None


def test_the_version_is_of_the_content_whatever_the_order() -> None:
    rows = [Procedure("1", "A", limit=TEN), Procedure("2", "B", cutoff=900, former_codes=("x", "y"))]
    same = [Procedure("2", "B", cutoff=900, former_codes=("y", "x")), rows[0]]
    assert ProcedureRegistry(rows).version == ProcedureRegistry(same).version


def test_every_part_of_the_content_makes_another_version() -> None:
    base = Procedure("1", "A", "g", TEN, 900)
    others = [
        Procedure("2", "A", "g", TEN, 900),
        Procedure("1", "B", "g", TEN, 900),
        Procedure("1", "A", "h", TEN, 900),
        Procedure("1", "A", "g", FIVE, 900),
        Procedure("1", "A", "g", TimeLimit(10, LimitUnit.HOURS), 900),
        Procedure("1", "A", "g", None, 900),
        Procedure("1", "A", "g", TEN, None),
        Procedure("1", "A", "g", TEN, 0),
        Procedure("1", "A", "g", TEN, 900, "complaint"),
        Procedure("1", "A", "g", TEN, 900, former_codes=("0",)),
        Procedure("1", "A", "g", TEN, 900, valid_from=JULY),
        Procedure("1", "A", "g", TEN, 900, valid_to=JULY),
    ]
    assert len({ProcedureRegistry([one]).version for one in (base, *others)}) == 1 + len(others)


def test_rows_that_contradict_each_other_are_named_by_index() -> None:
    rows = [
        Procedure("1", "A", valid_to=JULY, former_codes=("old",)),
        Procedure("1", "A", valid_from=JULY, former_codes=("old",)),
        Procedure("1", "A"),
        Procedure("2", "B", former_codes=("old", "2")),
        Procedure("3", "C", valid_from=JULY, valid_to=JULY),
    ]
    found = [(index, text.partition(":")[0]) for index, text in registry_errors(rows)]
    assert found == [
        (2, "'1' stands twice with validity dates that overlap"),
        (3, "former code 'old' stands for '1' and '2'"),
        (3, "'2' is its own former code"),
        (4, "'3'"),
    ]
