"""Verification: the second implementation recomputes everything from the archive and is compared with the database.

Runs in one snapshot, so that it may run beside a live service.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from msgspec import Struct, structs

from events.facts import KINDS
from projections.figures import figures
from projections.measures import MEASURES, POLICIES
from projections.periods import Period, reporting_month, reporting_year
from projections.units import UnitTree
from services.postgres.connection import Connection, connected
from services.postgres.queries import snapshot
from services.postgres.reference import current_version
from services.postgres.store import PostgresStore, read_buckets
from services.postgres.tally_table import SUMS
from services.verifier import ArchivedEvent, Recount, Rules, UnitRow, UnreadableEventError, differences
from services.verifying_balances import checked_balances
from services.verifying_promises import checked_promises

CHUNK_EVENTS: Final = 5_000
FIRST_SHOWN: Final = 20

Counted = Mapping[tuple[Any, ...], Mapping[str, int]]


class Finding(Struct, frozen=True):
    """One difference: where, what the archive says, what the database says."""

    what: str
    where: str
    measure: str
    archive: int
    database: int

    def __str__(self) -> str:
        return f"{self.what} {self.where}, {self.measure}: archive says {self.archive:,}, database {self.database:,}"


class Verification(Struct, frozen=True):
    """What a verification looked at and found; `findings` are the first ones, `differences` counts all."""

    events: int
    cases: int
    figures: int
    differences: int
    findings: list[Finding]


class _Findings:
    def __init__(self) -> None:
        self.count = 0
        self.first: list[Finding] = []
        self.compared = 0

    def compare(self, what: str, expected: Counted, actual: Counted) -> None:
        self.compared += sum(map(len, expected.values()))
        for found in differences(expected, actual):
            self.count += 1
            if len(self.first) < FIRST_SHOWN:
                where = " ".join(str(part) for part in found.key)
                self.first.append(Finding(what, where, found.measure, found.expected, found.actual))

    def unreadable(self, error: UnreadableEventError) -> None:
        """A damaged archive: the case cannot be recounted, the others can."""
        self.count += 1
        if len(self.first) < FIRST_SHOWN:
            self.first.append(Finding("archive", str(error), "readable events", 0, 1))


async def verify(store: PostgresStore, on_progress: Callable[[int], None]) -> Verification:
    """Recomputes tallies, problems, counters and figures from the archived bytes; records what was found.

    `on_progress` is told how many events were read so far.
    """
    found = _Findings()
    async with snapshot(store.pool) as connection:
        rules = await store.rules_now(connection)
        periods = await _periods(connection, store)
        recount = Recount(
            Rules(store.days.time_zone, store.policy.value),
            await _unit_rows(connection),
            [(period.from_date, period.to_date) for period in periods],
        )
        events, cases = 0, 0
        async for case_id, archived in _archive_by_case(connection):
            try:
                recount.add_case(case_id, archived)
            except UnreadableEventError as error:
                found.unreadable(error)
            cases += 1
            events += len(archived)
            on_progress(events)
        async for one in checked_promises(connection, store.days.time_zone):
            expected, made = {(one.case_id,): {"due": one.expected}}, {(one.case_id,): {"due": one.made}}
            found.compare("promise", expected, made)
        found.compare("tally", recount.tallies, await _tallies(connection))
        async for balance in checked_balances(connection, recount.tallies):
            found.compare("balance", balance.expected, balance.actual)
        found.compare("data quality", _nested(recount.problems), await _problems(connection))
        found.compare("partition", await _archive_counts(connection), await _checkpoint_counts(connection))
        found.compare("figure", _named(recount, periods), await _figures(connection, periods, rules.units))
    await _record(store, found)
    return Verification(events, cases, found.compared, found.count, found.first)


async def _periods(connection: Connection, store: PostgresStore) -> list[Period]:
    """The reporting years of the newest fact and of the one a year earlier, and the month of the newest."""
    newest = await connection.fetchval("select max(occurred_at) from archive")
    if newest is None:
        return []
    day = store.days.day_of(newest)
    year = reporting_year(day)
    return [reporting_year(year.begin - 1), year, reporting_month(day)]


async def _unit_rows(connection: Connection) -> list[UnitRow]:
    rows = await connection.fetch(
        "select code, name, level, parent, valid_from, valid_to, successor from units where version = $1",
        await current_version(connection),
    )
    return [UnitRow(*row) for row in rows]


async def archive_size(store: PostgresStore) -> int:
    """Events in the archive."""
    async with connected(store.pool) as connection:
        return int(await connection.fetchval("select count(*) from archive"))


async def _archive_by_case(connection: Connection) -> AsyncIterator[tuple[str, list[ArchivedEvent]]]:
    """Each case with its archived events; the database sorts, so that memory stays flat."""
    cursor = connection.cursor(
        "select archive.case_id, partition, position, body, promises.due as promised from archive "
        "left join promises using (partition, position) order by archive.case_id, partition, position",
        prefetch=CHUNK_EVENTS,
    )
    case_id, archived = None, list[ArchivedEvent]()
    async for row in cursor:
        if row["case_id"] != case_id:
            if case_id is not None:
                yield case_id, archived
            case_id, archived = row["case_id"], []
        archived.append(ArchivedEvent(row["partition"], row["position"], row["body"], row["promised"]))
    if case_id is not None:
        yield case_id, archived


async def _tallies(connection: Connection) -> dict[tuple[Any, ...], dict[str, int]]:
    cells: dict[tuple[Any, ...], dict[str, int]] = {}
    async for row in connection.cursor(f"select day, unit, kind, {SUMS} from tallies group by 1, 2, 3"):
        day, unit, kind, *values = row
        cells[day, unit, kind] = {name: n for name, n in zip(MEASURES, values, strict=True) if n}
    return cells


async def _problems(connection: Connection) -> dict[tuple[Any, ...], dict[str, int]]:
    rows = await connection.fetch(
        "select day, unit, kind, problem, sum(cases)::bigint from problem_tallies group by 1, 2, 3, 4"
    )
    return _nested({(day, unit, kind, problem): n for day, unit, kind, problem, n in rows})


def _nested(problems: Mapping[tuple[date, str, str, str], int]) -> dict[tuple[Any, ...], dict[str, int]]:
    nested: dict[tuple[Any, ...], dict[str, int]] = {}
    for (day, unit, kind, problem), n in problems.items():
        nested.setdefault((day, unit, kind), {})[problem] = n
    return nested


async def _archive_counts(connection: Connection) -> dict[tuple[Any, ...], dict[str, int]]:
    """What each partition's counters must be, from the rows that are there."""
    archived = await connection.fetch("select partition, type, count(*) from archive group by 1, 2")
    dead = await connection.fetch("select partition, reason, count(*) from dead_letters group by 1, 2")
    rows = [(one, f"applied {name}", n) for one, name, n in archived] + [
        (one, f"dead {name}", n) for one, name, n in dead
    ]
    return _counters(rows)


