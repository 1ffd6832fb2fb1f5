"""What an imported event of each type may hold: its data fields, their kinds and value lists."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final


class FieldKind(Enum):
    TEXT = "text"
    INSTANT = "time"
    CHOICE = "one of a list"
    BOOLEAN = "true or false"


@dataclass(frozen=True, slots=True)
class Field:
    """`cell_values` says what a cell text stands for where the mapping gives no `values` of its own."""

    kind: FieldKind = FieldKind.TEXT
    required: bool = False
    cell_values: Mapping[str, str | bool] | None = None


def choice(*values: str, required: bool = False) -> Field:
    return Field(FieldKind.CHOICE, required, {value: value for value in values})


TEXT: Final = Field()
REQUIRED_TEXT: Final = Field(required=True)
INSTANT: Final = Field(FieldKind.INSTANT)
REQUIRED_INSTANT: Final = Field(FieldKind.INSTANT, required=True)
BOOLEAN: Final = Field(
    FieldKind.BOOLEAN,
    cell_values={"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False},
)
CHANNEL: Final = choice("online", "desk", "post", "internal")

EVENT_FIELDS: Final[Mapping[str, Mapping[str, Field]]] = {
    "received": {
        "unit": REQUIRED_TEXT,
        "due": INSTANT,
        "procedure": TEXT,
        "channel": CHANNEL,
        "receiving_unit": TEXT,
        "digitised": choice("yes", "no", "exempt"),
        "kind": choice("procedure", "complaint"),
    },
    "processed": {
        "outcome": choice("granted", "refused"),
        "electronic_result": BOOLEAN,
        "paid": choice("online", "counter", "no_fee"),
    },
    "returned": {"channel": CHANNEL},
    "rescheduled": {
        "due": REQUIRED_INSTANT,
        "reason": choice("supplement", "apology", "calendar", "correction", required=True),
    },
    "paused": {"reason": choice("supplement", "verification", "payment", "other", required=True)},
    "resumed": {},
    "transferred": {"unit": REQUIRED_TEXT},
    "closed": {"reason": choice("withdrawn", "stopped", "rejected", required=True)},
    "reopened": {},
    "retracted": {"id": REQUIRED_TEXT, "source": TEXT},
}


def event_type(name: str) -> str:
    """The CloudEvents type of an event name: `received` is `duecourse.case.received.v1`."""
    return f"duecourse.case.{name}.v1"
