"""What is fixed when a database is made: reporting time zone and label policy."""

from projections.measures import Policy
from services.postgres.connection import Pool, connected
from services.settings import DEFAULT_TIME_ZONE, Settings, SettingsRefused


class Founding(dict[str, str]):
    """`time_zone` and `policy` of a database."""

    @property
    def time_zone(self) -> str:
        return self["time_zone"]

    @property
    def policy(self) -> Policy:
        return Policy(self["policy"])


async def founding(pool: Pool, settings: Settings) -> Founding:
    """Fixes them in a new database; in an old one compares them, and refuses a setting that says otherwise."""
    wanted = {"time_zone": settings.time_zone or DEFAULT_TIME_ZONE, "policy": (settings.policy or Policy.DATE).value}
    asked = {"time_zone": settings.time_zone, "policy": settings.policy and settings.policy.value}
    async with connected(pool) as connection:
        await connection.executemany(
            "insert into settings values ($1, $2) on conflict do nothing", list(wanted.items())
        )
        rows = await connection.fetch("select * from settings where name = any($1)", list(wanted))
        found = Founding({row["name"]: row["value"] for row in rows})
    for name, value in asked.items():
        if value is not None and found[name] != value:
            raise SettingsRefused(
                f"{name.replace('_', ' ')} {value} differs from {found[name]}, with which the database was made "
                "and all its days were counted: leave the setting away, or use another database"
            )
    return found


async def recall(pool: Pool, name: str) -> str | None:
    """A word that was remembered with the database; None where there is none."""
    async with connected(pool) as connection:
        found = await connection.fetchval("select value from settings where name = $1", name)
    return None if found is None else str(found)


async def remember(pool: Pool, name: str, value: str) -> None:
    """Remembers a word with the database, unless there is one already."""
    async with connected(pool) as connection:
        await connection.execute("insert into settings values ($1, $2) on conflict do nothing", name, value)
