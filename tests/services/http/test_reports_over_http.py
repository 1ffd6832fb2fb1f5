"""`GET /reports/{name}`: JSON of the documented shape, CSV that no spreadsheet runs."""

import csv
import io
from typing import Any

import pytest

from projections.definitions import BY_REPORT
from projections.units import Unit
from services.version import VERSION
from tests.fixtures.databases import UNITS, FixedClock
from tests.fixtures.saying import event, processed, received
from tests.fixtures.serving import Serving, serving
from tests.fixtures.times import local

pytestmark = pytest.mark.database

ENVELOPE = {
    "report", "definition", "policy", "kind", "time_zone", "rollup", "by", "from", "to", "as_of", "versions", "rows",
    "total", "units", "attribution",
}  # fmt: skip
ROW = {"unit", "name", "level", "numerator", "denominator", "percent", "counts"}
COUNTS = [
    "new", "carried_over", "transferred_in", "settled_early", "settled_on_time", "settled_late", "closed",
    "transferred_out", "pending_in_time", "pending_overdue", "pending_paused", "fell_due", "fell_due_on_time",
    "returned", "online", "digitised_yes", "digitised_no", "electronic_result_yes", "electronic_result_no",
    "paid_online", "paid_counter",
]  # fmt: skip
NOW = FixedClock(local("2024-02-01T10:00"))
FACTS = (
    received("early", "2024-01-02", due="2024-01-10T17:00", channel="online"),
    processed("early", "2024-01-05"),
    received("late", "2024-01-02", due="2024-01-10T17:00"),
    processed("late", "2024-01-11"),
    received("evening", "2024-01-02", due="2024-01-10T17:00", unit="B"),
    processed("evening", "2024-01-10T18:00"),
    event("returned", "evening", "2024-01-12"),
    received("moved", "2024-01-02", due="2024-03-10T17:00"),
    event("transferred", "moved", "2024-01-20", unit="C"),
    received("closed", "2023-12-01", due="2024-01-10T17:00", unit="B"),
    event("closed", "closed", "2024-01-03", reason="withdrawn"),
    received("complaint", "2024-01-02", kind="complaint"),
)


async def filled(service: Serving) -> None:
    assert (await service.post_batch(*FACTS)).status_code == 200


async def test_the_json_has_the_documented_shape(database_url: str) -> None:
    async with serving(database_url, clock=NOW) as service:
        await filled(service)
        found = await service.get("/reports/on-time", period="2024")
    assert set(found) == ENVELOPE
    head = {name: found[name] for name in ("report", "definition", "policy", "rollup", "time_zone", "from", "to")}
    assert head == {
        "report": "on-time",
        "definition": "on_time_settled",
        "policy": "date",
        "rollup": "weighted",
        "time_zone": "Asia/Ho_Chi_Minh",
        "from": "2023-12-15",
        "to": "2024-12-15",
    }
    assert found["as_of"]["recorded_at"] == "2024-02-01T03:00:00Z"
    assert found["as_of"]["positions"]["0"] >= len(FACTS)
    assert set(found["versions"]) == {"definition", "units", "calendar", "code"}
    assert found["versions"]["code"] == VERSION
    assert found["versions"]["units"].startswith("sha256:")
    assert len(found["versions"]["units"]) == len("sha256:") + 64
    for row in (*found["rows"], found["total"]):
        assert set(row) == ROW
        assert list(row["counts"]) == COUNTS
        assert all(type(n) is int for n in (*row["counts"].values(), row["numerator"], row["denominator"]))
        balance(row["counts"])


def balance(counts: dict[str, int]) -> None:
    settled = counts["settled_early"] + counts["settled_on_time"] + counts["settled_late"]
    pending = counts["pending_in_time"] + counts["pending_overdue"] + counts["pending_paused"]
    entered = counts["new"] + counts["carried_over"] + counts["transferred_in"]
    assert entered == settled + counts["closed"] + counts["transferred_out"] + pending


