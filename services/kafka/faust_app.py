"""For Faust's own command line: `faust -A services.kafka.faust_app --loop uvloop worker`.

Settings come from `DUECOURSE_*`, as for `duecourse worker`, which does more: it looks at the topic first, stops in time
whatever Kafka does, and copies dead letters. The app is made when Faust asks for it; nothing happens at import.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from services.kafka.app import WorkerApp, make_app
from services.kafka.connection import connection_of
from services.kafka.source import Parts
from services.settings import load_settings


def __getattr__(name: str) -> Any:
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _app()


@cache
def _app() -> WorkerApp:
    from services.composition import database, database_url
    from services.log_projector import StoreLogProjector

    settings = load_settings({})

    @asynccontextmanager
    async def parts() -> AsyncIterator[Parts]:
        with database_url(settings) as url:
            async with database(settings, url) as opened:
                follow = settings.follow_traces
                yield Parts(StoreLogProjector(opened.store, settings.kafka_topic, follow_traces=follow))

    return make_app(connection_of(settings), settings.kafka_topic, settings.kafka_group, parts)
