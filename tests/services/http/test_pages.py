"""What can be read over HTTP: cases, units, dead letters, schemas, health; errors are problem documents."""

import pytest

from events.wire import CURRENT
from services.exporter.exporter import Exporter
from tests.fixtures.databases import FixedClock
from tests.fixtures.saying import event, processed, received, retracted
from tests.fixtures.serving import Serving, serving
from tests.fixtures.times import local

pytestmark = pytest.mark.database

PROBLEM = "application/problem+json"


async def problem_of(service: Serving, path: str, status: int) -> str:
    """The detail of a problem document."""
    response = await service.http.get(path)
    assert (response.status_code, response.headers["content-type"]) == (status, PROBLEM), response.text
    body = response.json()
    assert (body["status"], body["type"]) == (status, "about:blank")
    assert body["title"]
    return str(body["detail"])


async def test_a_case_is_shown_with_its_state_label_and_timeline(database_url: str) -> None:
    async with serving(database_url, clock=FixedClock(local("2024-02-01T10:00"))) as service:
        await service.post_batch(
            received("c1", "2024-01-15T08:00", due="2024-01-22T17:00", id="r1", channel="online"),
            received("c1", "2024-01-16T08:00", unit="B", id="r2"),
            event("transferred", "c1", "2024-01-17", unit="C", id="t1"),
            processed("c1", "2024-01-22T18:00", id="p1"),
            processed("c1", "2024-01-23T18:00", id="p2"),
            retracted("c1", "2024-01-24", "p2", id="x1"),
        )
        case = await service.get("/cases/c1")
        assert (case["case_id"], case["state"], case["label"], case["policy"]) == ("c1", "settled", "on_time", "date")
        assert (case["received_unit"], case["unit"], case["channel"]) == ("A", "C", "online")
        assert case["ended_at"] == "2024-01-22T11:00:00Z"
        assert {name: one["label"] for name, one in case["policies"].items()} == {"date": "on_time", "instant": "late"}
        assert case["problems"] == ["received_twice"]
        uses = {fact["id"]: fact["use"] for fact in case["timeline"]}
        assert uses == {
            "r1": "used", "r2": "ignored", "t1": "used", "p1": "used", "p2": "retracted", "x1": "retraction"
        }  # fmt: skip
        assert [fact["position"] for fact in case["timeline"]] == list(range(6))


async def test_an_explanation_sorts_the_facts_into_used_and_not_used_and_says_why(database_url: str) -> None:
    async with serving(database_url, clock=FixedClock(local("2024-01-30T10:00"))) as service:
        await service.post_batch(
            received("c1", "2024-01-15", due="2024-01-22T17:00", id="r1"),
            received("c1", "2024-01-16", due="2024-01-25T17:00", id="r2"),
        )
        found = await service.get("/cases/c1/explanation")
        assert [fact["id"] for fact in found["used"]][:1] == ["r1"]
        assert [(fact["id"], fact["why"]) for fact in found["not_used"]] == [("r2", "received_twice")]
        assert found["label"] == "overdue"
        assert "2024-01-22" in found["policies"]["date"]["why"]


async def test_case_ids_may_hold_slashes_and_any_letters(database_url: str) -> None:
    async with serving(database_url) as service:
        for case_id in ("a/b", "Hồ sơ 1", "50%", "x?y#z"):
            await service.post(received(case_id, "2024-01-15"))
            escaped = case_id.replace("%", "%25").replace("?", "%3F").replace("#", "%23").replace(" ", "%20")
            assert (await service.get(f"/cases/{escaped}"))["case_id"] == case_id
            assert (await service.get(f"/cases/{escaped}/explanation"))["case_id"] == case_id


async def test_units_are_shown_as_a_tree_with_their_live_figures(database_url: str) -> None:
    async with serving(database_url, clock=FixedClock(local("2024-01-25T10:00"))) as service:
        await service.post_batch(
            received("c1", "2024-01-15", due="2024-01-22T17:00"),
            received("c2", "2024-01-15", due="2024-01-26T17:00"),
            received("c3", "2024-01-15", due="2024-01-25T17:00"),
            processed("c3", "2024-01-25T09:00"),
        )
        await service.caught_up()
        found = await service.get("/units")
        assert [one["unit"] for one in found["units"]] == ["A", "B", "C", "P"]
        assert found["as_of"] == "2024-01-25T03:00:00Z"
        unit = await service.get("/units/A")
        assert unit["open"] == {"in_time": 0, "due_soon": 1, "overdue": 1, "paused": 0}
        assert unit["settled"]["1d"] == {"early": 0, "on_time": 1, "late": 0}
        assert unit["on_time"]["year"] == {"numerator": 1, "denominator": 1, "percent": "100.00"}
        assert unit["on_time"]["prev_7d"] == {"numerator": 0, "denominator": 0, "percent": None}
        assert unit["received"] == {"1d": 0, "30d": 3, "year": 3}
        assert (await service.get("/units/P"))["children"] == ["A", "B", "C"]


