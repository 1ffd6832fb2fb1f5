"""What if: the same history with its promises made by another calendar, as if its days had always been known.

A date that a sender gave or set stays; facts by which promises were moved to a calendar are left out, for they are of
that calendar. Nothing of this is stored or published.
"""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct, structs

from events.facts import Received
from projections.calendar import Calendar
from projections.effect import Kept
from projections.moved_promises import CALENDAR_SOURCE
from projections.procedures import ProcedureRegistry
from projections.promises import Promise, due_by_limit, with_promise
from projections.standing import FOREVER, Rules
from services.history.archive import RecordedCase
from services.history.when import WhenRefused
from services.postgres.connection import Connection
from services.postgres.rule_tables import read_calendar, read_procedures

_CALENDARS: Final = "select version from calendars where starts_with(version, $1) order by version"
_REGISTRIES: Final = "select distinct procedures_version from promises"


class WhatIf(Struct, frozen=True):
    """Another calendar, its version (sha256), and the registries of procedures by which promises were made."""

    calendar: Calendar
    version: str
    registries: Mapping[str, ProcedureRegistry]

    def promised_anew(self, recorded: RecordedCase, rules: Rules) -> RecordedCase:
        """The case as it would have been recorded; one of which only such a move is known, as it was."""
        facts = [
            structs.replace(one, kept=self._kept(one.kept, rules))
            for one in recorded.facts
            if one.kept.fact.source != CALENDAR_SOURCE
        ]
        return RecordedCase(recorded.case_id, facts) if facts else recorded

    def _kept(self, kept: Kept, rules: Rules) -> Kept:
        said = kept.said
        if kept.promise is None or not isinstance(said.body, Received):
            return kept
        own = structs.replace(
            rules, procedures=self.registries[kept.promise.procedures_version], calendar=self.calendar
        )
        due = due_by_limit(said.body, said.time, own, known_at=FOREVER)
        if due is None:
            return kept
        promise = Promise(due, kept.promise.procedures_version, self.version)
        return Kept(kept.partition, kept.position, with_promise(said, promise), promise)


async def what_if(connection: Connection, named: str) -> WhatIf:
    """Reads a calendar by its version or the beginning of it; raises `WhenRefused` where there is not the one."""
    prefix = named.removeprefix("sha256:")
    versions = [row["version"] for row in await connection.fetch(_CALENDARS, prefix)]
    if not prefix or len(versions) != 1:
        known = [row["version"][:12] for row in await connection.fetch(_CALENDARS, "")]
        raise WhenRefused(f"no one calendar has version {named!r}; there are {', '.join(known) or 'none'}")
    calendar = await read_calendar(connection, versions[0])
    registries = {}
    for row in await connection.fetch(_REGISTRIES):
        registry = await read_procedures(connection, row["procedures_version"])
        if registry is not None:
            registries[row["procedures_version"]] = registry
    if calendar is None:
        raise AssertionError(f"the calendar {versions[0]} was just there")
    return WhatIf(calendar, versions[0], registries)
