"""Facts written short: days are `MM-DD` of 2024 at UTC+7, then the hour (10:00 if left out; 17:00 for a due date)."""

import itertools
import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from services.verifier import ArchivedEvent, Recount, Rules, UnitRow

SENDER = "/desk"
DEADLINES = "/duecourse/deadlines"

_numbers = itertools.count()


def when(text: str, default: str = "10:00:00") -> str:
    day, _, clock = text.partition(" ")
    return f"2024-{day}T{clock or default}+07:00"


def fact(name: str, time: str, *, source: str = SENDER, id: str | None = None, **data: Any) -> ArchivedEvent:  # noqa: A002
    number = next(_numbers)
    if data.get("due"):
        data["due"] = when(data["due"], "17:00:00")
    body = {
        "specversion": "1.0",
        "type": f"duecourse.case.{name}.v1",
        "source": source,
        "id": id or f"f{number:06}",
        "subject": "case",
        "time": when(time),
        "data": data,
    }
    return ArchivedEvent(0, number, json.dumps(body).encode())


def received(time: str, due: str | None = "03-08", *, unit: str = "A", **rest: Any) -> ArchivedEvent:
    return fact("received", time, unit=unit, due=due, **rest)


def recount(
    *events: ArchivedEvent,
    units: Sequence[UnitRow] = (),
    periods: Sequence[tuple[str, str]] = (),
    policy: str = "date",
    time_zone: str = "Asia/Ho_Chi_Minh",
) -> Recount:
    bounds = [(date.fromisoformat(f"2024-{a}"), date.fromisoformat(f"2024-{b}")) for a, b in periods]
    result = Recount(Rules(time_zone=time_zone, policy=policy), units, bounds)
    result.add_case("case", events)
    return result


def tallied(result: Recount, measure: str) -> dict[tuple[str, str], int]:
    """{(MM-DD, unit): count} of one measure."""
    return {
        (f"{day:%m-%d}", unit): counts[measure]
        for (day, unit, _), counts in sorted(result.tallies.items())
        if measure in counts
    }


def problems(result: Recount) -> set[str]:
    return {problem for _, _, _, problem in result.problems}


def unit(code: str, *, valid_from: str | None = None, valid_to: str | None = None, successor: str = "") -> UnitRow:
    """Days as MM-DD of 2024."""
    first, stop = (day and date.fromisoformat(f"2024-{day}") for day in (valid_from, valid_to))
    return UnitRow(code, code, "commune", "", first or None, stop or None, successor)
