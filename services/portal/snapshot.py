"""A case as one row of the portal shows it."""

from dataclasses import dataclass
from functools import cached_property

from events.facts import Channel, Digitised, Paid
from services.importing.times import Instant
from services.portal.policy import Dated, Status
from services.portal.times import digits, latest


@dataclass(frozen=True, slots=True)
class Supplement:
    """Papers were asked for, and came (`answered`) or not yet; the date promised before and after."""

    asked: Instant
    answered: Instant | None = None
    due_before: Instant | None = None
    due_after: Instant | None = None


@dataclass(frozen=True)
class Snapshot:
    """What a row says; None where its cell is empty or its column missing. `supplements` by the time of asking."""

    case_id: str
    status: Status
    unit: str
    procedure: str | None = None
    received: Instant | None = None
    due: Instant | None = None
    processed: Instant | None = None
    returned: Instant | None = None
    refused: Instant | None = None
    told: Instant | None = None
    channel: Channel | None = None
    return_channel: Channel | None = None
    digitised: Digitised | None = None
    paid: Paid | None = None
    electronic_result: bool | None = None
    supplements: tuple[Supplement, ...] = ()

    def time_of(self, name: Dated) -> Instant | None:
        """The time in the column of that name."""
        match name:
            case "received":
                return self.received
            case "processed":
                return self.processed
            case "returned":
                return self.returned
            case "refused":
                return self.refused
            case "told":
                return self.told

    @cached_property
    def end(self) -> Instant | None:
        """When the case ended, where the status says that it did and the row says when."""
        status = self.status
        if status.closes is not None:
            return next((time for name in status.closed_at if (time := self.time_of(name))), None)
        if status.processed and self.processed is not None:
            return self.processed
        return self.returned if status.returned else None

    @cached_property
    def stated_at(self) -> Instant | None:
        """Its end, after which nothing moves, else the latest time that the row tells of: it cannot be older.

        An end counts only where the status says that it came: senders fill in ends that they plan.
        """
        if self.end is not None:
            return self.end
        named = [self.received, self.told]
        for supplement in self.supplements:
            named += [supplement.asked, supplement.answered]
        told = [instant for instant in named if instant is not None]
        return latest(told) if told else None

    @cached_property
    def age(self) -> str:
        """Sorts rows of one case from the oldest to the newest: by `stated_at`, then by stage of the status."""
        since = self.stated_at
        return f"{digits(since) if since else '0' * 20}.{self.status.stage:02}"
