"""The application: routers put together over the parts of a running service."""

from fastapi import FastAPI

from services.composition import Service
from services.http.events import events_router
from services.http.lookups import lookups_router
from services.http.pages import pages_router
from services.http.problems import add_problem_handlers
from services.http.reports import reports_router
from services.http.units import units_router
from services.version import VERSION


def application(parts: Service) -> FastAPI:
    """The HTTP interface of one running service."""
    app = FastAPI(
        title="Duecourse",
        version=VERSION,
        description="Case lifecycles from events: on-time rates and backlog per unit, exact and explainable.",
    )
    add_problem_handlers(app)
    store, clock = parts.database.store, parts.database.clock
    app.include_router(events_router(parts.intake))
    app.include_router(reports_router(parts.database.reporting()))
    app.include_router(units_router(parts.live))
    app.include_router(lookups_router(store, clock))
    app.include_router(pages_router(parts.exporter))
    return app
