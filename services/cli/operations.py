"""`checkpoints show|reset`: how far the log was read, and the way out where a partition is halted."""

import os
import pwd
from typing import Annotated, Any

import typer
from msgspec.structs import asdict

from services.cli.options import AsJson, Data, DatabaseUrl, KafkaServers, settings_from, with_database
from services.cli.output import print_json, print_table, say
from services.composition import Database
from services.kafka.cluster import cluster
from services.kafka.connection import connection_of
from services.postgres.upkeep import NoSuchCheckpoint, all_checkpoints, reset_checkpoint
from services.settings import Settings
from services.store import Checkpoint

checkpoints = typer.Typer(help="How far each partition was read, and the way out of a halt.", no_args_is_help=True)
REFUSED = 1
COLUMNS = ("partition", "position", "read", "applied", "duplicate", "dead", "rewinds", "retries", "state")


def register(app: typer.Typer) -> None:
    app.add_typer(checkpoints, name="checkpoints")


@checkpoints.command("show")
def checkpoints_show(data: Data = None, database: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Show every partition: position, records read, what became of them, and whether it is halted.

    Example: `duecourse checkpoints show --database postgresql://localhost/duecourse`
    """

    async def look(found: Database) -> list[Checkpoint]:
        return await all_checkpoints(found.pool)

    found = with_database(settings_from(data, database), look)
    if as_json:
        print_json([asdict(one) for one in found])
        return
    rows = [(*[getattr(one, name) for name in COLUMNS[:-1]], _state(one)) for one in found]
    print_table(f"{len(rows)} partitions", COLUMNS, rows, len(COLUMNS))


@checkpoints.command("reset")
def checkpoints_reset(
    partition: Annotated[int, typer.Option(min=0, help="The partition.")],
    to_position: Annotated[int, typer.Option(min=0, help="The offset to read on from; it must be in the log.")],
    reason: Annotated[str, typer.Option(help="Why; kept with your name.")],
    database: DatabaseUrl = None,
    data: Data = None,
    kafka: KafkaServers = None,
) -> None:
    """Move a partition's checkpoint by hand, after records were lost or the topic was made anew.

    Stop the workers first.

    Facts that are known are repeats, so going back does no harm; going forward leaves out what lies between.
    Example: `duecourse checkpoints reset --partition 2 --to-position 1200 --reason "deleted by mistake, asked again"`
    """
    settings = settings_from(data, database, kafka=kafka)
    connection_of(settings)  # says what is missing before anything is opened

    async def reset(found: Database) -> str:
        topic_id = await _topic_id(settings, partition, to_position)
        before = await reset_checkpoint(
            found.pool, partition, to_position, topic_id=topic_id, reason=reason, done_by=operator()
        )
        return f"partition {partition}: from {before:,} to {to_position:,}"

    try:
        say(with_database(settings, reset))
    except NoSuchCheckpoint as error:
        say(f"duecourse: {error}")
        raise typer.Exit(REFUSED) from None


async def _topic_id(settings: Settings, partition: int, position: int) -> str:
    """The id of the topic as it is now; the position must be one that it has."""
    async with cluster(connection_of(settings)) as opened:
        span = (await opened.spans(settings.kafka_topic)).get(partition)
        topic = await opened.topic(settings.kafka_topic)
    if span is None:
        raise NoSuchCheckpoint(f"topic {settings.kafka_topic} has no partition {partition}")
    if not span.begin <= position <= span.end:
        raise NoSuchCheckpoint(
            f"the log holds {span.begin:,} to {span.end:,} of partition {partition}: choose one of those"
        )
    return topic.id


def operator() -> str:
    """Who is at the keyboard, as the system knows them."""
    return pwd.getpwuid(os.getuid()).pw_name


def _state(one: Checkpoint) -> Any:
    return f"halted: {one.halted}" if one.halted else "stuck" if one.stuck else "read on"
