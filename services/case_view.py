"""One case for people and programs: its facts, what became of each, its deadline, its label, and why."""

from collections.abc import Mapping
from typing import Any

from events.case import Case
from events.codec import data_of
from events.facts import NAMES, Retracted
from events.fold import fold, walk_of
from events.instants import iso
from projections.contribution import problems
from projections.deadline import Deadline, deadline
from projections.effect import Kept, StoredCase
from projections.labels import passes_at, timeliness
from projections.measures import POLICIES, Policy
from projections.moved_promises import promise_kept
from projections.standing import Rules

RecordedAt = Mapping[tuple[int, int], int]
"""Recording instant by (partition, position)."""


def case_view(case_id: str, stored: StoredCase, rules: Rules, recorded_at: RecordedAt, now: int) -> dict[str, Any]:
    """The case as JSON: instants in UTC, labels under both policies, each fact with its use."""
    facts = [kept.fact for kept in stored.kept]
    case = fold(facts)
    view: dict[str, Any] = {"case_id": case_id, "state": _state(case), "policy": rules.policy.value}
    if case is not None and case.received is not None:
        view |= _standing(case, rules)
        view["promise"] = promise_view(stored, case)
        view["label"] = _label(case, rules.policy, rules, now)
        view["policies"] = {policy.value: _under(case, policy, rules, now) for policy in POLICIES}
    view["problems"] = sorted(problems(case, rules)) if case is not None else []
    view["timeline"] = _timeline(stored, case, recorded_at)
    return view


def _state(case: Case | None) -> str:
    if case is None:
        return "retracted"
    if case.received is None:
        return "refused_at_desk" if case.refused_at_desk else "never_received"
    if case.end is None:
        return "open"
    return "settled" if case.end.settled else "closed"


def _standing(case: Case, rules: Rules) -> dict[str, Any]:
    if case.received is None:
        return {}
    last = case.holders[-1]
    return {
        "kind": case.received.kind,
        "procedure": case.received.procedure,
        "channel": case.received.channel,
        "unit": rules.units.resolve(last.unit, rules.days.day_of(last.since))[0],
        "received_unit": case.received.unit,
        "received_at": _iso(case.received_at),
        "promised": _iso(case.received.due),
        "ended_at": _iso(case.end.time) if case.end else None,
        "returned_at": _iso(case.returned_at),
        "apologised": case.apologised,
        "holders": [{"unit": holder.unit, "since": iso(holder.since)} for holder in case.holders],
    }


def promise_view(stored: StoredCase, case: Case) -> dict[str, str] | None:
    """The due date that the case was promised, and the versions that gave it; None where its sender gave one."""
    made = promise_kept(stored.kept, case)
    if made is None:
        return None
    return {"due": iso(made.due), "procedures": made.procedures_version, "calendar": made.calendar_version}


def _iso(instant: int | None) -> str | None:
    return None if instant is None else iso(instant)


def _under(case: Case, policy: Policy, rules: Rules, now: int) -> dict[str, Any]:
    found = deadline(case, policy, rules.days)
    return {
        "due": _iso(found.due),
        "paused_since": _iso(found.paused_since),
        "pauses_counted": [{"from": iso(began), "to": iso(ended)} for began, ended in found.pauses],
        "label": _label(case, policy, rules, now),
        "why": _why(case, found, policy, rules, now),
    }


def _label(case: Case, policy: Policy, rules: Rules, now: int) -> str:
    """Early, on_time, late for a settled case; closed; paused, overdue or in_time for an open one."""
    found = deadline(case, policy, rules.days)
    if case.end is not None:
        return timeliness(case.end.time, found.standing, policy, rules.days).value if case.end.settled else "closed"
    if found.paused_since is not None:
        return "paused"
    return "overdue" if _overdue(case, found, policy, rules, now) else "in_time"


def _overdue(case: Case, found: Deadline, policy: Policy, rules: Rules, now: int) -> bool:
    if found.due is None or case.received_at is None:
        return False
    return passes_at(found.due, case.received_at, policy, rules.days) < now


def _why(case: Case, found: Deadline, policy: Policy, rules: Rules, now: int) -> str:
    label = _label(case, policy, rules, now)
    if label == "closed" and case.end is not None:
        return (
            f"closed without a decision ({case.end.reason}) at {iso(case.end.time)}: counted as closed, not as settled"
        )
    if found.standing is None:
        return "no due date was ever given: in time while open, on time when settled"
    if found.paused_since is not None:
        return f"waiting since {iso(found.paused_since)}: the clock stands still, there is no effective due date"
    compared = "local days are compared" if policy is Policy.DATE else "instants are compared"
    due = iso(found.standing)
    moved = f", moved by {len(found.pauses)} counting pause(s)" if found.pauses else ""
    if case.end is not None:
        return f"ended at {iso(case.end.time)}, due {due}{moved}; {compared} in {rules.days.time_zone}: {label}"
    return f"open, due {due}{moved}; {compared} in {rules.days.time_zone}: {label}"


def _timeline(stored: StoredCase, case: Case | None, recorded_at: RecordedAt) -> list[dict[str, Any]]:
    """Every recorded fact by its time, with what became of it."""
    walked = {(fact.source, fact.id) for fact in walk_of(kept.fact for kept in stored.kept)}
    ignored = {(one.source, one.id): one.why for one in case.ignored} if case is not None else {}
    rows = []
    for kept in sorted(stored.kept, key=lambda one: (one.fact.time, one.partition, one.position)):
        key = kept.fact.source, kept.fact.id
        if isinstance(kept.fact.body, Retracted):
            use = "retraction"
        elif key not in walked:
            use = "retracted"
        else:
            use = "ignored" if key in ignored else "used"
        rows.append(_fact_row(kept, recorded_at) | {"use": use, "why": ignored.get(key)})
    return rows


def _fact_row(kept: Kept, recorded_at: RecordedAt) -> dict[str, Any]:
    fact = kept.fact
    return {
        "type": NAMES[type(fact.body)],
        "time": iso(fact.time),
        "data": data_of(kept.said.body),
        "source": fact.source,
        "id": fact.id,
        "recorded_at": _iso(recorded_at.get((kept.partition, kept.position))),
        "partition": kept.partition,
        "position": kept.position,
    }
