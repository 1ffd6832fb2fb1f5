"""Versioned reference data: which version of each kind is in force, the unit tree, and new versions of it."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date

from projections.units import BEGINNING, FOREVER, Unit, UnitTree
from projections.zone import date_of
from services.postgres.connection import Connection, Pool, connected

LOADING_LOCK = 7_463_928_118
"""The advisory lock that lets one process load reference data at a time."""


def version_of(units: Sequence[Unit]) -> str:
    """sha256 of the content, whatever the order of rows."""
    rows = sorted(_row(unit) for unit in units)
    text = json.dumps(rows, ensure_ascii=False, default=str, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _row(unit: Unit) -> tuple[str, str, str, str, str, str, str]:
    begin, end = _date(unit.valid_from), _date(unit.valid_to)
    return unit.code, unit.name, unit.level, unit.parent, str(begin or ""), str(end or ""), unit.successor


def _date(day: int) -> date | None:
    return None if day in (BEGINNING, FOREVER) else date_of(day)


async def current_version(connection: Connection, kind: str = "units") -> str:
    """The version in force; empty where none was ever loaded."""
    found = await connection.fetchval(
        "select version from reference_versions where kind = $1 order by id desc limit 1", kind
    )
    return str(found or "")


async def versions_in_force(connection: Connection) -> dict[str, str]:
    """The version in force of every kind that was ever loaded."""
    rows = await connection.fetch(
        "select distinct on (kind) kind, version from reference_versions order by kind, id desc"
    )
    return {row["kind"]: row["version"] for row in rows}


async def put_in_force(connection: Connection, kind: str, version: str) -> bool:
    """Puts a version in force; False where it is already. Lock before reading what is there."""
    if version == await current_version(connection, kind):
        return False
    await connection.execute("insert into reference_versions (kind, version) values ($1, $2)", kind, version)
    return True


async def read_units(connection: Connection, version: str) -> list[Unit]:
    """The units of a version."""
    rows = await connection.fetch("select * from units where version = $1", version)
    return [
        Unit(
            row["code"],
            row["name"],
            row["level"],
            row["parent"],
            BEGINNING if row["valid_from"] is None else row["valid_from"].toordinal(),
            FOREVER if row["valid_to"] is None else row["valid_to"].toordinal(),
            row["successor"],
        )
        for row in rows
    ]


async def unit_tree(pool: Pool) -> tuple[str, UnitTree]:
    """Version and tree in force."""
    async with connected(pool) as connection:
        version = await current_version(connection)
        return version, UnitTree(await read_units(connection, version))


async def lock_reference(connection: Connection) -> None:
    """Until the transaction ends, nobody else loads reference data."""
    await connection.execute("select pg_advisory_xact_lock($1)", LOADING_LOCK)


async def write_units(connection: Connection, units: Sequence[Unit]) -> str:
    """Puts a version in force and returns it, unless it is already. Lock before reading what is there."""
    version = version_of(units)
    if version == await current_version(connection):
        return version
    if not await connection.fetchval("select exists (select from units where version = $1)", version):
        await connection.executemany(
            "insert into units values ($1, $2, $3, $4, $5, $6, $7, $8)",
            [
                (
                    version,
                    unit.code,
                    unit.name,
                    unit.level,
                    unit.parent,
                    _date(unit.valid_from),
                    _date(unit.valid_to),
                    unit.successor,
                )
                for unit in units
            ],
        )
    await put_in_force(connection, "units", version)
    return version
