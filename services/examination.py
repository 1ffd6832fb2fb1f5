"""What `duecourse doctor` looks at."""

import shutil
from typing import Final

from msgspec import Struct

from events.instants import SECOND, moment_of
from services.clock import system_clock
from services.kafka.connection import connection_of
from services.kafka.errors import KafkaRefused, KafkaUnavailable
from services.postgres.connection import Connection, connected, open_pool
from services.postgres.migrations import all_migrations, schema_number
from services.postgres.reference import unit_tree, versions_in_force
from services.postgres.rule_tables import CALENDAR, PROCEDURES, read_calendar
from services.settings import Settings

CLOCK_SECONDS_MAX: Final = 5
_FIXED: Final = "select * from settings where name in ('time_zone', 'policy')"
FREE_BYTES_MIN: Final = 2 * 1_073_741_824
POSTGRES_VERSION_MIN: Final = 15


class Examined(Struct, frozen=True):
    """One check: what was found, and what to do if it is not well."""

    check: str
    ok: bool
    found: str
    advice: str = ""


async def examine(settings: Settings, url: str) -> list[Examined]:
    """All checks; raises the store's errors where the database does not answer."""
    pool = await open_pool(url)
    try:
        async with connected(pool) as connection:
            found = [*await _server(connection), await _clock(connection)]
        number, known = await schema_number(pool), all_migrations()[-1].number
        schema = f"step {number}, this release has {known}"
        found.append(Examined("schema", number == known, schema, "run `duecourse migrate`"))
        if number == known:
            async with connected(pool) as connection:
                found += await _contents(connection, settings)
            version, tree = await unit_tree(pool)
            units = f"{len(tree.codes()):,} units, version {version[:12] or 'none'}"
            found.append(Examined("units", bool(tree.codes()), units, "run `duecourse units load FILE`"))
            async with connected(pool) as connection:
                found += await _rules(connection)
    finally:
        await pool.close()
    return [*found, _disk(settings), *await _kafka(settings)]


async def _server(connection: Connection) -> list[Examined]:
    number = int(await connection.fetchval("select current_setting('server_version_num')"))
    version = await connection.fetchval("show server_version")
    fsync = await connection.fetchval("show fsync")
    commit = await connection.fetchval("show synchronous_commit")
    encoding = await connection.fetchval("show server_encoding")
    durable = fsync == "on" and commit != "off"
    return [
        Examined(
            "PostgreSQL",
            number >= POSTGRES_VERSION_MIN * 10_000,
            version,
            f"upgrade to PostgreSQL {POSTGRES_VERSION_MIN} or newer",
        ),
        Examined(
            "durability",
            durable,
            f"fsync {fsync}, synchronous_commit {commit}",
            "turn both on: senders are answered when their facts are on disk",
        ),
        Examined("encoding", encoding == "UTF8", encoding, "make the database with encoding UTF8"),
    ]


async def _clock(connection: Connection) -> Examined:
    theirs = int(await connection.fetchval("select (extract(epoch from clock_timestamp()) * 1000000)::bigint"))
    apart = abs(system_clock() - theirs) / SECOND
    return Examined(
        "clocks",
        apart <= CLOCK_SECONDS_MAX,
        f"host and database are {apart:.3f} s apart",
        "synchronise both by NTP: facts more than 5 minutes ahead of the database's clock are refused",
    )


async def _contents(connection: Connection, settings: Settings) -> list[Examined]:
    fixed = {row["name"]: row["value"] for row in await connection.fetch(_FIXED)}
    found = ", ".join(f"{name} {value}" for name, value in sorted(fixed.items())) or "not fixed yet"
    asked = {"time_zone": settings.time_zone, "policy": settings.policy and settings.policy.value}
    agree = all(value is None or fixed.get(name, value) == value for name, value in asked.items())
    sums = await connection.fetchrow(
        "select coalesce(sum(read), 0) as read, coalesce(sum(applied), 0) as applied, "
        "coalesce(sum(duplicate), 0) as duplicate, coalesce(sum(dead), 0) as dead from checkpoints"
    )
    if sums is None:
        raise AssertionError("an aggregate always has a row")
    balanced = sums["read"] == sums["applied"] + sums["duplicate"] + sums["dead"]
    counts = (
        f"{sums['read']:,} read = {sums['applied']:,} applied + {sums['duplicate']:,} duplicate + {sums['dead']:,} dead"
    )
    last = await connection.fetchrow("select differences, finished_at from verifications order by id desc limit 1")
    checked = (
        "never verified"
        if last is None
        else f"{last['differences']} differences, {last['finished_at']:%Y-%m-%d %H:%M} UTC"
    )
    return [
        Examined("settings", agree, found, "leave DUECOURSE_TIME_ZONE and DUECOURSE_POLICY as the database was made"),
        Examined("records", balanced, counts, "run `duecourse verify` and report what it says"),
        Examined("verification", last is None or last["differences"] == 0, checked, "run `duecourse verify`"),
    ]


async def _rules(connection: Connection) -> list[Examined]:
    """What due dates are promised by. Nobody needs them whose senders give every due date."""
    loaded = await versions_in_force(connection)
    procedures, calendar = loaded.get(PROCEDURES, ""), await read_calendar(connection, loaded.get(CALENDAR, ""))
    rows = await connection.fetchval("select count(*) from procedures where version = $1", procedures)
    found = [Examined("procedures", ok=True, found=f"{rows:,} rows, version {procedures[:12] or 'none'}")]
    if calendar is None:
        return [*found, Examined("calendar", not rows, "none", "run `duecourse calendar load FILE`")]
    years = f"{min(calendar.years)} to {max(calendar.years)}, version {calendar.version[:12]}"
    known = max(calendar.years) >= moment_of(system_clock()).year
    return [*found, Examined("calendar", known, years, "load a calendar with the holidays of this year")]


def _disk(settings: Settings) -> Examined:
    if settings.database is not None:
        return Examined("disk", ok=True, found="database is elsewhere")
    free = shutil.disk_usage(settings.data).free
    found = f"{free / 1_073_741_824:.1f} GiB free under {settings.data}"
    return Examined("disk", free >= FREE_BYTES_MIN, found, "free space: writes stop when the disk is full")


async def _kafka(settings: Settings) -> list[Examined]:
    """Reached or not, then what its topics are and must not be."""
    if settings.kafka is None:
        return []
    from services.kafka.topics import check, wanted_topics

    wanted = wanted_topics(settings)
    try:
        findings = await check(connection_of(settings), wanted)
    except (KafkaUnavailable, KafkaRefused) as error:
        said, _, advice = str(error).rpartition(": ")
        return [Examined("Kafka", ok=False, found=said, advice=advice)]
    examined = [Examined("Kafka", ok=True, found=f"{settings.kafka} answers")]
    for one in findings:
        found = f"{one.topic}: {one.setting} is {one.found}, should be {one.wanted}{' (fatal)' if one.fatal else ''}"
        examined.append(Examined("topics", ok=False, found=found, advice=one.advice))
    if not findings:
        examined.append(Examined("topics", ok=True, found=", ".join(one.name for one in wanted)))
    return examined
