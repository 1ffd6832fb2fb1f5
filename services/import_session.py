"""One import into one database: plain, replacing, or a dry run; units registered on the way where asked."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Final

import msgspec
from msgspec import structs

from events.facts import Event, Received, Transferred
from projections.effect import Reading, Verdict
from projections.units import Unit, UnitTree
from services.composition import Database
from services.importing import ImportRefused
from services.importing.replacing import replacement
from services.importing.run import Progress, Rejected, import_lines, import_steps
from services.importing.sources import Line, Step
from services.memory.overlay import OverlayStore
from services.pipeline import IN_FLIGHT
from services.projector import Door, Projector, patiently
from services.units_loading import REGISTERED_LEVEL, register_units

REPLACED_CASES_A_BATCH: Final = 500
PATIENCE_SECONDS: Final = 120.0
"""How long an import waits for a database that is away; started again later, it goes on where it was."""

Said = dict[str, dict[str, bytes]]
"""Events of a file by case and event id."""
Show = Callable[[Progress, Sequence[Rejected]], None]
"""Told after every batch: the counts so far, and what the batch refused."""


class ImportSession:
    """`origin` names the root of units registered into an empty tree; `registered` lists those made so far.

    `door` is where the facts go: the log of a database that is fed by one, else straight into the database.
    """

    def __init__(
        self, database: Database, *, dry_run: bool, register: bool, origin: str, door: Door | None = None
    ) -> None:
        self._database = database
        self._dry_run = dry_run
        self._register = register
        self._origin = origin
        self._overlay: OverlayStore | None = None
        self._door = door or database.pipeline()
        self.registered: list[str] = []

    async def plain(self, steps: AsyncIterator[Step], show: Show) -> Progress:
        """Every event of the file."""
        last = Progress()
        async for last, refused in import_steps(steps, self._project, in_flight=self._in_flight()):
            show(last, refused)
        return last

    def _in_flight(self) -> int:
        """Registering units on the way, or judging without writing, goes batch by batch."""
        return 1 if self._register or self._dry_run else IN_FLIGHT

    async def replace(self, lines: Iterator[Line], source: str, show: Show) -> Progress:
        """Makes the cases say what the file says. It is read whole first: only then is known what it leaves out."""
        said = _by_case(lines)
        case_ids = list(said)
        total = Progress()
        for begin in range(0, len(case_ids), REPLACED_CASES_A_BATCH):
            chunk = case_ids[begin : begin + REPLACED_CASES_A_BATCH]
            changes = await self._changes(chunk, source, said)
            total.events += sum(len(said[case_id]) for case_id in chunk)
            async for progress, refused in import_lines(iter(changes), self._project, batch_records=len(changes)):
                total.accepted += progress.accepted
                total.dead_letters += progress.dead_letters
                show(total, refused)
            total.duplicates = max(0, total.events - total.accepted - total.dead_letters)
        return total

    async def _changes(self, case_ids: Sequence[str], source: str, said: Said) -> list[Line]:
        stored = await (self._overlay or self._database.store).cases(case_ids)
        now = self._database.clock()
        return [
            Line(0, record)
            for case_id in case_ids
            for record in replacement(case_id, source, said[case_id], stored.get(case_id), now)
        ]

    async def _project(self, reading: Reading) -> list[Verdict]:
        if self._dry_run and self._overlay is None:
            self._overlay = OverlayStore(self._database.store, await self._database.rules(), self._database.clock)
        if self._register:
            await self._register_missing(reading)
        projector = self._door if self._overlay is None else Projector(self._overlay)
        return await patiently(projector.project, reading, patience_seconds=PATIENCE_SECONDS)

    async def _register_missing(self, reading: Reading) -> None:
        bodies = [event.fact.body for event in reading.events if isinstance(event, Event)]
        named = {body.unit for body in bodies if isinstance(body, Received | Transferred)} - set(self.registered)
        if self._overlay is None:
            self.registered += await register_units(self._database.store, named, self._origin)
        else:
            rules = self._overlay.rules
            missing = [code for code in sorted(named) if code not in rules.units]
            tree = UnitTree([*rules.units.units, *(Unit(code, code, REGISTERED_LEVEL) for code in missing)])
            self._overlay.rules = structs.replace(rules, units=tree)
            self.registered += missing


def _by_case(lines: Iterator[Line]) -> Said:
    """The file's events by case and id; raises `ImportRefused` where a row cannot be read."""
    said: Said = {}
    for line in lines:
        if line.record.refusal is not None:
            why = f"row {line.number}: {line.record.refusal}"
            advice = "with --replace every row must be readable, or facts that it still says would be retracted"
            raise ImportRefused([f"{why}: {advice}"])
        message = msgspec.json.decode(line.record.value)
        said.setdefault(message["subject"], {})[message["id"]] = line.record.value
    return said
