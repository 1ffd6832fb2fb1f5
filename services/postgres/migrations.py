"""The schema, step by step: numbered SQL files, applied once each, in order, under one advisory lock."""

import hashlib
import re
from importlib import resources
from typing import Final

import asyncpg
from msgspec import Struct

from services.postgres.connection import Connection, Pool, connected
from services.postgres.upgrading import counted_otherwise, recount_after_upgrade
from services.store import StoreRefused

LOCK: Final = 7_463_928_117
"""The advisory lock that lets one process migrate at a time."""
_FILE: Final = re.compile(r"(?P<number>\d{4})_(?P<name>\w+)\.sql")


class Migration(Struct, frozen=True):
    """One step; `digest` shows that an applied file was not edited since."""

    number: int
    name: str
    sql: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def all_migrations() -> list[Migration]:
    """The steps that this release knows, in order."""
    folder = resources.files("deploy") / "migrations"
    found = []
    for file in folder.iterdir():
        match = _FILE.fullmatch(file.name)
        if match:
            found.append(Migration(int(match["number"]), match["name"], file.read_text(encoding="utf-8")))
    return sorted(found, key=lambda migration: migration.number)


async def migrate(pool: Pool) -> list[Migration]:
    """Brings the schema up to this release and returns the steps taken; safe to run twice and at once."""
    async with connected(pool) as connection:
        await connection.execute("select pg_advisory_lock($1)", LOCK, timeout=300)
        try:
            return await _apply_missing(pool, connection)
        finally:
            await connection.execute("select pg_advisory_unlock($1)", LOCK)


async def _apply_missing(pool: Pool, connection: Connection) -> list[Migration]:
    await connection.execute(
        "create table if not exists migrations "
        "(number integer primary key, name text not null, digest text not null, applied_at timestamptz not null)"
    )
    applied = {row["number"]: row for row in await connection.fetch("select * from migrations")}
    known = all_migrations()
    if applied and max(applied) > known[-1].number:
        raise StoreRefused(
            f"the database has schema step {max(applied)}, this release knows {known[-1].number}: use a newer release"
        )
    missing = []
    for migration in known:
        if migration.number not in applied:
            missing.append(migration)
        elif applied[migration.number]["digest"] != migration.digest:
            raise StoreRefused(f"schema step {migration.number} was applied from another file than this release has")
    if applied and counted_otherwise(migration.number for migration in missing):
        async with connection.transaction():
            await _apply_all(connection, missing)
            await recount_after_upgrade(pool, connection)
    else:
        await _apply_all(connection, missing)
    return missing


async def _apply_all(connection: Connection, missing: list[Migration]) -> None:
    for migration in missing:
        await _apply(connection, migration)


async def _apply(connection: Connection, migration: Migration) -> None:
    try:
        async with connection.transaction():
            await connection.execute(migration.sql)
            await connection.execute(
                "insert into migrations values ($1, $2, $3, clock_timestamp())",
                migration.number,
                migration.name,
                migration.digest,
            )
    except asyncpg.PostgresError as error:
        raise StoreRefused(
            f"schema step {migration.number:04d}_{migration.name} failed and was rolled back: {error}"
        ) from error


async def schema_number(pool: Pool) -> int:
    """The newest step applied; 0 where there is no schema."""
    async with connected(pool) as connection:
        if await connection.fetchval("select to_regclass('migrations')") is None:
            return 0
        return int(await connection.fetchval("select coalesce(max(number), 0) from migrations"))
