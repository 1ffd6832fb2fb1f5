"""What the interface allows in an event."""

from datetime import datetime, timedelta
from typing import Any

from services.sample.procedures import province_procedures
from services.sample.units import province_units

from .reading import Event

UNITS = {unit.code for unit in province_units()}
TIME = "a time"
# interface.md, Events: required fields and the values allowed in each.
ALLOWED: dict[str, dict[str, Any]] = {
    "received": {
        "unit": UNITS,
        "due": TIME,
        "procedure": {procedure.code for procedure in province_procedures()},
        "channel": {"online", "desk", "post", "internal"},
        "receiving_unit": UNITS,
        "digitised": {"yes", "no", "exempt"},
        "kind": {"procedure", "complaint"},
    },
    "processed": {
        "outcome": {"granted", "refused"},
        "electronic_result": {True, False},
        "paid": {"online", "counter", "no_fee"},
    },
    "returned": {"channel": {"online", "desk", "post", "internal"}},
    "rescheduled": {"due": TIME, "reason": {"supplement", "apology", "calendar", "correction"}},
    "paused": {"reason": {"supplement", "verification", "payment", "other"}},
    "resumed": {},
    "transferred": {"unit": UNITS},
    "closed": {"reason": {"withdrawn", "stopped", "rejected"}},
    "reopened": {},
    "retracted": {"id": str, "source": str},
}
REQUIRED = {
    "received": {"unit"},
    "rescheduled": {"due", "reason"},
    "paused": {"reason"},
    "transferred": {"unit"},
    "closed": {"reason"},
    "retracted": {"id"},
}


def assert_valid(event: Event) -> None:
    assert REQUIRED.get(event.name, set()) <= event.data.keys()
    for field, value in event.data.items():
        allowed = ALLOWED[event.name][field]
        if allowed is TIME:
            ahead = datetime.fromisoformat(value) - event.time
            assert timedelta(days=-30) < ahead < timedelta(days=400)
        elif allowed is str:
            assert value
        else:
            assert value in allowed
