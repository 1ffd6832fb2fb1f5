"""The composition root: the one place that knows every part and puts them together.

`opening` opens the database and the door of the log, `roles` assembles a process of them, `feeding` is the worker.
"""

from services.composition.feeding import work
from services.composition.opening import Database, database, database_url, embedded_kept, log_door, reachable
from services.composition.roles import Role, Service, assemble, running, service

__all__ = [
    "Database",
    "Role",
    "Service",
    "assemble",
    "database",
    "database_url",
    "embedded_kept",
    "log_door",
    "reachable",
    "running",
    "service",
    "work",
]
