"""Every class of input that cannot become a fact is a dead letter with reason and bytes, and the service goes on."""

import base64
import json
from typing import Any

import pytest

from events.errors import REASONS
from services.http.bodies import SINGLE
from tests.fixtures.saying import event, offset, processed, received
from tests.fixtures.serving import Serving, serving, statuses

pytestmark = pytest.mark.database

GOOD = json.loads(received("c1", "2024-01-15", id="good"))


def with_(**changes: Any) -> bytes:
    return json.dumps(GOOD | {"id": "bad"} | changes).encode()


def without(name: str) -> bytes:
    return json.dumps({key: value for key, value in GOOD.items() if key != name}).encode()


def data(**fields: Any) -> bytes:
    return with_(data={"unit": "A"} | fields)


REFUSED: dict[str, tuple[str, bytes]] = {
    "nothing": ("not_json", b""),
    "no JSON": ("not_json", b"<event/>"),
    "cut short": ("not_json", with_()[:-1]),
    "NaN": ("not_json", with_(data={"unit": "A", "x": float("nan")})),
    "Infinity": ("not_json", with_(data={"unit": "A", "x": float("inf")})),
    "two documents": ("not_json", with_() + with_()),
    "a comma too many": ("not_json", with_()[:-1] + b",}"),
    "Latin-1": ("not_utf8", with_().replace(b'"A"', '"Hồ"'.encode("utf-16"))),
    "a byte that starts nothing": ("not_utf8", with_().replace(b"bad", b"\xff\xfe")),
    "half a surrogate pair": ("lone_surrogate", with_().replace(b'"c1"', b'"\\udfff"')),
    "U+0000": ("nul_character", with_().replace(b'"c1"', b'"c\\u00001"')),
    "nested too deeply": ("too_deep", with_(data={"unit": "A", "x": json.loads("[" * 40 + "]" * 40)})),
    "nested far too deeply": ("too_deep", b"[" * 100_000 + b"]" * 100_000),
    "a key twice": ("duplicate_key", with_().replace(b'"specversion"', b'"id": "x", "specversion"')),
    "a data key twice": ("duplicate_key", with_().replace(b'"unit"', b'"unit": "B", "unit"')),
    "over 1 MiB": ("too_large", data(note="x" * 1_048_576)),
    "an array": ("not_cloudevent", b"[1, 2]"),
    "a number": ("not_cloudevent", b"7"),
    "no specversion": ("not_cloudevent", without("specversion")),
    "another specversion": ("not_cloudevent", with_(specversion="0.3")),
    "no id": ("not_cloudevent", without("id")),
    "an empty id": ("not_cloudevent", with_(id="")),
    "an id that is a number": ("not_cloudevent", with_(id=7)),
    "no source": ("not_cloudevent", without("source")),
    "no type": ("not_cloudevent", without("type")),
    "data that is not JSON": ("not_cloudevent", with_(datacontenttype="application/xml")),
    "no subject": ("case_id_missing", without("subject")),
    "an empty subject": ("case_id_missing", with_(subject="")),
    "another type": ("unknown_type", with_(type="com.example.order.v1")),
    "another name": ("unknown_type", with_(type="duecourse.case.eaten.v1")),
    "a version to come": ("unknown_version", with_(type="duecourse.case.received.v9")),
    "data that is a text": ("value_not_allowed", with_(data="unit A")),
    "no unit": ("value_not_allowed", with_(data={})),
    "a value outside its list": ("value_not_allowed", data(channel="fax")),
    "a value of another type": ("value_not_allowed", data(procedure=7)),
    "no time": ("not_cloudevent", without("time")),
    "a time without offset": ("unreadable_time", with_(time="2024-01-15T08:00:00")),
    "a time in words": ("unreadable_time", with_(time="yesterday")),
    "30 February": ("unreadable_time", with_(time="2024-02-30T08:00:00Z")),
    "a due date without offset": ("unreadable_time", data(due="2024-01-22T17:00:00")),
    "before 1900": ("time_out_of_range", with_(time="1899-12-31T23:59:59Z")),
    "the far future": ("time_out_of_range", with_(time="2999-01-01T00:00:00Z")),
    "due before 1900": ("due_out_of_range", data(due="1899-12-31T00:00:00Z")),
    "due in two hundred years": ("due_out_of_range", data(due="2224-01-15T00:00:00Z")),
    "an unknown unit": ("unknown_unit", data(unit="nowhere")),
    "a transfer to an unknown unit": ("unknown_unit", event("transferred", "c1", "2024-01-16", unit="nowhere")),
    "the id of another fact": ("id_reused", with_(id="good", data={"unit": "B"})),
    "in the service's own name": ("source_not_allowed", with_(source="/duecourse/deadlines")),
}
STATUS_OF = {"too_large": 413, "content_type": 415}
OF_IMPORTS = {"unmapped_value", "required_missing", "unreadable_row"}
OF_LOGS = {"key_missing", "key_not_subject", "value_missing"}


