"""Older versions are lifted step by step; every version ever written stays readable."""

from events import wire
from events.upcasters import UPCASTERS, upcast

STEPS = {
    "duecourse.case.moved.v1": ("duecourse.case.moved.v2", lambda data: {"unit": data["to"]}),
    "duecourse.case.moved.v2": ("duecourse.case.moved.v3", lambda data: {**data, "reason": "unknown"}),
}


def test_the_oldest_version_is_lifted_through_all_steps():
    lifted = upcast("duecourse.case.moved.v1", {"to": "B"}, STEPS)
    assert lifted == ("duecourse.case.moved.v3", {"unit": "B", "reason": "unknown"})


def test_a_version_in_the_middle_takes_only_the_steps_after_it():
    lifted = upcast("duecourse.case.moved.v2", {"unit": "B"}, STEPS)
    assert lifted == ("duecourse.case.moved.v3", {"unit": "B", "reason": "unknown"})


def test_the_newest_version_is_left_as_it_is():
    data = {"unit": "B", "reason": "merger"}
    assert upcast("duecourse.case.moved.v3", data, STEPS) == ("duecourse.case.moved.v3", data)


def test_a_step_does_not_change_what_was_received():
    data = {"to": "B"}
    upcast("duecourse.case.moved.v1", data, STEPS)
    assert data == {"to": "B"}


def test_every_step_leads_to_a_version_that_is_known():
    assert {target for target, _ in UPCASTERS.values()} <= wire.CURRENT.keys() | UPCASTERS.keys()
    assert not wire.CURRENT.keys() & UPCASTERS.keys()
