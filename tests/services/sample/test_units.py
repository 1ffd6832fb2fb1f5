"""The tree of the sample province, its offices and procedures."""

from collections import Counter

from services.sample.offices import province_offices
from services.sample.procedures import province_procedures
from services.sample.units import province_units


def test_the_province_has_one_root_twenty_departments_nine_districts_and_136_communes() -> None:
    levels = Counter(unit.level for unit in province_units())
    assert levels == {"province": 1, "department": 20, "district": 9, "commune": 136}
    assert [unit.code for unit in province_units() if unit.parent == ""] == ["H99"]


def test_every_unit_has_its_own_code_and_name() -> None:
    units = province_units()
    assert len({unit.code for unit in units}) == len({unit.name for unit in units}) == len(units)


def test_a_unit_comes_after_its_parent_and_carries_its_code() -> None:
    seen = {""}
    for unit in province_units():
        assert unit.parent in seen
        assert unit.code.startswith(unit.parent)
        seen.add(unit.code)


def test_communes_belong_to_districts_and_the_rest_to_the_province() -> None:
    level = {unit.code: unit.level for unit in province_units()}
    above = {(unit.level, level.get(unit.parent)) for unit in province_units()}
    assert above == {
        ("province", None),
        ("department", "province"),
        ("district", "province"),
        ("commune", "district"),
    }


def test_procedures_have_distinct_codes_and_limits_of_3_to_30_working_days() -> None:
    procedures = province_procedures()
    assert len({procedure.code for procedure in procedures}) == len(procedures) >= 60
    assert all(3 <= procedure.limit <= 30 for procedure in procedures)


def test_every_office_has_procedures_of_its_own_and_another_unit_to_hand_cases_to() -> None:
    known = {unit.code for unit in province_units()}
    for office in province_offices(1):
        assert office.procedures
        assert office.neighbour != office.unit.code
        assert {office.neighbour, office.counter} <= known - {"H99"}


def test_offices_differ_in_size_and_punctuality_by_more_than_tenfold() -> None:
    offices = province_offices(1)
    assert max(office.weight for office in offices) > 50 * min(office.weight for office in offices)
    assert min(office.late_rate for office in offices) == 0.002
    assert max(office.late_rate for office in offices) == 0.15
