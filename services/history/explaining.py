"""Why a case is counted as it is: the facts used, those not used with why, the pauses, the days compared, the label."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from events.case import Case, PauseOver
from events.facts import Paused
from events.fold import CLOCK_STOPPING, fold, walk_of
from events.instants import iso
from projections.contribution import contribution
from projections.deadline import Deadline, deadline
from projections.definitions import BY_REPORT
from projections.effect import StoredCase
from projections.measures import Policy
from projections.standing import Rules
from projections.zone import LocalDays, date_of
from services.case_view import case_view
from services.history.archive import RecordedCase
from services.history.points import Point
from services.history.wording import LABELS, STATES, WHY, Language, said, sentence

DEFINITION: Final = BY_REPORT["on-time"]


def explanation(
    recorded: RecordedCase,
    refused: Sequence[Mapping[str, Any]],
    rules: Rules,
    point: Point,
    policy: Policy,
    language: Language = "en",
) -> dict[str, Any]:
    """The path through the rules as JSON, under one policy; `refused`: dead letters that reused an id of the case."""
    stored = StoredCase(0, recorded.kept, contribution(None, rules))
    places = {(one.kept.partition, one.kept.position): one.recorded_at for one in recorded.facts}
    view = case_view(recorded.case_id, stored, rules, places, point.recorded_at)
    case = fold(one.fact for one in recorded.kept)
    found: dict[str, Any] = {
        "case_id": recorded.case_id,
        "as_of": point.as_json(),
        "policy": policy.value,
        "definition": {"name": DEFINITION.name, "text": said({"": DEFINITION.text}, "", language)},
        "time_zone": rules.days.time_zone,
        "versions": dict(point.versions),
        "language": language,
        "state": view["state"],
        "label": None,
        "unit": view.get("unit"),
        "problems": view["problems"],
        "policies": view.get("policies"),
    }
    if case is None or case.received is None:
        found["text"] = said(STATES, view["state"], language)
    else:
        deadlines = deadline(case, policy, rules.days)
        label, days = view["policies"][policy.value]["label"], days_of(case, deadlines, rules.days)
        found |= {
            "label": label,
            "text": sentence(label, days, policy.value, language),
            "why": said(LABELS, label, language),
        }
        found |= {"received_at": view["received_at"], "promised": view["promised"], "due": _iso(deadlines.standing)}
        found |= {"ended_at": view["ended_at"], "days": days, "promise": view.get("promise")}
        found["pauses"] = pauses_of(recorded, case, deadlines, rules.days, language)
    timeline = [_worded(fact, language) for fact in view["timeline"]]
    found["used"] = [fact for fact in timeline if fact["use"] == "used"]
    found["not_used"] = [fact for fact in timeline if fact["use"] != "used"] + [
        _worded(one, language) for one in refused
    ]
    return found


def _worded(fact: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """With the word for why it was not used, and that in the language."""
    why = fact["why"] or (None if fact["use"] == "used" else fact["use"])
    return {**fact, "why": why, "text": None if why is None else said(WHY, why, language)}


def _iso(instant: int | None) -> str | None:
    return None if instant is None else iso(instant)


def days_of(case: Case, found: Deadline, days: LocalDays) -> dict[str, Any]:
    """The local days that the label rests on, and how many lie between them (ends less begins)."""

    def day(instant: int | None) -> int | None:
        return None if instant is None else days.day_of(instant)

    received, due, end = day(case.received_at), day(found.standing), day(case.end.time if case.end else None)
    return {
        "received": received and date_of(received).isoformat(),
        "due": due and date_of(due).isoformat(),
        "end": end and date_of(end).isoformat(),
        "from_received_to_due": None if received is None or due is None else due - received,
        "from_received_to_end": None if received is None or end is None else end - received,
        "from_due_to_end": None if due is None or end is None else end - due,
        "paused": sum(days.day_of(ended) - days.day_of(began) for began, ended in found.pauses),
    }


def pauses_of(
    recorded: RecordedCase, case: Case, found: Deadline, days: LocalDays, language: Language
) -> list[dict[str, Any]]:
    """Every pause that began while the case was open, with whether it counts and why."""
    ends = {step.began: step.ended for step in case.steps if isinstance(step, PauseOver)}
    unused = {(one.source, one.id) for one in case.ignored}
    rows = []
    for fact in walk_of(one.fact for one in recorded.kept):
        if isinstance(fact.body, Paused) and (fact.source, fact.id) not in unused:
            why = _why_paused(fact.time, fact.body.reason, ends, found)
            rows.append(
                {
                    "from": iso(fact.time),
                    "to": _iso(ends.get(fact.time)),
                    "reason": fact.body.reason,
                    "counted": why in ("counted", "open"),
                    "days": days.day_of(ends[fact.time]) - days.day_of(fact.time) if fact.time in ends else None,
                    "why": why,
                    "text": said(WHY, why, language),
                }
            )
    return rows


def _why_paused(began: int, reason: str, ends: Mapping[int, int], found: Deadline) -> str:
    if reason not in CLOCK_STOPPING:
        return "does_not_stop_the_clock"
    if began in {start for start, _ in found.pauses}:
        return "counted"
    if began == found.paused_since:
        return "open"
    return "began_after_due" if began in ends else "interrupted"
