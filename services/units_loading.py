"""Loading units: from a file people bring, or as an import finds them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from msgspec import Struct

from projections.units import BEGINNING, FOREVER, Unit, tree_errors
from services.postgres.connection import connected
from services.postgres.recounting import recount
from services.postgres.reference import current_version, lock_reference, read_units, write_units
from services.postgres.store import PostgresStore
from services.reference_files import ReferenceRefused, not_empty, parse_rows, read_rows

_NEEDED: Final = ("code", "name", "level", "parent")
_OPTIONAL: Final = ("valid_from", "valid_to", "successor")
REGISTERED_LEVEL: Final = "unit"


class UnitsRefused(ValueError):
    """A units file with errors; refused whole, `lines` has one sentence each."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = list(lines)


class Loaded(Struct, frozen=True):
    """What loading did: the version in force, its number of units, and cases that are counted otherwise now."""

    version: str
    units: int
    recounted: int


def read_units_file(path: Path) -> list[Unit]:
    """Units of a CSV file (`interface.md`, Files people bring); raises `UnitsRefused` with every error by line."""
    try:
        rows, errors = parse_rows(read_rows(path, _NEEDED, _OPTIONAL), _unit)
    except ReferenceRefused as refused:
        raise UnitsRefused(refused.lines) from None
    units = [unit for _, unit in rows]
    found = [f"line {line}: {text}" for line, text in errors]
    found += tree_errors(units, {index: line for index, (line, _) in enumerate(rows)})
    if found:
        raise UnitsRefused([f"{path}: {text}" for text in found])
    return units


def _unit(cells: Mapping[str, str]) -> Unit:
    not_empty(cells, "code", "name")
    return Unit(
        cells["code"],
        cells["name"],
        cells["level"],
        cells["parent"],
        _day(cells["valid_from"], BEGINNING),
        _day(cells["valid_to"], FOREVER),
        cells["successor"],
    )


def _day(cell: str, otherwise: int) -> int:
    if not cell:
        return otherwise
    try:
        return date.fromisoformat(cell).toordinal()
    except ValueError:
        raise ValueError(f"{cell!r} is no date like 2025-07-01") from None


async def load_units(store: PostgresStore, units: Sequence[Unit]) -> Loaded:
    """Puts a version of the tree in force; cases whose units it changes are counted anew in the same transaction."""
    async with connected(store.pool) as connection, connection.transaction():
        await lock_reference(connection)
        before = _validity(await read_units(connection, await current_version(connection)))
        version = await write_units(connection, units)
        after = _validity(units)
        rules = await store.rules_now(connection)
        touched = any(after.get(code) != rows for code, rows in before.items())
        recounted = await recount(connection, rules) if touched else 0
    return Loaded(version, len(units), recounted)


def _validity(units: Iterable[Unit]) -> dict[str, set[tuple[int, int, str]]]:
    """What the counting of each unit depends on: its validity dates and successors."""
    found: dict[str, set[tuple[int, int, str]]] = {}
    for unit in units:
        found.setdefault(unit.code, set()).add((unit.valid_from, unit.valid_to, unit.successor))
    return found


async def register_units(store: PostgresStore, codes: Iterable[str], source: str) -> list[str]:
    """Adds units that an import names and nobody registered; returns them.

    They come under the one root; where there is none yet, a root named after the source is made.
    """
    async with connected(store.pool) as connection, connection.transaction():
        await lock_reference(connection)
        tree = (await store.rules_now(connection)).units
        missing = sorted(set(codes) - set(tree.codes()))
        if not missing:
            return []
        roots = tree.roots()
        root = roots[0] if roots else source
        added = [] if roots else [Unit(source, source, "source")]
        added += [Unit(code, code, REGISTERED_LEVEL, root) for code in missing]
        await write_units(connection, [*tree.units, *added])
    return missing
