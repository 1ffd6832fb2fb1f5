"""`/metrics` beside the reports: the same integers, unit by unit, and text that Prometheus itself finds good."""

import subprocess
from datetime import date, datetime, timedelta

import pytest

from events.errors import REASONS
from events.facts import NAMES
from events.instants import instant_of
from projections.batches import read
from projections.measures import Policy
from projections.periods import reporting_month, reporting_year
from projections.units import Unit
from services.sample.history import history
from services.sample.units import province_units
from tests.fixtures.databases import FixedClock, fetch
from tests.fixtures.saying import event, received, records
from tests.fixtures.scraping import sample, samples
from tests.fixtures.serving import Serving, serving

pytestmark = pytest.mark.database

NOW = datetime.fromisoformat("2025-06-18T10:30:00+07:00")
TODAY = NOW.date()
UNITS = tuple(Unit(one.code, one.name, one.level, one.parent) for one in province_units())
WINDOWS = {
    "1d": (TODAY, TODAY),
    "7d": (TODAY - timedelta(6), TODAY),
    "prev_7d": (TODAY - timedelta(13), TODAY - timedelta(7)),
    "30d": (TODAY - timedelta(29), TODAY),
    "month": (date(2025, 6, 15), TODAY),
    "year": (date(2024, 12, 15), TODAY),
}
"""First and last day of each window."""


def test_the_windows_expected_here_are_those_of_the_reporting_grid() -> None:
    assert reporting_month(TODAY.toordinal()).from_date == WINDOWS["month"][0]
    assert reporting_year(TODAY.toordinal()).from_date == WINDOWS["year"][0]


@pytest.mark.slow
@pytest.mark.parametrize("policy", list(Policy))
async def test_each_integer_is_that_of_the_report_for_the_same_days(database_url: str, policy: Policy) -> None:
    clock = FixedClock(instant_of(NOW))
    async with serving(database_url, clock=clock, policy=policy, units=UNITS) as service:
        await fill(service)
        page = await service.metrics()
        settled, received_, returned = (by_unit(page, f"duecourse_cases_{name}") for name in FLOWS)
        for window in WINDOWS:
            for unit, counts in (await counts_in(service, window)).items():
                labels = {label: settled[unit, window, label] for label in ("early", "late", "on_time")}
                assert labels == {label: counts[f"settled_{label}"] for label in labels}, (unit, window)
                if (unit, window) in received_:
                    assert received_[unit, window] == counts["new"], (unit, window)
                    assert returned[unit, window] == counts["returned"], (unit, window)
        await check_open(service, page)
        became = {unit: n for unit, n in by_unit(page, "duecourse_cases_became_overdue").items() if n}
        assert {unit: n for (unit, window), n in became.items() if window == "year"} == await became_overdue(
            database_url
        )


FLOWS = ("settled", "received", "returned")


async def fill(service: Serving) -> None:
    events = list(history(seed=11, cases=900, until=NOW))
    for begin in range(0, len(events), 1_000):
        assert (await service.post_batch(*events[begin : begin + 1_000])).status_code == 200
    while await service.parts.deadlines.catch_up():
        pass


def by_unit(page: str, family: str) -> dict[tuple[str, ...], float]:
    """Values by unit, window and timeliness, or unit and deadline."""
    found = {}
    for labels, value in samples(page, family).items():
        named = dict(labels)
        keys = (named.get(name) for name in ("unit", "window", "timeliness", "deadline"))
        found[tuple(key for key in keys if key is not None)] = value
    return found


async def counts_in(service: Serving, window: str) -> dict[str, dict[str, int]]:
    """Counts of each unit in the report for the days of a window."""
    first, last = WINDOWS[window]
    dates = {"from": first.isoformat(), "to": (last + timedelta(1)).isoformat()}
    found = await service.get("/reports/on-time", **dates)
    counts = {row["unit"]: row["counts"] for row in found["rows"]}
    nothing = dict.fromkeys(found["total"]["counts"], 0)
    assert found["total"]["denominator"] > 0
    return {unit.code: counts.get(unit.code, nothing) for unit in UNITS}


