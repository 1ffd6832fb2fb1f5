"""The exporter's page and `duecourse report` are two readings of one record: the same integers, unit by unit.

An afternoon, a night and a morning of the demo around a midnight, with facts that come in hours late, an incident whose
decisions are dated into the weeks before, and its corrections right after midnight.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from events.instants import SECOND, instant_of
from projections.batches import read
from projections.definitions import BY_REPORT
from projections.measures import Policy
from projections.periods import Period
from projections.reports import Grouping, Rollup
from projections.units import Unit
from services.composition import Database, assemble
from services.projector import Projector
from services.reporting import question_of
from services.sample.history import history, open_at_end
from services.sample.incidents import LateRise
from services.sample.live import LiveOffice
from services.sample.units import province_units
from tests.fixtures.databases import FixedClock, fetch, opened
from tests.fixtures.saying import records

pytestmark = [pytest.mark.database, pytest.mark.slow]

UNITS = tuple(Unit(one.code, one.name, one.level, one.parent) for one in province_units())
SEED, CASES = 5, 400
DAY, STEP = timedelta(days=1), timedelta(minutes=30)
STEPS_LATE = 12
"""Every third fact of the offices comes in six hours after it happened."""
LOOKED_AT = ("18:00", "23:30", "00:00", "00:30", "07:30")
SHOWN = {"settled", "received", "returned", "became_overdue", "open"}
OPEN = {"in_time": "in_time", "due_soon": "in_time", "overdue": "overdue", "paused": "paused"}
"""What a report calls the deadlines of the page."""
Counted = dict[tuple[str, str, str], int]
"""By unit, figure and window; zeros left out."""

CASES_OF_MIDNIGHT = [
    pytest.param("2025-06-19", "2025-06-15", "2024-12-15", id="within-a-month"),
    pytest.param("2025-07-15", "2025-07-15", "2024-12-15", id="end-of-a-month"),
    pytest.param("2025-12-15", "2025-12-15", "2025-12-15", id="end-of-a-year"),
]


@pytest.mark.parametrize("policy", list(Policy))
@pytest.mark.parametrize(("midnight", "month", "year"), CASES_OF_MIDNIGHT)
async def test_the_page_shows_the_integers_of_the_report_for_the_same_windows(
    database_url: str, midnight: str, month: str, year: str, policy: Policy
) -> None:
    noon = datetime.fromisoformat(f"{midnight}T12:00:00+07:00") - DAY
    clock = FixedClock(instant_of(noon))
    begins = {noon.date(): (_before(month, midnight), _before(year, midnight, years=1))}
    begins[noon.date() + DAY] = (date.fromisoformat(month), date.fromisoformat(year))
    looked: list[str] = []
    async with opened(database_url, clock=clock, policy=policy, units=UNITS) as found:
        exporter = assemble(found).exporter
        await exporter.refresh()
        async for now in lived(found, clock, noon):
            await exporter.refresh()
            if f"{now:%H:%M}" not in LOOKED_AT:
                continue
            looked.append(f"{now:%H:%M}")
            windows = windows_at(now.date(), *begins[now.date()])
            assert shown(exporter.unit_page()) == await reported(found, windows, database_url), now
    assert looked == list(LOOKED_AT)


def _before(begin: str, midnight: str, *, years: int = 0) -> date:
    """The begin of the month or year that is ending at midnight; the same one where none ends."""
    found = date.fromisoformat(begin)
    if begin != midnight:
        return found
    return found.replace(year=found.year - 1) if years else found.replace(month=found.month - 1)


async def lived(found: Database, clock: FixedClock, noon: datetime) -> AsyncIterator[datetime]:
    """The demo until the next morning; the clock stands a second after each moment that is given."""
    projector, deadlines = Projector(found.store), assemble(found).deadlines
    await projector.project(read(records(*history(seed=SEED, cases=CASES, until=noon))))
    for now, events in comings(noon):
        clock.now = instant_of(now) + SECOND
        if events:
            await projector.project(read(records(*events)))
        await deadlines.catch_up()
        yield now


def comings(noon: datetime) -> Iterator[tuple[datetime, list[bytes]]]:
    """What comes in by each half-hour."""
    cases = list(open_at_end(seed=SEED, cases=CASES, until=noon))
    office = LiveOffice(seed=SEED, start=noon, open_cases=cases, events_per_second=0.03)
    incident = LateRise(seed=SEED, start=noon, length=DAY)
    held: defaultdict[int, list[bytes]] = defaultdict(list)
    for step in range(1, 40):
        now = noon + step * STEP
        said = office.events_until(now)
        held[step + STEPS_LATE] += said[::3]
        soon = [event for place, event in enumerate(said) if place % 3]
        yield now, [*held.pop(step, ()), *soon, *incident.events_until(now)]


def windows_at(today: date, month: date, year: date) -> dict[str, tuple[date, date]]:
    """As the interface has them: whole days, today included."""
    end = today + DAY
    return {
        "1d": (today, end),
        "7d": (end - 7 * DAY, end),
        "prev_7d": (end - 14 * DAY, end - 7 * DAY),
        "30d": (end - 30 * DAY, end),
        "month": (month, end),
        "year": (year, end),
    }


def shown(page: bytes) -> Counted:
    """What the page says."""
    found: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    for family in text_string_to_metric_families(page.decode()):
        name = family.name.removeprefix("duecourse_cases_")
        for one in family.samples if name in SHOWN else ():
            said = one.labels
            figure = said.get("timeliness") or OPEN.get(said.get("deadline", "")) or name
            found[said["unit"], figure, said.get("window", "")] += int(one.value)
    return {key: n for key, n in found.items() if n}


async def reported(found: Database, windows: dict[str, tuple[date, date]], url: str) -> Counted:
    """The same from reports; cases that became overdue, which no report shows, from the tallies."""
    counted: Counted = {}
    for window, (begin, end) in windows.items():
        for row in await _rows(found, begin, end):
            counts, unit = row["counts"], row["unit"]
            counted |= {(unit, label, window): counts[f"settled_{label}"] for label in ("early", "on_time", "late")}
            if window in ("1d", "30d", "year"):
                counted |= {(unit, "received", window): counts["new"], (unit, "returned", window): counts["returned"]}
            if window == "1d":
                counted |= {(unit, name, ""): counts[f"pending_{name}"] for name in ("in_time", "overdue", "paused")}
        if window in ("1d", "30d", "year"):
            counted |= {(unit, "became_overdue", window): n async for unit, n in _became_overdue(url, begin, end)}
    return {key: n for key, n in counted.items() if n}


async def _rows(found: Database, begin: date, end: date) -> list[dict[str, Any]]:
    """Of `duecourse report on-time --from … --to … --json`."""
    period = Period(begin.toordinal(), end.toordinal())
    policy = found.founding.policy
    question = question_of(BY_REPORT["on-time"], period, policy, Grouping.UNIT, Rollup.WEIGHTED, None)
    answered = await found.reporting().answer(question)
    return list(answered.as_json()["rows"])


async def _became_overdue(url: str, begin: date, end: date) -> AsyncIterator[tuple[str, int]]:
    query = (
        "select unit, sum(became_overdue)::bigint as cases from tallies"
        " where kind = 'procedure' and day >= $1 and day < $2 group by unit"
    )
    for row in await fetch(url, query, begin, end):
        yield row["unit"], row["cases"]
