"""Fourteen months of the sample province as events, in the order they reached the log."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from services.sample.course import Fact
from services.sample.deliveries import Entered, entered_days
from services.sample.envelope import event_bytes
from services.sample.local_time import DAY_SECONDS, local_seconds, stamp


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A case without an end: `unit` is the holder's code, `due` the date last written, None where none was."""

    case_id: str
    unit: str
    due: datetime | None
    paused: bool = False


def history(*, seed: int, cases: int, until: datetime) -> Iterator[bytes]:
    """CloudEvents (structured JSON, UTF-8) of `cases` cases filed in the 425 days before `until`.

    `until` is aware; no event has a time after it, and what would be entered after it is left out.
    Late, back-dated and repeated entries stand where they were entered. Equal arguments give equal bytes.
    """
    horizon = local_seconds(until)
    waiting: defaultdict[int, list[tuple[int, int, bytes]]] = defaultdict(list)
    written = 0
    for day, cases_filed in entered_days(seed=seed, cases=cases, horizon=horizon):
        for case in cases_filed:
            for entered, fact in case.deliveries:
                waiting[entered // DAY_SECONDS].append((entered, written, encoded(case, fact)))
                written += 1
        # Cases filed later are entered later, so this day is complete.
        yield from (event for _, _, event in sorted(waiting.pop(day, ())))


def open_at_end(*, seed: int, cases: int, until: datetime) -> Iterator[OpenCase]:
    """The cases that `history` with the same arguments leaves open, in the order of filing."""
    for _, cases_filed in entered_days(seed=seed, cases=cases, horizon=local_seconds(until)):
        for case in cases_filed:
            left_open = _left_open(case)
            if left_open:
                yield left_open


def encoded(case: Entered, fact: Fact) -> bytes:
    """A fact of a case as the CloudEvent that its office sends."""
    return event_bytes(
        name=fact.name,
        event_id=fact.event_id,
        source=fact.office.source,
        case_id=case.filing.case_id,
        time=stamp(fact.time, utc=fact.office.sends_utc),
        data=fact.data,
    )


def _left_open(case: Entered) -> OpenCase | None:
    facts = [delivery.fact for delivery in case.deliveries]
    taken_back = {fact.data["id"] for fact in facts if fact.name == "retracted"}
    valid = [fact for fact in facts if fact.event_id not in taken_back]
    if not any(fact.name == "received" for fact in valid) or _ended(valid):
        return None
    dues = [fact.data["due"] for fact in valid if "due" in fact.data and fact.data.get("reason") != "apology"]
    holders = [str(fact.data["unit"]) for fact in valid if "unit" in fact.data]
    stops = [fact.name for fact in valid if fact.name in {"paused", "resumed"}]
    due = datetime.fromisoformat(str(dues[-1])) if dues else None
    return OpenCase(case.filing.case_id, holders[-1], due, paused=stops[-1:] == ["paused"])


def _ended(facts: list[Fact]) -> bool:
    """Whether an end stands after the last reopening; facts of a case are written in order of time."""
    names = [fact.name for fact in facts]
    since = names[::-1].index("reopened") if "reopened" in names else len(names)
    return not {"processed", "closed", "returned"}.isdisjoint(names[len(names) - since :])
