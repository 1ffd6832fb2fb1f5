"""Sessions that hold what others wait for."""

from typing import Final

import structlog

from services.postgres.connection import APPLICATION, Connection

log = structlog.get_logger()

_END_FROZEN: Final = (
    "select pid, pg_terminate_backend(pid) as ended from pg_stat_activity as session "
    "where datname = current_database() and usename = current_user and application_name = $1 "
    "and state = 'active' and wait_event = 'ClientRead' and query_start < clock_timestamp() - interval '10 seconds' "
    "and exists (select from pg_locks where pid = session.pid and relation = 'checkpoints'::regclass)"
)


async def end_frozen_writers(connection: Connection) -> None:
    """Ends sessions of ours that hold a checkpoint and have waited 10 s for the rest of a COPY.

    Their process was stopped in the middle of writing. PostgreSQL's own limits end a session that is idle in a
    transaction, not one that reads what its client has begun to say.
    """
    for row in await connection.fetch(_END_FROZEN, APPLICATION):
        log.warning("database.frozen_session_ended", pid=row["pid"], ended=row["ended"])
