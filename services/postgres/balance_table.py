"""The tables of balances: reading those that are valid in a snapshot, and bringing them up to date."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Final

from msgspec import Struct

from events.facts import Kind
from projections.balances import Balance, LateChanges, add_all, decoded, encoded, midnights
from projections.zone import date_of
from services.postgres.connection import Connection
from services.postgres.transaction import decoded_change

FEED_ROWS: Final = 20
"""Fetched at once; a row is a batch's changes."""
_LIFE: Final = (
    "select (select count(*) from checkpoint_resets) as resets, "
    "(select count(*) from reference_versions) as versions, (select count(*) from migrations) as steps"
)
"""All that changes tallies beside the feed comes with another row in one of these."""
_STRUCK: Final = f"select since, today, shards, positions from balances_struck natural join ({_LIFE}) as life"
_FEED: Final = (
    "select c.body from changes as c left join unnest($1::integer[], $2::bigint[]) as s (shard, position) "
    "using (shard) where c.position >= coalesce(s.position, 0)"
)
_NOTED: Final = ("resets", "versions", "steps", "since", "today", "shards", "positions")
_NOTE: Final = (
    f"insert into balances_struck ({', '.join(_NOTED)}) "
    f"select resets, versions, steps, $1, $2, $3, $4 from ({_LIFE}) as life on conflict (one) do update set "
    + ", ".join(f"{name} = excluded.{name}" for name in _NOTED)
)
_WRITE: Final = "insert into balances values ($1, $2, $3) on conflict (day, kind) do update set sums = excluded.sums"


class Struck(Struct, frozen=True):
    """The midnights at which balances were struck (local days, ascending), those behind `since` up to `today`.

    They lack what the feed has of each shard from its position on.
    """

    since: int
    today: int
    positions: dict[int, int]

    @property
    def days(self) -> list[int]:
        return midnights(self.since, self.today)

    def latest(self, bound: int) -> int | None:
        """The last midnight that does not lie behind a bound."""
        days = midnights(self.since, min(self.today, bound))
        return days[-1] if days else None


async def read_struck(connection: Connection) -> Struck | None:
    """None where none were struck, or where tallies have changed beside the feed since."""
    row = await connection.fetchrow(_STRUCK)
    if row is None:
        return None
    positions = dict(zip(row["shards"], row["positions"], strict=True))
    return Struck(row["since"].toordinal(), row["today"].toordinal(), positions)


async def read_positions(connection: Connection) -> dict[int, int]:
    """From where each shard is read on, in the connection's snapshot."""
    return dict(await connection.fetch("select partition, position from checkpoints"))


async def read_balances(
    connection: Connection, struck: Struck, wanted: Collection[int], kind: Kind
) -> dict[int, Balance]:
    """The balances of a kind of case at some midnights, with all that changed since, in the connection's snapshot."""
    days = sorted(wanted)
    found: dict[int, Balance] = {day: {} for day in days}
    query = "select day, sums from balances where kind = $1 and day = any($2::date[])"
    for row in await connection.fetch(query, kind, [date_of(day) for day in days]):
        found[row["day"].toordinal()] = decoded(row["sums"])
    late = await _changes_since(connection, struck, days)
    if kind in late:
        for day, more in late[kind].up_to():
            add_all(found[day], more)
    return found


async def strike_late(connection: Connection, struck: Struck) -> int:
    """Brings the balances that there are up to the snapshot; returns how many were written."""
    written = 0
    for kind, late in (await _changes_since(connection, struck, struck.days)).items():
        for day, more in late.up_to():
            balance = await read_balance(connection, day, kind)
            add_all(balance, more)
            await write_balance(connection, day, kind, balance)
            written += 1
    return written


async def read_balance(connection: Connection, day: int, kind: str) -> Balance:
    """As it was struck; empty where nothing was tallied before."""
    sums = await connection.fetchval("select sums from balances where day = $1 and kind = $2", date_of(day), kind)
    return {} if sums is None else decoded(sums)


async def write_balance(connection: Connection, day: int, kind: str, balance: Balance) -> None:
    """Puts it in the place of what was there."""
    await connection.execute(_WRITE, date_of(day), kind, encoded(balance))


async def clear_balances(connection: Connection) -> None:
    """Strikes out all there are."""
    await connection.execute("delete from balances_struck")
    await connection.execute("delete from balances")


async def note_struck(connection: Connection, struck: Struck) -> None:
    """Says what the balances are, in the connection's snapshot."""
    shards, positions = list(struck.positions), list(struck.positions.values())
    await connection.execute(_NOTE, date_of(struck.since), date_of(struck.today), shards, positions)


async def _changes_since(connection: Connection, struck: Struck, days: Sequence[int]) -> dict[str, LateChanges]:
    """What the feed has for balances at these midnights, by kind of case."""
    found: dict[str, LateChanges] = defaultdict(lambda: LateChanges(days))
    shards, positions = list(struck.positions), list(struck.positions.values())
    async for row in connection.cursor(_FEED, shards, positions, prefetch=FEED_ROWS):
        for (day, unit, kind), change in decoded_change(row["body"]).cells:
            found[kind].add(day, unit, change)
    return found
