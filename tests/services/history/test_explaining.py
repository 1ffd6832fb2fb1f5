"""Explanations: every fact is used or not, with why; the pauses, the days compared and the label follow the rules."""

from typing import Any

import pytest

from projections.batches import read
from projections.measures import Policy
from services.composition import Database
from services.history.lookups import case_view_at, explain_case
from services.history.when import parse_when
from services.history.wording import WHY, Language
from tests.fixtures.databases import opened
from tests.fixtures.saying import event, processed, received, records, retracted

pytestmark = pytest.mark.database


async def record(found: Database, *events: bytes) -> None:
    await found.projector().project(read(records(*events)))


async def explained(
    found: Database, when: str = "now", policy: Policy = Policy.DATE, language: Language = "en"
) -> dict[str, Any]:
    point = parse_when(when, found.founding.time_zone)
    said = await explain_case(found.store, "c1", point, found.clock, policy=policy, language=language)
    assert said is not None
    return said


def not_used(said: dict[str, Any]) -> dict[str, str]:
    return {one["id"]: one["why"] for one in said["not_used"]}


FACTS = (
    received("c1", "2024-01-02T08:00", due="2024-01-10T17:00", id="r1"),
    received("c1", "2024-01-03", id="r2"),
    event("paused", "c1", "2024-01-04", reason="supplement", id="p1"),
    event("resumed", "c1", "2024-01-07", id="p1-over"),
    event("paused", "c1", "2024-01-08", reason="payment", id="p2"),
    event("resumed", "c1", "2024-01-09", id="p2-over"),
    processed("c1", "2024-01-08T10:00", id="wrong"),
    retracted("c1", "2024-01-11", "wrong", id="taken-back"),
    processed("c1", "2024-01-13T18:00", id="decided"),
    processed("c1", "2024-01-15", id="again"),
    event("resumed", "c1", "2024-01-16", id="stray"),
)


async def test_facts_pauses_days_and_label_are_told_with_the_reasons(database_url: str) -> None:
    async with opened(database_url) as found:
        await record(found, *FACTS, processed("c1", "2024-01-17", id="decided"), FACTS[0])
        said = await explained(found)
        assert [one["id"] for one in said["used"]] == ["r1", "p1", "p1-over", "p2", "p2-over", "decided"]
        assert not_used(said) == {
            "r2": "received_twice",
            "wrong": "retracted",
            "taken-back": "retraction",
            "again": "processed_twice",
            "stray": "resumed_without_pause",
            "decided": "id_reused",
        }
        assert all(one["text"] == WHY[one["why"]].en for one in said["not_used"])
        assert [(one["reason"], one["counted"], one["days"]) for one in said["pauses"]] == [
            ("supplement", True, 3),
            ("payment", False, None),
        ]
        assert said["days"] == {
            "received": "2024-01-02",
            "due": "2024-01-13",
            "end": "2024-01-13",
            "from_received_to_due": 11,
            "from_received_to_end": 11,
            "from_due_to_end": 0,
            "paused": 3,
        }
        assert (said["label"], said["definition"]["name"]) == ("on_time", "on_time_settled")
        assert (await explained(found, policy=Policy.INSTANT))["label"] == "late"


async def test_a_case_is_explained_as_it_was_known_at_a_point(database_url: str) -> None:
    async with opened(database_url) as found:
        await record(found, *FACTS)
        before = await explained(found, "0:7")
        assert (before["label"], before["not_used"][0]["why"]) == ("early", "received_twice")
        assert before["as_of"]["positions"] == {"0": 7}
        view = await case_view_at(found.store, "c1", parse_when("0:1", "UTC"), found.clock)
        assert view is not None
        assert (view["state"], [fact["id"] for fact in view["timeline"]]) == ("open", ["r1"])
        assert await case_view_at(found.store, "c2", parse_when("0:1", "UTC"), found.clock) is None


@pytest.mark.parametrize(
    ("facts", "state", "label", "words"),
    [
        ([FACTS[0], retracted("c1", "2024-01-03", "r1")], "retracted", None, "rút lại"),
        ([processed("c1", "2024-01-03")], "never_received", None, "chưa được tiếp nhận"),
        ([event("closed", "c1", "2024-01-03", reason="rejected")], "refused_at_desk", None, "từ chối"),
        ([received("c1", "2024-01-02")], "open", "in_time", "chưa từng có hạn trả"),
        ([FACTS[0]], "open", "overdue", "quá hạn: chưa kết thúc, hạn trả 2024-01-10; so theo ngày"),
        ([FACTS[0], FACTS[2]], "open", "paused", "tạm dừng"),
        ([FACTS[0], event("closed", "c1", "2024-01-03", reason="withdrawn")], "closed", "closed", "hồ sơ dừng"),
    ],
)
async def test_every_state_has_its_sentence_in_vietnamese(
    database_url: str, facts: list[bytes], state: str, label: str | None, words: str
) -> None:
    async with opened(database_url) as found:
        await record(found, *facts)
        said = await explained(found, language="vi")
        assert (said["state"], said["label"]) == (state, label)
        assert words in said["text"]


async def test_a_pause_that_cures_nothing_or_was_interrupted_says_so(database_url: str) -> None:
    async with opened(database_url) as found:
        facts = (
            FACTS[0],
            event("paused", "c1", "2024-01-05", reason="supplement"),
            event("rescheduled", "c1", "2024-01-06", due="2024-01-12T17:00", reason="correction"),
            event("resumed", "c1", "2024-01-07"),
            event("paused", "c1", "2024-01-14", reason="supplement"),
            event("resumed", "c1", "2024-01-15"),
        )
        await record(found, *facts)
        said = await explained(found)
        assert [one["why"] for one in said["pauses"]] == ["interrupted", "began_after_due"]
        assert said["days"]["due"] == "2024-01-12"
