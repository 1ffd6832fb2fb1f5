"""A row's cells as a `Snapshot`. A row with any cell that cannot be read says nothing at all: it will come again."""

from collections.abc import Mapping
from typing import Any, Final, TypeVar

import msgspec

from events.facts import Paid
from services.importing.cells import REQUIRED_MISSING, UNMAPPED_VALUE, UNREADABLE_TIME, CellRefused, Cells
from services.importing.rows import CASE_ID_MISSING
from services.importing.times import BareDate, Instant
from services.portal.policy import Policy, Status
from services.portal.snapshot import Snapshot, Supplement
from services.portal.times import portal_instant

UNREADABLE_LIST: Final = "unreadable_list"

Value = TypeVar("Value")
Entry = dict[str, Any]


def read_snapshot(cells: Cells, policy: Policy) -> Snapshot:
    """The snapshot of a row. Raises CellRefused, with the column, for the first cell that cannot be read."""
    return _Reader(cells, policy).snapshot()


class _Reader:
    """The cells of one row under a policy."""

    def __init__(self, cells: Cells, policy: Policy) -> None:
        self.cells = cells
        self.policy = policy

    def snapshot(self) -> Snapshot:
        columns, values = self.policy.columns, self.policy.values
        return Snapshot(
            case_id=self.case_id(),
            status=self.status(),
            unit=self.text(columns.unit),
            procedure=self.text(columns.procedure) or None,
            received=self.time(columns.received),
            due=self.time(columns.due, "ends"),
            processed=self.time(columns.processed),
            returned=self.time(columns.returned),
            refused=self.time(columns.refused),
            told=self.time(columns.told),
            channel=self.value(columns.channel, values.channel),
            return_channel=self.value(columns.return_channel, values.return_channel),
            digitised=self.value(columns.digitised, values.digitised),
            paid=self.paid(),
            electronic_result=self.electronic_result(),
            supplements=self.supplements(),
        )

    def text(self, column: str) -> str:
        return self.cells.get(column, "").strip()

    def case_id(self) -> str:
        column = self.policy.columns.case_id
        case_id = self.text(column)
        if not case_id:
            raise CellRefused(CASE_ID_MISSING, f"column {column!r} is empty; give the case id", column)
        return case_id

    def status(self) -> Status:
        column = self.policy.columns.status
        code = self.text(column)
        if not code:
            raise CellRefused(REQUIRED_MISSING, f"column {column!r} is empty; give the status", column)
        status = self.policy.statuses.get(code) or self.policy.statuses.get(code.lstrip("0"))
        if status is None:
            raise _unmapped(column, code, self.policy.statuses)
        return status

    def value(self, column: str, values: Mapping[str, Value]) -> Value | None:
        """What the cell stands for; an empty cell of a known column may stand for something, too."""
        if column not in self.cells:
            return None
        text = self.text(column)
        if text and text not in values:
            raise _unmapped(column, text, values)
        return values.get(text)

    def time(self, column: str, bare_date: BareDate = "starts") -> Instant | None:
        return self.instant(column, self.text(column), bare_date)

    def instant(self, column: str, text: str, bare_date: BareDate = "starts") -> Instant | None:
        if not text:
            return None
        try:
            return portal_instant(text, self.policy.zone, bare_date)
        except ValueError as error:
            raise CellRefused(UNREADABLE_TIME, f"column {column!r}: {error}", column) from None

    def entries(self, column: str) -> list[Entry] | None:
        """The list in a cell, as JSON; None where there is no cell or nothing in it."""
        text = self.text(column)
        if not text:
            return None
        try:
            return msgspec.json.decode(text, type=list[Entry])
        except msgspec.DecodeError as error:
            detail = f"column {column!r} is no JSON list of objects: {error}"
            raise CellRefused(UNREADABLE_LIST, detail, column) from None

    def supplements(self) -> tuple[Supplement, ...]:
        """In the order of asking. An entry without its time is none: what it says cannot be placed."""
        column, keys = self.policy.columns.supplements, self.policy.supplement
        found: list[Supplement] = []
        for entry in self.entries(column) or ():

            def time(key: str, bare_date: BareDate = "starts", entry: Entry = entry) -> Instant | None:
                return self.instant(f"{column}.{key}", _text(entry.get(key)), bare_date)

            asked, answered = time(keys.asked), time(keys.answered)
            before, after = time(keys.due_before, "ends"), time(keys.due_after, "ends")
            if asked is not None:
                found.append(Supplement(asked, answered, before, after))
        return tuple(sorted(found, key=lambda one: (one.asked.utc, str(one))))

    def electronic_result(self) -> bool | None:
        """Whether any result came as a file."""
        results = self.entries(self.policy.columns.results)
        if results is None:
            return None
        return any(_text(result.get(self.policy.result.file)) for result in results)

    def paid(self) -> Paid | None:
        """Online, where the row says so; otherwise at the counter or nothing, by the fees that it lists."""
        online = self.value(self.policy.columns.paid_online, self.policy.values.paid_online)
        if online == "yes":
            return "online"
        fees = self.entries(self.policy.columns.fees)
        if online is None or not fees:
            return None
        amounts = [_text(fee.get(self.policy.fee.amount)) for fee in fees]
        return "counter" if any(amount.strip("0., ") for amount in amounts) else "no_fee"


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def _unmapped(column: str, text: str, values: Mapping[str, object]) -> CellRefused:
    known = ", ".join(repr(value) for value in values if value)
    return CellRefused(UNMAPPED_VALUE, f"column {column!r}: {text!r} is not one of {known}", column)
