"""Connections to PostgreSQL, and what their errors mean for the caller: try again, or call a person."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, Final

import asyncpg

from services.store import Conflict, StoreRefused, StoreUnavailable

if TYPE_CHECKING:  # generic in the stubs only
    Connection = asyncpg.Connection[Any] | asyncpg.pool.PoolConnectionProxy[Any]
    Pool = asyncpg.Pool[Any]
else:
    Connection = asyncpg.Connection
    Pool = asyncpg.Pool

CONNECT_SECONDS: Final = 5.0
APPLICATION: Final = "duecourse"
SESSION: Final = {
    "application_name": APPLICATION,
    "timezone": "UTC",
    "idle_in_transaction_session_timeout": "10s",  # a stopped process must not keep the checkpoint's lock for ever
    "lock_timeout": "10s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}

_AWAY: Final = (
    OSError,
    asyncio.TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # the server ended the connection while a query was on its way
    asyncpg.CannotConnectNowError,
    asyncpg.ObjectNotInPrerequisiteStateError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.LockNotAvailableError,
    asyncpg.TooManyConnectionsError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.QueryCanceledError,
)
_REFUSING: Final = (
    asyncpg.DiskFullError,
    asyncpg.OutOfMemoryError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InsufficientPrivilegeError,
    asyncpg.InvalidPasswordError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.UndefinedTableError,
    asyncpg.UndefinedColumnError,
)


@contextmanager
def translated() -> Iterator[None]:
    """Turns driver errors into the store's own three."""
    try:
        yield
    except (asyncpg.DeadlockDetectedError, asyncpg.SerializationError) as error:
        raise Conflict(str(error)) from error
    except _REFUSING as error:
        raise StoreRefused(f"{error} ({type(error).__name__}){_advice(error)}") from error
    except _AWAY as error:
        raise StoreUnavailable(f"PostgreSQL: {str(error) or type(error).__name__}") from error


def _advice(error: Exception) -> str:
    match error:
        case asyncpg.DiskFullError():
            return ": free space on the database's disk; nothing is lost, senders are answered 503 meanwhile"
        case asyncpg.UndefinedTableError() | asyncpg.UndefinedColumnError():
            return ": the schema is missing or older than this release; run `duecourse migrate`"
        case asyncpg.InvalidPasswordError() | asyncpg.InvalidAuthorizationSpecificationError():
            return ": check user and password in the --database URL"
        case asyncpg.InvalidCatalogNameError():
            return ": create the database first, or correct its name in the --database URL"
        case _:
            return ""


async def open_pool(url: str, *, size: int = 8) -> Pool:
    """A pool of at most `size` connections; none is opened before it is needed."""
    with translated():
        return await asyncpg.create_pool(
            url,
            min_size=0,
            max_size=size,
            timeout=CONNECT_SECONDS,
            command_timeout=120,
            server_settings=SESSION,
        )


@asynccontextmanager
async def connected(pool: Pool) -> AsyncIterator[Connection]:
    """A connection of the pool, its errors translated."""
    with translated():
        async with pool.acquire(timeout=CONNECT_SECONDS) as connection:
            yield connection
