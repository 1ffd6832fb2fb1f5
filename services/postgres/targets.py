"""Versions of targets in the database."""

from decimal import Decimal
from fractions import Fraction
from typing import Final

from projections.targets import Target, Targets, decimal_of
from projections.validity import dates_of, days_of
from services.postgres.connection import Connection
from services.postgres.reference import current_version

TARGETS: Final = "targets"


async def write_targets(connection: Connection, targets: Targets) -> None:
    """Keeps the rows of a version, unless it has them already."""
    version = targets.version
    if await connection.fetchval("select exists (select from targets where version = $1)", version):
        return
    await connection.executemany(
        "insert into targets values ($1, $2, $3, $4, $5)",
        [
            (
                version,
                one.unit,
                Decimal(decimal_of(one.ratio)),
                *dates_of(one),
            )
            for one in targets.targets
        ],
    )


async def read_targets(connection: Connection, known: Targets | None = None) -> Targets:
    """The targets in force; `known` where they are the same version, so that asking often costs little."""
    version = await current_version(connection, TARGETS)
    if known is not None and version in ("", known.version):
        return known
    return await read_targets_of(connection, version)


async def read_targets_of(connection: Connection, version: str) -> Targets:
    """The targets of a version; none where there is no such version."""
    rows = await connection.fetch("select unit, ratio, valid_from, valid_to from targets where version = $1", version)
    return Targets(
        Target(
            row["unit"],
            Fraction(row["ratio"]),
            *days_of(row["valid_from"], row["valid_to"]),
        )
        for row in rows
    )
