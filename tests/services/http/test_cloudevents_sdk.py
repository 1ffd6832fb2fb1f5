"""What the official CloudEvents SDK for Python produces is understood."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from cloudevents.core.bindings import http as binding
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from tests.fixtures.databases import fetch
from tests.fixtures.serving import Serving, serving, statuses

pytestmark = pytest.mark.database

HANOI = timezone(timedelta(hours=7))


def made(name: str, case: str, time: datetime, **data: Any) -> CloudEvent:
    attributes = {
        "source": "/sdk",
        "type": f"duecourse.case.{name}.v1",
        "subject": case,
        "time": time,
        "datacontenttype": "application/json",
    }
    return CloudEvent(attributes, data)


def life(case: str) -> list[CloudEvent]:
    received = made("received", case, datetime(2024, 1, 15, 8, tzinfo=HANOI), unit="A", due="2024-01-22T17:00:00+07:00")
    return [received, made("processed", case, datetime(2024, 1, 18, 3, 0, 0, 123_456, tzinfo=UTC), outcome="granted")]


async def post(service: Serving, message: binding.HTTPMessage) -> Any:
    return await service.http.post("/events", content=message.body, headers=message.headers)


async def test_single_events_in_structured_mode_are_accepted(database_url: str) -> None:
    async with serving(database_url) as service:
        for one in life("c1"):
            response = await post(service, binding.to_structured_event(one))
            assert response.json() == [{"id": one.get_id(), "status": "accepted"}]
        case = await service.get("/cases/c1")
        assert (case["state"], case["label"]) == ("settled", "early")
        assert case["ended_at"] == "2024-01-18T03:00:00.123456Z"


async def test_a_batch_of_what_the_sdk_writes_is_accepted(database_url: str) -> None:
    async with serving(database_url) as service:
        response = await service.post_batch(*(JSONFormat().write(one) for case in "xyz" for one in life(case)))
        assert statuses(response) == ["accepted"] * 6
        total = (await service.get("/reports/on-time", period="2024"))["total"]
        assert (total["numerator"], total["denominator"]) == (3, 3)


async def test_the_archive_gives_the_sdk_its_event_back(database_url: str) -> None:
    async with serving(database_url) as service:
        [first, _] = life("c1")
        await post(service, binding.to_structured_event(first))
    [row] = await fetch(database_url, "select body from archive")
    again = JSONFormat().read(None, row["body"])
    assert again.get_attributes() == first.get_attributes()
    assert again.get_data() == first.get_data()


async def test_an_event_without_data_is_accepted_where_its_type_needs_none(database_url: str) -> None:
    async with serving(database_url) as service:
        [first, _] = life("c1")
        settled = made("processed", "c1", datetime(2024, 1, 20, tzinfo=UTC))
        bare = CloudEvent(dict(settled.get_attributes()), None)
        response = await service.post_batch(JSONFormat().write(first), JSONFormat().write(bare))
        assert statuses(response) == ["accepted", "accepted"]


async def test_binary_mode_is_refused_and_says_what_is_taken(database_url: str) -> None:
    async with serving(database_url) as service:
        response = await post(service, binding.to_binary_event(life("c1")[0]))
        assert response.status_code == 415
        assert "application/cloudevents+json" in response.json()["detail"]
