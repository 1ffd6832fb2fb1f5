"""The slow walk of the verifier and the calendar of the product promise the same due dates."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from events.facts import Received
from events.instants import instant_of
from projections.calendar import Calendar, CalendarDay, DayKind, OfficeHours
from projections.measures import Policy
from projections.procedures import Procedure, ProcedureRegistry, registry_errors
from projections.promises import promise_of
from projections.standing import Rules
from projections.time_limits import LimitUnit, TimeLimit
from projections.units import BEGINNING, FOREVER, UnitTree
from projections.zone import LocalDays, date_of
from services.verifier import CalendarRows, DayRow, LimitRow, Promises
from tests.fixtures.promising import registry_in, shipped
from tests.fixtures.times import local

ZONES = ("Asia/Ho_Chi_Minh", "Europe/Amsterdam", "Pacific/Apia")
DAYS = {zone: LocalDays(zone) for zone in ZONES}
FIRST = date(2011, 12, 1)
"""Apia leaves 30 December 2011 out."""
instants = st.builds(
    lambda minutes, tick: instant_of(datetime(2011, 12, 10, tzinfo=UTC) + timedelta(minutes=minutes)) + tick,
    st.integers(0, 150 * 24 * 60),
    st.sampled_from([0, 0, 1, 999_999]),
)
published = st.sampled_from([0, *(instant_of(datetime(2011, 12, day, tzinfo=UTC)) for day in (5, 15, 25))])


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    edges = sorted(draw(st.lists(st.integers(6 * 60, 22 * 60), min_size=4, max_size=4, unique=True)))
    entry = st.builds(
        CalendarDay,
        st.integers(FIRST.toordinal(), FIRST.toordinal() + 180),
        st.sampled_from(DayKind),
        st.just(""),
        published,
        st.sampled_from(["", "", "H62", "H63"]),
    )
    entries = draw(st.lists(entry, max_size=60, unique_by=lambda one: (one.day, one.province, one.published_at)))
    return Calendar(
        draw(st.frozensets(st.integers(0, 6), min_size=1)),
        (OfficeHours(*edges[:2]), OfficeHours(*edges[2:])),
        tuple(entries),
        province=draw(st.sampled_from(["", "H62"])),
    )


limits = st.none() | st.one_of(
    st.builds(TimeLimit, st.integers(0, 20), st.sampled_from([LimitUnit.WORKING_DAYS, LimitUnit.CALENDAR_DAYS])),
    st.builds(TimeLimit, st.integers(1, 20), st.just(LimitUnit.HOURS)),
)
CODES = ("a", "b", "c")
MIDDLE = date(2012, 1, 20).toordinal()
rows = st.builds(
    Procedure,
    st.sampled_from(CODES),
    st.just("name"),
    st.just(""),
    limits,
    st.none() | st.integers(6 * 60, 22 * 60),
    st.sampled_from(["procedure", "complaint"]),
    st.lists(st.sampled_from(CODES), max_size=1).map(tuple),
    st.sampled_from([BEGINNING, MIDDLE]),
    st.sampled_from([FOREVER, MIDDLE]),
)
registries = st.lists(rows, min_size=1, max_size=4).filter(lambda found: not list(registry_errors(found)))


def second(registry: ProcedureRegistry, calendar: Calendar, zone: str) -> Promises:
    rows = CalendarRows(
        calendar.working_week,
        tuple((hours.opens, hours.closes) for hours in calendar.office_hours),
        calendar.province,
        [DayRow(date_of(one.day), one.kind.value, one.published_at, one.province) for one in calendar.entries],
    )
    return Promises([limit_row(one) for one in registry.procedures], rows, zone)


def limit_row(one: Procedure) -> LimitRow:
    amount, unit = (None, None) if one.limit is None else (one.limit.amount, one.limit.unit.value)
    begins = None if one.valid_from == BEGINNING else date_of(one.valid_from)
    ends = None if one.valid_to == FOREVER else date_of(one.valid_to)
    return LimitRow(one.code, one.kind, amount, unit, one.cutoff, one.former_codes, begins, ends)


@given(registries, calendars(), st.sampled_from(ZONES), st.lists(instants, min_size=1, max_size=5))
def test_both_promise_the_same(found, calendar, zone, moments) -> None:
    registry = ProcedureRegistry(found)
    rules = Rules(DAYS[zone], Policy.DATE, UnitTree(()), registry, calendar)
    again = second(registry, calendar, zone)
    for received_at in moments:
        for code in (*CODES, None):
            for kind in ("procedure", "complaint"):
                made = promise_of(Received("A", procedure=code, kind=kind), received_at, rules)
                assert (made and made.due) == again.due(code, kind, received_at)


def test_the_acceptance_cases_come_out_of_the_walk_too(tmp_path) -> None:
    promises = second(registry_in(tmp_path), shipped().calendar, "Asia/Ho_Chi_Minh")
    expected = {
        ("five", "2026-02-12T08:00"): "2026-02-26",
        ("two", "2026-08-20T08:00"): "2026-08-22",
        ("one", "2025-04-29T08:00"): "2025-05-05",
        ("one", "2025-04-25T08:00"): "2025-04-26",
    }
    for (code, at), day in expected.items():
        assert promises.due(code, "procedure", local(at)) == local(f"{day}T23:59:59.999999")