async def test_the_schema_of_each_event_type_is_served(database_url: str) -> None:
    async with serving(database_url) as service:
        types = await service.get("/schemas")
        assert types == list(CURRENT)
        for name in types:
            schema = await service.get(f"/schemas/{name}")
            assert schema["properties"]["type"]["const"] == name or name in str(schema["properties"]["type"])


@pytest.mark.parametrize(
    "path",
    [
        "/cases/unknown",
        "/cases/unknown/explanation",
        "/units/nowhere",
        "/reports/unknown",
        "/reports/on-time?unit=nowhere",
        "/dead-letters/7",
        "/schemas/com.example.v1",
        "/no/such/page",
    ],
)
async def test_what_is_not_there_is_a_404_that_names_it(database_url: str, path: str) -> None:
    async with serving(database_url) as service:
        assert await problem_of(service, path, 404)


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("/reports/on-time?period=2024-13", "2024-13"),
        ("/reports/on-time?period=soon", "soon"),
        ("/reports/on-time?period=2024&from=2024-01-01", "not both"),
        ("/reports/on-time?from=2024-02-01&to=2024-01-01", "empty"),
        ("/reports/on-time?from=2999-01-01&to=2999-02-01", "yet to come"),
        ("/reports/on-time?from=2024-02-30", "from"),
        ("/reports/on-time?by=planet", "by"),
        ("/reports/on-time?policy=kind", "policy"),
        ("/reports/on-time?kind=other", "kind"),
        ("/reports/on-time?rollup=sum", "rollup"),
        ("/reports/on-time?format=pdf", "format"),
        ("/dead-letters?limit=0", "limit"),
        ("/dead-letters?limit=many", "limit"),
        ("/dead-letters/one", "letter_id"),
    ],
)
async def test_a_parameter_that_cannot_be_used_is_a_422_that_names_it(database_url: str, path: str, word: str) -> None:
    async with serving(database_url) as service:
        assert word in await problem_of(service, path, 422)


async def test_a_wrong_method_and_a_wish_that_cannot_be_met_are_problems_too(database_url: str) -> None:
    async with serving(database_url) as service:
        response = await service.http.get("/events")
        assert (response.status_code, response.headers["content-type"]) == (405, PROBLEM)
        response = await service.http.get("/reports/on-time", headers={"accept": "image/png"})
        assert (response.status_code, response.headers["content-type"]) == (406, PROBLEM)


async def test_dead_letters_are_listed_newest_first(database_url: str) -> None:
    async with serving(database_url) as service:
        for number in range(4):
            await service.post(b"{" * (number + 1))
        rows = await service.get("/dead-letters", limit=3)
        assert [row["bytes"] for row in rows] == [4, 3, 2]
        assert set(rows[0]) >= {"id", "reason", "topic", "partition", "offset", "recorded_at"}
        assert [row["offset"] for row in rows] == [3, 2, 1]


async def test_health_tells_life_from_readiness(database_url: str) -> None:
    async with serving(database_url, run=False) as service:
        assert await service.get("/health/live") == {"status": "live"}
        assert await service.get("/health/ready") == {"status": "ready"}
        exporter: Exporter = service.parts.exporter
        exporter.error = "connection refused"
        response = await service.http.get("/health/ready")
        assert response.status_code == 503
        assert int(response.headers["retry-after"]) > 0
        assert "connection refused" in response.json()["detail"]
        await exporter.refresh()
        assert await service.get("/health/ready") == {"status": "ready"}


async def test_board_and_interface_description_are_served(database_url: str) -> None:
    async with serving(database_url) as service:
        board = await service.http.get("/")
        assert (board.status_code, board.headers["content-type"]) == (200, "text/html; charset=utf-8")
        described = await service.get("/openapi.json")
        assert {"/events", "/cases/{case_id}", "/units/{code}", "/reports/{name}", "/dead-letters", "/metrics"} <= set(
            described["paths"]
        )
        answers = described["paths"]["/events"]["post"]["responses"]
        assert {"200", "413", "422", "429", "503"} <= set(answers)
        assert (await service.http.get("/docs")).status_code == 200