async def test_the_figures_are_those_of_the_facts(database_url: str) -> None:
    async with serving(database_url, clock=NOW) as service:
        await filled(service)
        found = await service.get("/reports/on-time", period="2024")
    rows = {row["unit"]: row for row in found["rows"]}
    assert list(rows) == ["A", "B", "C"]
    assert {unit: (row["numerator"], row["denominator"], row["percent"]) for unit, row in rows.items()} == {
        "A": (1, 2, "50.00"),
        "B": (1, 1, "100.00"),
        "C": (0, 0, None),
    }
    total = found["total"]
    assert (total["unit"], total["numerator"], total["denominator"], total["percent"]) == (None, 2, 3, "66.67")
    assert {name: n for name, n in total["counts"].items() if n} == {
        "new": 4,
        "carried_over": 1,
        "transferred_in": 1,
        "settled_early": 1,
        "settled_on_time": 1,
        "settled_late": 1,
        "closed": 1,
        "transferred_out": 1,
        "pending_in_time": 1,
        "fell_due": 3,
        "fell_due_on_time": 2,
        "returned": 1,
        "online": 1,
    }


@pytest.mark.parametrize("name", BY_REPORT)
async def test_each_report_is_served_by_its_name(database_url: str, name: str) -> None:
    async with serving(database_url, clock=NOW) as service:
        await filled(service)
        found = await service.get(f"/reports/{name}", period="2024")
        assert (found["report"], found["definition"]) == (name, BY_REPORT[name].name)
        counts = found["total"]["counts"]
        assert sum(row["numerator"] for row in found["rows"]) == found["total"]["numerator"]
        assert sum(row["counts"]["new"] for row in found["rows"]) == counts["new"]


async def test_options_change_what_they_name(database_url: str) -> None:
    async with serving(database_url, clock=NOW) as service:
        await filled(service)

        async def total(**options: Any) -> dict[str, Any]:
            return (await service.get("/reports/on-time", **{"period": "2024", **options}))["total"]

        assert (await total(policy="instant"))["numerator"] == 1
        assert (await total(unit="B"))["denominator"] == 1
        assert (await total(kind="complaint"))["counts"]["new"] == 1
        assert (await total(rollup="simple_mean"))["percent"] == "75.00"
        by_dates = await service.get("/reports/on-time", **{"from": "2024-01-10", "to": "2024-01-11"})
        assert by_dates["total"]["counts"]["settled_on_time"] == 1
        levels = await service.get("/reports/on-time", period="2024", by="level")
        assert [row["level"] for row in levels["rows"]] == ["department", "district"]
        months = await service.get("/reports/on-time", period="2024-Q1", by="month")
        assert (months["rows"][0]["from"], months["rows"][0]["to"]) == ("2023-12-15", "2024-01-15")
        children = await service.get("/reports/on-time", period="2024", by="child")
        assert [row["unit"] for row in children["rows"]] == ["A", "B", "C"]


async def test_without_a_period_it_is_the_reporting_year_so_far(database_url: str) -> None:
    async with serving(database_url, clock=NOW) as service:
        found = await service.get("/reports/on-time")
        assert (found["from"], found["to"]) == ("2023-12-15", "2024-02-02")


NAMES = ("=1+1", "+1", "-1", "@SUM(A1)", "\tx", 'a "quoted", name', "Sở Nội vụ")


async def test_a_csv_cell_that_a_spreadsheet_would_run_is_made_text(database_url: str) -> None:
    units = [UNITS[0], *(Unit(f"={place}", name, "-level", "P") for place, name in enumerate(NAMES))]
    async with serving(database_url, clock=NOW, units=units) as service:
        await service.post(received("c1", "2024-01-02", unit="=0"))
        response = await service.http.get("/reports/on-time", params={"period": "2024", "format": "csv"})
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    header, *rows = csv.reader(io.StringIO(response.text))
    assert header[:9] == ["unit", "name", "level", "from", "to", "policy", "numerator", "denominator", "percent"]
    assert header[9:] == COUNTS
    assert [row[1] for row in rows[:-1]] == ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\tx", *NAMES[5:]]
    assert [row[0] for row in rows[:-1]] == [f"'={place}" for place in range(len(NAMES))]
    assert {row[2] for row in rows[:-1]} == {"'-level"}
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row)


async def test_the_csv_says_what_the_json_says(database_url: str) -> None:
    async with serving(database_url, clock=NOW) as service:
        await filled(service)
        found = await service.get("/reports/on-time", period="2024")
        response = await service.http.get("/reports/on-time?period=2024", headers={"accept": "text/csv"})
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert [row["unit"] for row in rows] == ["A", "B", "C", ""]
    for row, expected in zip(rows, (*found["rows"], found["total"]), strict=True):
        assert {name: int(row[name]) for name in COUNTS} == expected["counts"]
        assert (row["percent"] or None, int(row["numerator"])) == (expected["percent"], expected["numerator"])
        assert (row["from"], row["to"], row["policy"]) == ("2023-12-15", "2024-12-15", "date")
