"""What a portal's columns and codes mean, as data: named, versioned, one TOML file each beside this module."""

import tomllib
from functools import cache, cached_property
from importlib import resources
from typing import Final, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from events.facts import Channel, CloseReason, Digitised, PauseReason

PORTALS: Final = ("dvcqg",)
STRICT: Final = ConfigDict(frozen=True, extra="forbid")

Dated = Literal["received", "processed", "returned", "refused", "told"]
"""A column with a time."""


class Columns(BaseModel):
    """The column of each thing that a row may say."""

    model_config = STRICT

    case_id: str
    status: str
    unit: str
    procedure: str
    received: str
    due: str
    processed: str
    returned: str
    refused: str
    told: str
    channel: str
    return_channel: str
    digitised: str
    paid_online: str
    fees: str
    results: str
    supplements: str


class SupplementKeys(BaseModel):
    """The keys of an entry of the list of supplements."""

    model_config = STRICT

    asked: str
    answered: str
    due_before: str
    due_after: str


class FeeKeys(BaseModel):
    model_config = STRICT

    amount: str


class ResultKeys(BaseModel):
    model_config = STRICT

    file: str


class Values(BaseModel):
    """What the codes of a column stand for; a code that is not listed is refused, an empty cell says nothing."""

    model_config = STRICT

    channel: dict[str, Channel]
    return_channel: dict[str, Channel]
    digitised: dict[str, Digitised]
    paid_online: dict[str, Literal["yes", "no"]]


class Status(BaseModel):
    """What a status code says. `stage` orders rows that name the same latest time.

    `closed_at`: the columns that say when it closed, the first that is filled; `undated`: none of them need be.
    """

    model_config = STRICT

    code: str
    meaning: str
    stage: int
    received: bool = True
    at_work: bool = False
    waits: PauseReason | None = None
    processed: bool = False
    returned: bool = False
    closes: CloseReason | None = None
    closed_at: tuple[Dated, ...] = ()
    undated: bool = False


class Policy(BaseModel):
    """One portal's meaning. `source` is the CloudEvents source of its facts."""

    model_config = STRICT

    name: str
    version: int
    source: str
    time_zone: str
    columns: Columns
    supplement: SupplementKeys
    fee: FeeKeys
    result: ResultKeys
    values: Values
    status: tuple[Status, ...]

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @cached_property
    def statuses(self) -> dict[str, Status]:
        return {status.code: status for status in self.status}

    @property
    def required_columns(self) -> tuple[str, ...]:
        """Without these a file is no file of this portal; all others may be missing."""
        columns = self.columns
        return columns.case_id, columns.status, columns.unit, columns.received, columns.due

    @cached_property
    def known_columns(self) -> frozenset[str]:
        """All that are read. The others hold people's names and numbers, which nothing here may keep."""
        return frozenset(self.columns.model_dump().values())

    @property
    def label(self) -> str:
        """`dvcqg 1`: the name and version that an import says."""
        return f"{self.name} {self.version}"


def built_in(name: str) -> bool:
    """Whether a policy of this name comes with the product."""
    return name in PORTALS


@cache
def load_policy(name: str) -> Policy:
    """The policy of a built-in name; `KeyError` for another."""
    if not built_in(name):
        raise KeyError(name)
    text = (resources.files("services.portal") / f"{name}.toml").read_text(encoding="utf-8")
    return Policy.model_validate(tomllib.loads(text))
