"""One batch's transaction on PostgreSQL: the checkpoint row locked, everything written, one commit."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from msgspec.structs import astuple

from projections.batches import stored_case
from projections.effect import Effect, StoredCase
from projections.standing import Rules
from projections.tallies import Cell, ProblemChange
from services.counting import counted
from services.postgres.case_table import write_cases
from services.postgres.connection import Connection
from services.postgres.tally_table import write_tallies
from services.projector import digest_of
from services.store import Checkpoint, Reached

_UPSERT_COUNTERS: Final = (
    "insert into counters as t select $1::integer, n.name, n.label, n.count "
    "from unnest($2::text[], $3::text[], $4::bigint[]) as n (name, label, count) "
    "on conflict (partition, name, label) do update set count = t.count + excluded.count"
)
_MOVE_CHECKPOINT: Final = (
    "update checkpoints set position = $2, recorded_at = greatest(recorded_at, $3), read = read + $4, "
    "applied = applied + $5, duplicate = duplicate + $6, dead = dead + $7, stuck = false, "
    "topic_id = coalesce(topic_id, case when read = 0 then $8 end) where partition = $1"
)


class ChangeRow(msgspec.Struct, array_like=True, frozen=True):
    """The body of a row of the change feed.

    `cells` as `((day, unit, kind), {measure: n})`, `problems` as `(unit, kind, problem, n)`, `units` of changed cases.
    `trace`: the id of a trace that is followed.
    """

    cells: Sequence[tuple[tuple[int, str, str], dict[int, int]]]
    problems: list[tuple[str, str, str, int]]
    units: list[str] = []
    trace: str | None = None


_change_decoder: Final = msgspec.msgpack.Decoder(ChangeRow)


def decoded_change(body: bytes) -> ChangeRow:
    """A row of the change feed from its body."""
    return _change_decoder.decode(body)


class PostgresTransaction:
    """Begun by `PostgresStore.transaction`."""

    def __init__(self, connection: Connection, checkpoint: Checkpoint, now: int, rules: Rules) -> None:
        self._connection = connection
        self._checkpoint = checkpoint
        self._now = now
        self._rules = rules

    @property
    def checkpoint(self) -> Checkpoint:
        return self._checkpoint

    @property
    def now(self) -> int:
        return self._now

    @property
    def rules(self) -> Rules:
        return self._rules

    async def load(self, case_ids: Sequence[str]) -> Mapping[str, StoredCase]:
        return await load_cases(self._connection, case_ids)

    async def buried(self, digests: Sequence[bytes]) -> set[bytes]:
        rows = await self._connection.fetch("select digest from dead_letters where digest = any($1)", digests)
        return {row["digest"] for row in rows}

    async def buried_at(self, places: Sequence[int]) -> set[int]:
        rows = await self._connection.fetch(
            "select position from dead_letters where partition = $1 and position = any($2::bigint[])",
            self._checkpoint.partition,
            places,
        )
        return {row["position"] for row in rows}

    async def write(self, effect: Effect, topic: str, reached: Reached) -> None:
        await self._write_archive(effect)
        await self._write_promises(effect)
        await write_cases(self._connection, effect.cases)
        cells, found = effect.tallies.standing_cells(), effect.tallies.standing_problems()
        await write_tallies(self._connection, self._checkpoint.partition, cells, found)
        await self._write_changes(effect, cells, found, reached)
        await self._write_dead(effect, topic)
        await self._write_counters(effect)
        await self._connection.execute(
            _MOVE_CHECKPOINT,
            self._checkpoint.partition,
            reached.position,
            reached.recorded_at,
            len(effect.verdicts),
            len(effect.archived),
            effect.duplicates,
            len(effect.dead),
            reached.topic_id,
        )

    async def _write_archive(self, effect: Effect) -> None:
        partition = self._checkpoint.partition
        if effect.archived:
            await self._connection.copy_records_to_table(
                "archive",
                records=[
                    (partition, one.position, one.case_id, one.type, one.occurred_at, one.recorded_at, one.body)
                    for one in effect.archived
                ],
            )

    async def _write_promises(self, effect: Effect) -> None:
        if effect.promises:
            await self._connection.copy_records_to_table(
                "promises",
                records=[(one.partition, one.position, one.case_id, *astuple(one.promise)) for one in effect.promises],
            )

    async def _write_changes(
        self, effect: Effect, cells: Sequence[Cell], found: Sequence[ProblemChange], reached: Reached
    ) -> None:
        """One row of the change feed; units of changed cases are named also where no tally of theirs changes."""
        if not effect.cases:
            return
        row = ChangeRow(
            cells,
            [(unit, kind, problem, n) for (_, unit, kind, problem), n in found],
            sorted({case.row.unit for case in effect.cases}),
            reached.trace,
        )
        await self._connection.execute(
            "insert into changes values ($1, $2, $3, $4)",
            self._checkpoint.partition,
            self._checkpoint.position,
            reached.recorded_at,
            msgspec.msgpack.encode(row),
        )

    async def _write_dead(self, effect: Effect, topic: str) -> None:
        if not effect.dead:
            return
        partition = self._checkpoint.partition
        await self._connection.copy_records_to_table(
            "dead_letters",
            columns=("partition", "position", "base", "topic", "reason", "detail", "digest", "body", "recorded_at"),
            records=[
                (
                    partition,
                    dead.position,
                    self._checkpoint.base,
                    topic,
                    dead.reason,
                    dead.detail,
                    digest_of(dead),
                    dead.body,
                    dead.recorded_at,
                )
                for dead in effect.dead
            ],
        )

    async def _write_counters(self, effect: Effect) -> None:
        rows = counted(effect)
        if rows:
            await self._connection.execute(_UPSERT_COUNTERS, self._checkpoint.partition, *zip(*rows, strict=True))


async def load_cases(connection: Connection, case_ids: Sequence[str]) -> dict[str, StoredCase]:
    """Those of the cases that are known."""
    rows = await connection.fetch(
        "select case_id, version, facts, counted from cases where case_id = any($1)", case_ids
    )
    return {row["case_id"]: stored_case(row["version"], row["facts"], row["counted"]) for row in rows}
