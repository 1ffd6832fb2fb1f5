"""Loading targets from a file people bring: CSV `unit,target,valid_from,valid_to`."""

import re
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Final

from msgspec import Struct

from projections.targets import PLACES_MAX, Target, Targets, target_errors
from services.postgres.connection import connected
from services.postgres.reference import lock_reference, put_in_force
from services.postgres.store import PostgresStore
from services.postgres.targets import TARGETS, read_targets, write_targets
from services.reference_files import not_empty, parse_rows, read_rows, refuse_if_any, validity_of

COLUMNS: Final = ("unit", "target")
OPTIONAL: Final = ("valid_from", "valid_to")
_RATIO: Final = re.compile(rf"(0|1|[01]?\.\d{{1,{PLACES_MAX}}})", re.ASCII)


class TargetFile(Struct, frozen=True):
    """Targets with the line of each, in the order of the file."""

    path: Path
    rows: tuple[tuple[int, Target], ...]


class TargetsLoaded(Struct, frozen=True):
    """What loading did: the version in force and its number of targets."""

    version: str
    targets: int


def read_targets_file(path: Path) -> TargetFile:
    """The targets of a CSV file; raises `ReferenceRefused` with every error by line."""
    rows, errors = parse_rows(read_rows(path, COLUMNS, OPTIONAL), _target)
    errors += [(rows[index][0], text) for index, text in target_errors([target for _, target in rows])]
    refuse_if_any(path, errors)
    return TargetFile(path, tuple(rows))


def _target(cells: Mapping[str, str]) -> Target:
    not_empty(cells, "unit", "target")
    return Target(
        cells["unit"],
        _ratio(cells["target"]),
        *validity_of(cells),
    )


def _ratio(cell: str) -> Fraction:
    ratio = Fraction(cell) if _RATIO.fullmatch(cell) else None
    if ratio is None or ratio > 1:
        raise ValueError(
            f"target {cell!r} is no ratio from 0 to 1: write it like 0.95, with {PLACES_MAX} places at most"
        )
    return ratio


async def load_targets(store: PostgresStore, file: TargetFile) -> TargetsLoaded:
    """Puts a version of the targets in force; raises `ReferenceRefused` for units that are not registered."""
    targets = Targets(target for _, target in file.rows)
    async with connected(store.pool) as connection, connection.transaction():
        await lock_reference(connection)
        units = (await store.rules_now(connection)).units.codes()
        found = target_errors([target for _, target in file.rows], units)
        refuse_if_any(file.path, [(file.rows[index][0], text) for index, text in found])
        await write_targets(connection, targets)
        await put_in_force(connection, TARGETS, targets.version)
    return TargetsLoaded(targets.version, len(targets.targets))


async def targets_in_force(store: PostgresStore) -> Targets:
    """The targets of the newest version; none where none was loaded."""
    async with connected(store.pool) as connection:
        return await read_targets(connection)