def test_every_reason_is_tried() -> None:
    assert {reason for reason, _ in REFUSED.values()} | {"content_type"} | OF_IMPORTS | OF_LOGS == set(REASONS)


async def test_each_is_answered_and_kept_and_the_next_good_event_counts(database_url: str) -> None:
    async with serving(database_url) as service:
        await service.post(json.dumps(GOOD).encode())
        told, next_told = {}, {}
        for name, (_, body) in REFUSED.items():
            response = await service.post(body)
            told[name] = response.status_code, response.json()["results"][0]["reason"]
            next_told[name] = (await service.post(received(f"after {name}", "2024-01-15"))).status_code
        assert told == {name: (STATUS_OF.get(reason, 422), reason) for name, (reason, _) in REFUSED.items()}
        assert next_told == dict.fromkeys(REFUSED, 200)
        assert await kept(service) == {body: reason for reason, body in REFUSED.values()}
        counts = (await service.get("/reports/on-time", period="2024"))["total"]["counts"]
        assert counts["new"] == 1 + len(REFUSED)


async def test_all_of_them_in_one_batch_leave_the_good_ones_standing(database_url: str) -> None:
    """Those that leave an array readable: what has no end swallows its neighbours."""
    fitting = {
        name: (reason, body)
        for name, (reason, body) in REFUSED.items()
        if name not in ("cut short", "two documents", "nested far too deeply")
    }
    async with serving(database_url) as service:
        await service.post(json.dumps(GOOD).encode())
        mixed = [part for name, (_, body) in fitting.items() for part in (body, received(name, "2024-01-15"))]
        response = await service.post_batch(*mixed)
        assert statuses(response) == ["refused", "accepted"] * len(fitting)
        assert [one["reason"] for one in response.json()[::2]] == [reason for reason, _ in fitting.values()]
        assert await kept(service) == {body: reason for reason, body in fitting.values()}


async def test_refused_bytes_sent_again_are_refused_again_and_kept_once(database_url: str) -> None:
    async with serving(database_url) as service:
        answers = [await service.post(b"{", SINGLE) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [422] * 3
        assert len(await service.get("/dead-letters")) == 1
        assert (await service.post(b"{", "text/plain")).status_code == 415
        assert len(await service.get("/dead-letters")) == 2


async def test_a_fact_up_to_five_minutes_ahead_of_the_clock_is_taken(database_url: str) -> None:
    async with serving(database_url) as service:
        [row] = await service.parts.database.pool.fetch("select to_json(clock_timestamp() + '4 minutes') as time")
        ahead = json.loads(row["time"])
        assert (await service.post(with_(time=ahead))).status_code == 200
        assert offset(ahead) == ahead


async def test_unknown_fields_and_extensions_are_kept_in_the_bytes_and_ignored(database_url: str) -> None:
    body = with_(traceparent="00-1", data={"unit": "A", "colour": {"deep": [1, {"a": None}]}}, subject="c2")
    async with serving(database_url) as service:
        assert (await service.post(body)).status_code == 200
        again = processed("c2", "2024-01-16", id="p")
        assert (await service.post(again)).status_code == 200
        rows = await service.parts.database.pool.fetch("select body from archive order by position")
        assert [row["body"] for row in rows] == [body, again]


async def kept(service: Serving) -> dict[bytes, str]:
    """Reason by the bytes of each dead letter."""
    found = {}
    for letter in await service.get("/dead-letters", limit=1_000):
        one = await service.get(f"/dead-letters/{letter['id']}")
        body = base64.b64decode(one["body_base64"])
        assert (len(body), one["topic"], one["partition"]) == (one["bytes"], "embedded", 0)
        assert body not in found
        found[body] = one["reason"]
    return found
