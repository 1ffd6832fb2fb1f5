"""What the figures must be: the verifier's recount of the facts that were sent, and its check of a database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from projections.measures import MEASURES
from services.composition import Database
from services.postgres.tally_table import SUMS
from services.verifier import ArchivedEvent, Recount, Rules, UnitRow, differences
from services.verifying import verify
from tests.bench.live.facts import TREE, key_of

TIME_ZONE = "Asia/Ho_Chi_Minh"
POLICY = "date"
KIND = "procedure"
PLAIN = ("new", "new_online", "returned")
UNDER_POLICY = (
    "settled_early",
    "settled_on_time",
    "settled_late",
    "fell_due",
    "fell_due_on_time",
    "overdue",
    "paused",
    "open_due",
)
SHOWN = 5

Tallies = Mapping[tuple[date, str, str], Mapping[str, int]]


class WrongFigures(Exception):
    """Something was measured that does not count right: its speed is of no interest."""


@dataclass(frozen=True)
class Expected:
    """`tallies` by (local day, unit, kind)."""

    facts: int
    distinct: int
    tallies: Tallies


def expect(facts: Sequence[bytes]) -> Expected:
    """Counts the facts as the verifier does, repeats and all."""
    cases: dict[bytes, list[ArchivedEvent]] = {}
    for position, body in enumerate(facts):
        cases.setdefault(key_of(body), []).append(ArchivedEvent(0, position, body))
    units = [UnitRow(unit.code, unit.name, unit.level, unit.parent, None, None, "") for unit in TREE]
    recount = Recount(Rules(TIME_ZONE, POLICY), units)
    for key, archived in cases.items():
        recount.add_case(key.decode(), archived)
    distinct = sum(len({one.body for one in archived}) for archived in cases.values())
    return Expected(len(facts), distinct, recount.tallies)


async def require_equal(found: Database, expected: Expected) -> None:
    """Every tally of the database, both policies, and that each fact was read once; raises `WrongFigures`."""
    async with found.pool.acquire() as connection:
        rows = await connection.fetch(f"select day, unit, kind, {SUMS} from tallies group by 1, 2, 3")
        counts = await connection.fetchrow(
            "select sum(read) as read, sum(applied) as applied, sum(dead) as dead from checkpoints"
        )
    _require((expected.facts, expected.distinct, 0) == tuple(map(int, counts)), f"{expected.facts} facts: {counts}")
    tallies = {(day, unit, kind): dict(zip(MEASURES, sums, strict=True)) for day, unit, kind, *sums in rows}
    _require_same(expected.tallies, tallies)


def require_equal_table(path: Path, expected: Expected) -> int:
    """The same of a table that a peer wrote: the measures that it knows. Gives the number of its cells."""
    head, *lines = path.read_text().splitlines()
    names = head.split("\t")[2:]
    _require(sorted(names) == sorted(PLAIN + UNDER_POLICY), f"the table has other columns: {head}")
    found = {}
    for line in lines:
        day, unit, *counts = line.split("\t")
        found[date.fromisoformat(day), unit, KIND] = dict(zip(names, map(int, counts), strict=True))
    known = {name if name in PLAIN else f"{name}_{POLICY}": name for name in names}
    wanted = {
        key: {known[name]: n for name, n in counts.items() if name in known} for key, counts in expected.tallies.items()
    }
    _require_same(wanted, found)
    return len(found)


async def require_verified(found: Database) -> None:
    """As `duecourse verify` does: everything recounted from the archive."""
    verification = await verify(found.store, lambda _: None)
    _require(verification.differences == 0, "; ".join(map(str, verification.findings[:SHOWN])))


def _require_same(wanted: Mapping[Any, Mapping[str, int]], found: Mapping[Any, Mapping[str, int]]) -> None:
    wrong = list(differences(wanted, found))
    _require(not wrong, f"{len(wrong)} differences: {wrong[:SHOWN]}")


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise WrongFigures(otherwise)