async def _checkpoint_counts(connection: Connection) -> dict[tuple[Any, ...], dict[str, int]]:
    rows = await connection.fetch("select partition, name || ' ' || label, count from counters")
    totals = await connection.fetch("select partition, applied, dead from checkpoints")
    return _counters([(one, name, n) for one, name, n in rows], {one: (applied, lost) for one, applied, lost in totals})


def _counters(
    rows: Iterable[tuple[int, str, int]], totals: Mapping[int, tuple[int, int]] | None = None
) -> dict[tuple[Any, ...], dict[str, int]]:
    """Counters by partition, with the sums that the checkpoint must show."""
    found: dict[tuple[Any, ...], dict[str, int]] = {}
    for partition, name, n in rows:
        counters = found.setdefault((partition,), {})
        counters[name] = n
        if totals is None:
            word = name.partition(" ")[0]
            counters[word] = counters.get(word, 0) + n
    for partition, (applied, dead) in (totals or {}).items():
        found.setdefault((partition,), {}).update({"applied": applied, "dead": dead})
    return found


def _named(recount: Recount, periods: Sequence[Period]) -> dict[tuple[Any, ...], dict[str, int]]:
    return {
        (periods[index].from_date, periods[index].to_date, unit, kind, policy): counts
        for (index, unit, kind, policy), counts in recount.figures.items()
    }


async def _figures(
    connection: Connection, periods: Sequence[Period], tree: UnitTree
) -> dict[tuple[Any, ...], dict[str, int]]:
    found: dict[tuple[Any, ...], dict[str, int]] = {}
    bounds = sorted({edge for period in periods for edge in (period.begin, period.end)})
    for kind in KINDS:
        buckets = await read_buckets(connection, bounds, kind)
        for period in periods:
            for unit in tree.codes():
                for policy in POLICIES:
                    counts = structs.asdict(figures(buckets, unit, period, policy))
                    found[period.from_date, period.to_date, unit, kind, policy.value] = counts
    return found


async def _record(store: PostgresStore, found: _Findings) -> None:
    first = str(found.first[0]) if found.first else ""
    async with connected(store.pool) as connection:
        await connection.execute(
            "insert into verifications (differences, first_difference) values ($1, $2)", found.count, first
        )