async def check_open(service: Serving, page: str) -> None:
    shown = by_unit(page, "duecourse_cases_open")
    total = dict.fromkeys(("in_time", "due_soon", "overdue", "paused"), 0.0)
    for unit, counts in (await counts_in(service, "year")).items():
        found = {deadline: shown[unit, deadline] for deadline in total}
        assert found["in_time"] + found["due_soon"] == counts["pending_in_time"], unit
        assert (found["overdue"], found["paused"]) == (counts["pending_overdue"], counts["pending_paused"]), unit
        total = {deadline: n + found[deadline] for deadline, n in total.items()}
    assert all(total.values()), total


async def became_overdue(database_url: str) -> dict[str, int]:
    rows = await fetch(
        database_url,
        "select unit, sum(became_overdue) as cases from tallies where kind = 'procedure' and day >= $1 and day <= $2 "
        "group by unit having sum(became_overdue) > 0",
        *WINDOWS["year"],
    )
    return {row["unit"]: row["cases"] for row in rows}


async def test_promtool_finds_nothing_to_object_to(database_url: str, promtool: str) -> None:
    units = [Unit("P", 'Sở "Nội\\vụ"\n', "province"), Unit("A{}", "a=b,c", "department", "P")]
    async with serving(database_url, units=units) as service:
        await fetch(database_url, "insert into verifications (differences, first_difference) values (0, '')")
        await service.post_batch(received("c1", "2024-01-15", unit="A{}"), b"{", received("c2", "2024-01-15", unit="P"))
        page = await service.metrics()
    checked = subprocess.run(
        [promtool, "check", "metrics"], input=page, capture_output=True, text=True, timeout=60, check=False
    )
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")
    assert sample(page, "duecourse_verification_differences") == 0
    assert samples(page, "duecourse_unit_info").keys() == {
        (("level", "province"), ("name", 'Sở "Nội\\vụ"\n'), ("parent", ""), ("province", "P"), ("unit", "P")),
        (("level", "department"), ("name", "a=b,c"), ("parent", "P"), ("province", "P"), ("unit", "A{}")),
    }


async def test_counters_and_positions_are_those_of_the_log(database_url: str) -> None:
    async with serving(database_url) as service:
        once = received("c1", "2024-01-15")
        await service.post_batch(once, once, b"{1}", event("returned", "c1", "2024-01-16"), b"[]")
        page = await service.metrics()
    applied = samples(page, "duecourse_events_applied_total")
    assert {dict(labels)["type"]: n for labels, n in applied.items() if n} == {"received": 1, "returned": 1}
    dead = samples(page, "duecourse_dead_letters_total")
    assert {dict(labels)["reason"]: n for labels, n in dead.items() if n} == {"not_json": 1, "not_cloudevent": 1}
    assert (len(applied), len(dead)) == (len(NAMES), len(REASONS))
    assert sample(page, "duecourse_events_duplicate_total", partition="0") == 1
    assert sample(page, "duecourse_projection_position", partition="0") == 5
    assert sample(page, "duecourse_projection_lag_events", partition="0") == 0
    assert sample(page, "duecourse_projection_halted", partition="0") == 0
    assert sample(page, "duecourse_verification_differences") is None
    [recorded] = await fetch(database_url, "select recorded_at / 1000000.0::float8 as seconds from checkpoints")
    assert sample(page, "duecourse_projection_watermark_timestamp_seconds", partition="0") == recorded["seconds"]
    assert samples(page, "process_cpu_seconds_total")


async def test_the_content_type_names_the_text_format(database_url: str) -> None:
    async with serving(database_url) as service:
        response = await service.http.get("/metrics")
        assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"


async def test_event_to_metric_is_measured_once_for_each_batch(database_url: str) -> None:
    async with serving(database_url, run=False) as service:
        projector = service.parts.database.projector()
        await projector.project(read(records(received("c1", "2024-01-15"))))
        await projector.project(read(records(received("c2", "2024-01-15"))))
        await service.parts.exporter.refresh()
        page = await service.metrics()
        assert sample(page, "duecourse_event_to_metric_seconds_count") == 2
        assert (sample(page, "duecourse_event_to_metric_seconds_sum") or 0) < 60
