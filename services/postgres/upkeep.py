"""What people do to the pipeline by hand, each with who and why beside it."""

from typing import Final, Literal

from services.postgres.connection import Pool, connected
from services.postgres.store import read_checkpoints
from services.store import Checkpoint

Handled = Literal["redriven", "discarded"]

_MOVE: Final = (
    "update checkpoints set position = $2, base = case when topic_id = $3 then base else "
    "coalesce(greatest((select max(position) from archive where partition = $1), "
    "(select max(position) from dead_letters where partition = $1)) + 1, 0) end, "
    "topic_id = $3, halted = null, stuck = false where partition = $1"
)
_HANDLE: Final = (
    "update dead_letters set handled = $2, handled_by = $3, handled_note = $4, handled_at = clock_timestamp() "
    "where id = $1 and handled is null"
)


class NoSuchCheckpoint(Exception):
    """The partition has never been read."""


async def all_checkpoints(pool: Pool) -> list[Checkpoint]:
    """Every partition's."""
    async with connected(pool) as connection:
        return await read_checkpoints(connection)


async def reset_checkpoint(
    pool: Pool, partition: int, position: int, *, topic_id: str, reason: str, done_by: str
) -> int:
    """Moves a checkpoint by hand and lets a halted partition be read on; returns where it was.

    The feed's rows of the partition go, and its readers load everything anew. A topic that is not the one before takes
    the places in the archive behind it.
    """
    async with connected(pool) as connection, connection.transaction():
        before = await connection.fetchval(
            "select position from checkpoints where partition = $1 for update", partition
        )
        if before is None:
            raise NoSuchCheckpoint(f"partition {partition} has no checkpoint: no worker has read it yet")
        await connection.execute(
            "insert into checkpoint_resets (partition, from_position, to_position, reason, done_by) "
            "values ($1, $2, $3, $4, $5)",
            partition,
            before,
            position,
            reason,
            done_by,
        )
        await connection.execute(_MOVE, partition, position, topic_id)
        await connection.execute("delete from changes where shard = $1", partition)
        return int(before)


async def mark_handled(pool: Pool, letter_id: int, how: Handled, *, done_by: str, note: str) -> bool:
    """Whether it was marked: not where somebody did so before."""
    async with connected(pool) as connection:
        done = await connection.execute(_HANDLE, letter_id, how, done_by, note)
    return str(done) == "UPDATE 1"
