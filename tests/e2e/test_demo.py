"""What a newcomer runs first: the demo, and a file of one's own."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fixtures.permits import DEPARTMENTS, MAPPING, PERMITS, TIME_ZONE, Permit, made_permits, write_permits
from tests.fixtures.processes import Place, Serving
from tests.fixtures.scraping import sample

pytestmark = pytest.mark.slow


def test_the_demo_loads_a_province_prints_it_and_verifies_it(place: Place) -> None:
    said = place.done("demo", "--once", "--cases", "2000")
    assert re.search(r"Period: \d{4}-12-15 to \d{4}-\d\d-\d\d \(exclusive\), Asia/Ho_Chi_Minh", said)
    assert "Policy: date" in said
    assert "H99.12" in said
    assert re.search(r"\d+\.\d\d", said)
    assert "\n0 differences" in said


def test_the_demo_run_twice_keeps_the_same_province(place: Place) -> None:
    first = place.run("demo", "--once", "--cases", "300")
    again = place.run("demo", "--once", "--cases", "900")
    assert (first.returncode, again.returncode) == (0, 0)
    assert "already loaded, 300 cases" in again.stderr
    assert _verified(again.stdout) == _verified(first.stdout)


def _verified(said: str) -> str:
    return next(line for line in said.splitlines() if line.startswith("verified"))


async def test_a_file_of_permits_is_imported_counted_under_both_policies_and_shown(place: Place) -> None:
    place.settings["DUECOURSE_TIME_ZONE"] = TIME_ZONE
    permits = made_permits()
    file = write_permits(place.root, permits)
    ends = sum(permit.ended is not None for permit in permits)
    imported = _imported(place, file)
    assert imported["rows"] == 3 * PERMITS
    assert (imported["accepted"], imported["dead_letters"]) == (PERMITS + ends, 0)
    again = _imported(place, file)
    assert (again["accepted"], again["dead_letters"]) == (0, 0)
    assert again["duplicates"] == again["events"]

    begin = min(permit.started for permit in permits).date().isoformat()
    for policy in ("date", "instant"):
        on_time = _report(place, "on-time", "--policy", policy, "--from", begin)
        expected = Counter(permit.department for permit in permits if permit.on_time(policy))
        assert {row["unit"]: row["numerator"] for row in on_time["rows"] if row["numerator"]} == expected
        assert on_time["total"]["denominator"] == ends
        _check_months(_report(place, "on-time", "--policy", policy, "--from", begin, "--by", "month"), ends)
    assert "\n0 differences" in place.done("verify")
    await _check_metrics(place, permits)


def _imported(place: Place, file: Path) -> dict[str, Any]:
    said = place.done("import", file, "--mapping", MAPPING, "--register-units", "--json")
    return dict(json.loads(said))


def _report(place: Place, *arguments: str) -> dict[str, Any]:
    return dict(json.loads(place.done("report", *arguments, "--json")))


def _check_months(report: dict[str, Any], ends: int) -> None:
    """N + C + T_in = S + X + T_out + P in every month, and what is pending is what the next one carries over."""
    carried = 0
    for row in report["rows"]:
        counts = row["counts"]
        settled = counts["settled_early"] + counts["settled_on_time"] + counts["settled_late"]
        pending = counts["pending_in_time"] + counts["pending_overdue"] + counts["pending_paused"]
        assert counts["carried_over"] == carried
        entered = counts["new"] + carried + counts["transferred_in"]
        assert entered == settled + counts["closed"] + counts["transferred_out"] + pending
        carried = pending
    assert len(report["rows"]) > 2
    assert carried == PERMITS - ends


async def _check_metrics(place: Place, permits: list[Permit]) -> None:
    """The page shows the integers of the report on the reporting year so far, and the cases that are open."""
    serving = Serving(place)
    address = await serving.ready()
    async with httpx.AsyncClient() as http:
        report = (await http.get(f"{address}/reports/on-time")).json()
        page = (await http.get(f"{address}/metrics")).text
    assert serving.stop() == 0, serving.words()
    rows = {row["unit"]: row["counts"] for row in report["rows"]}
    for department in DEPARTMENTS:
        counts = rows.get(department, Counter())
        for timeliness in ("early", "on_time", "late"):
            labels = {"unit": department, "window": "year", "timeliness": timeliness}
            assert sample(page, "duecourse_cases_settled", **labels) == counts[f"settled_{timeliness}"]
        shown = {
            deadline: sample(page, "duecourse_cases_open", unit=department, deadline=deadline)
            for deadline in ("in_time", "due_soon", "overdue", "paused")
        }
        assert shown["overdue"] == counts["pending_overdue"]
        assert (shown["in_time"] or 0) + (shown["due_soon"] or 0) == counts["pending_in_time"]
        assert sum(n or 0 for n in shown.values()) == sum(
            permit.ended is None for permit in permits if permit.department == department
        )
