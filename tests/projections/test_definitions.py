"""The rates by name, exact, and as percentages printed half-up. AC-01 to AC-12."""

from fractions import Fraction
from pathlib import Path

import pytest
from msgspec import structs

from projections import definitions
from projections.definitions import BY_REPORT, DEFINITIONS, percent, points, simple_mean
from projections.figures import Counts, total
from projections.tables import Text

BY_NAME = {definition.name: definition for definition in DEFINITIONS}
PUBLISHED = {
    "AC-01": (287_088, 276_060, "96.16", "3.84"),
    "AC-02": (33_528, 33_204, "99.03", "0.97"),
    "AC-03": (198_564, 194_961, "98.19", "1.81"),
    "AC-05": (26_814, 25_628, "95.58", "4.42"),
    "AC-06": (5_695, 5_659, "99.37", "0.63"),
    "AC-07": (53_172, 53_106, "99.88", "0.12"),
}


def settled(number: int, in_time: int) -> Counts:
    return Counts(settled_early=in_time // 2, settled_on_time=in_time - in_time // 2, settled_late=number - in_time)


def printed(name: str, counts: Counts) -> str | None:
    return percent(BY_NAME[name].rate(counts))


@pytest.mark.parametrize(("number", "in_time", "on_time", "late"), PUBLISHED.values(), ids=PUBLISHED)
def test_published_shares_of_on_time_and_late(number, in_time, on_time, late):
    assert printed("on_time_settled", settled(number, in_time)) == on_time
    assert printed("late_settled", settled(number, in_time)) == late


def test_the_three_units_of_one_newspaper_report_rolled_up():
    """AC-08."""
    parts = [settled(*PUBLISHED[case][:2]) for case in ("AC-05", "AC-06", "AC-07")]
    assert printed("on_time_settled", total(parts)) == "98.50"


def test_cases_that_fell_due():
    """AC-09; and the figure of the period before, 3.48 percentage points lower, AC-10."""
    counts = Counts(new=17_413, carried_over=664, fell_due=17_612, fell_due_on_time=16_325)
    assert printed("on_time_due", counts) == "92.69"
    assert counts.entered == 18_077
    assert counts.entered - counts.fell_due == 465
    assert percent(Fraction("92.69") / 100 - Fraction("3.48") / 100) == "89.21"


def test_the_simple_mean_of_the_levels():
    """AC-11."""
    levels = [Fraction(text) / 100 for text in ("99.87", "98.61", "94.20", "99.36")]
    assert percent(simple_mean([*levels])) == "98.01"
    assert percent(simple_mean([*levels, None])) == "98.01"
    assert simple_mean([None, None]) is None
    assert simple_mean([]) is None


@pytest.mark.parametrize(("number", "in_time"), [(3, 1), (7, 7), (7, 0), (26_814, 25_628), (5_695, 5_659)])
def test_late_settled_is_one_less_on_time_settled_before_rounding(number, in_time):
    """AC-12."""
    on_time, late = (BY_NAME[name].rate(settled(number, in_time)) for name in ("on_time_settled", "late_settled"))
    assert on_time is not None
    assert late == 1 - on_time


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda definition: definition.name)
def test_a_rate_with_denominator_0_is_not_available(definition):
    assert definition.rate(Counts()) is None
    assert percent(definition.rate(Counts())) is None


COUNTS = Counts(
    new=100,
    carried_over=40,
    transferred_in=10,
    settled_early=30,
    settled_on_time=20,
    settled_late=15,
    closed=5,
    transferred_out=7,
    pending_in_time=41,
    pending_overdue=21,
    pending_paused=11,
    fell_due=90,
    fell_due_on_time=45,
    online=60,
    digitised_yes=30,
    digitised_no=10,
    electronic_result_yes=8,
    electronic_result_no=12,
    paid_online=6,
    paid_counter=3,
)
FORMULAS = {
    "on_time_settled": (50, 65),
    "on_time_due": (45, 90),
    "on_time_handled": (50 + 41 + 11, 65 + 73),
    "late_settled": (15, 65),
    "settlement_rate": (65, 150),
    "backlog": (21, 73),
    "online_filing": (60, 100),
    "digitised": (30, 40),
    "electronic_result": (8, 20),
    "online_payment": (6, 9),
}


@pytest.mark.parametrize(("name", "terms"), FORMULAS.items(), ids=FORMULAS)
def test_a_definition_follows_its_formula(name, terms):
    definition = BY_NAME[name]
    assert (definition.numerator(COUNTS), definition.denominator(COUNTS)) == terms
    assert definition.rate(COUNTS) == Fraction(*terms)


def test_every_definition_has_a_formula_here():
    assert set(FORMULAS) == set(BY_NAME)


def test_a_definition_is_one_file_of_its_name_and_every_file_is_in_the_list():
    files = {file.stem for file in Path(definitions.__file__).parent.glob("*.py")}
    assert files - {"__init__", "definition", "rates", "terms"} == set(BY_NAME)


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda definition: definition.name)
def test_a_definition_is_data_that_says_what_it_is_in_both_languages(definition):
    assert {*definition.above, *definition.below} <= set(Counts.__struct_fields__)
    assert all((definition.title.en, definition.title.vi, definition.text.en, definition.text.vi, definition.source))
    assert definition.report == definition.name.replace("_", "-") or definition.name == "on_time_settled"
    changed = structs.replace(definition, text=Text(definition.text.en + ".", definition.text.vi))
    assert changed.version != definition.version
    assert structs.replace(changed, text=definition.text).version == definition.version


@pytest.mark.parametrize(
    ("difference", "text"),
    [
        (Fraction(348, 10_000), "+3.48"),
        (Fraction(-1, 1_000), "-0.10"),
        (Fraction(0), "0.00"),
        (Fraction(1, 10**9), "0.00"),
        (Fraction(-1, 10**9), "0.00"),
        (Fraction(1), "+100.00"),
        (None, None),
    ],
)
def test_a_difference_is_printed_in_percentage_points_with_its_sign(difference, text):
    assert points(difference) == text


def test_reports_are_named_as_their_definitions():
    for definition in DEFINITIONS:
        assert BY_REPORT[definition.report] is definition
    assert {"on-time", "on-time-due", "on-time-handled", "late-settled", "settlement-rate"} <= BY_REPORT.keys()


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        (Fraction(0), "0.00"),
        (Fraction(1), "100.00"),
        (Fraction(1, 3), "33.33"),
        (Fraction(2, 3), "66.67"),
        (Fraction(1, 8), "12.50"),
        (Fraction(5, 100_000), "0.01"),
        (Fraction(49_999, 10**9), "0.00"),
        (Fraction(99_995, 100_000), "100.00"),
        (Fraction(999_949, 10**6), "99.99"),
        (Fraction(100_500, 10**7), "1.01"),
        (Fraction(100_499, 10**7), "1.00"),
        (Fraction(205, 100_000), "0.21"),
        (Fraction(3, 2), "150.00"),
    ],
)
def test_percentages_have_two_decimals_and_are_rounded_half_up(rate, text):
    assert percent(rate) == text
