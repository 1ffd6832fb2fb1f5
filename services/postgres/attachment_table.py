"""Attachments of cases: what may name people, kept apart from the events so that it can be erased."""

from datetime import datetime
from typing import Final

from msgspec import Struct

from services.postgres.connection import Connection, Pool, connected

_KNOWN: Final = "select exists (select from cases where case_id = $1)"
_ADD: Final = (
    "insert into attachments (case_id, name, content) values ($1, $2, $3) on conflict (case_id, name) do nothing"
)
_LISTED: Final = (
    "select name, length(content) as bytes, recorded_at from attachments where case_id = $1 order by recorded_at, id"
)
_ERASED: Final = "select attachments, bytes, reason, done_by, done_at from erasures where case_id = $1 order by id"
_ERASE: Final = (
    "with gone as (delete from attachments where case_id = $1 returning content) "
    "insert into erasures (case_id, attachments, bytes, reason, done_by) "
    "select $1, count(*), coalesce(sum(length(content)), 0), $2, $3 from gone having count(*) > 0 "
    "returning attachments, bytes, reason, done_by, done_at"
)


class Attachment(Struct, frozen=True):
    """What is kept under a name; `bytes` is its size."""

    name: str
    bytes: int
    recorded_at: datetime


class Erasure(Struct, frozen=True):
    """That so many attachments of a case, of so many bytes together, were erased."""

    attachments: int
    bytes: int
    reason: str
    done_by: str
    done_at: datetime


class Beside(Struct, frozen=True):
    """What is kept beside a case, and what once was."""

    attachments: list[Attachment]
    erasures: list[Erasure]


async def is_known(pool: Pool, case_id: str) -> bool:
    """Whether any fact names the case."""
    async with connected(pool) as connection:
        return bool(await connection.fetchval(_KNOWN, case_id))


async def add_attachment(pool: Pool, case_id: str, name: str, content: bytes) -> bool:
    """False where the case has one of that name; that one stays."""
    async with connected(pool) as connection:
        return str(await connection.execute(_ADD, case_id, name, content)) == "INSERT 0 1"


async def beside(pool: Pool, case_id: str) -> Beside:
    """Attachments in the order in which they came, and erasures."""
    async with connected(pool) as connection:
        attachments = [Attachment(*row) for row in await connection.fetch(_LISTED, case_id)]
        return Beside(attachments, await _erasures(connection, case_id))


async def _erasures(connection: Connection, case_id: str) -> list[Erasure]:
    return [Erasure(*row) for row in await connection.fetch(_ERASED, case_id)]


async def content_of(pool: Pool, case_id: str, name: str) -> bytes | None:
    """None where the case has no attachment of that name."""
    async with connected(pool) as connection:
        found = await connection.fetchval(
            "select content from attachments where case_id = $1 and name = $2", case_id, name
        )
    return None if found is None else bytes(found)


async def erase_attachments(pool: Pool, case_id: str, *, reason: str, done_by: str) -> Erasure | None:
    """Deletes all attachments of a case and records that it did; None where there are none.

    The vacuum that follows frees the space they lay in, which is written over by what comes next. Backups and archived
    write-ahead logs are not ours.
    """
    async with connected(pool) as connection:
        row = await connection.fetchrow(_ERASE, case_id, reason, done_by)
        if row is None:
            return None
        await connection.execute("vacuum attachments")
    return Erasure(*row)
