"""The application of a role: routers put together over the parts of a running service."""

from fastapi import FastAPI

from services.composition import Role, Service
from services.http.changes import changes_router
from services.http.events import events_router
from services.http.lookups import lookups_router
from services.http.metrics import metrics_router
from services.http.pages import board_router, health_router
from services.http.problems import add_problem_handlers
from services.http.publications import publications_router
from services.http.reports import reports_router
from services.http.units import units_router
from services.version import VERSION


def application(parts: Service, role: Role = Role.SERVE) -> FastAPI:
    """The HTTP interface of one running process."""
    app = FastAPI(
        title="Duecourse",
        version=VERSION,
        description="Case lifecycles from events: on-time rates and backlog per unit, exact and explainable.",
    )
    add_problem_handlers(app)
    app.include_router(health_router(parts.trouble))
    units, together = role is not Role.API, role is Role.SERVE
    app.include_router(metrics_router(parts.exporter, units=units, together=together))
    if role is not Role.EXPORTER:
        _add_interface(app, parts)
    return app


def _add_interface(app: FastAPI, parts: Service) -> None:
    """What people and senders use."""
    store, clock = parts.database.store, parts.database.clock
    app.include_router(events_router(parts.intake))
    app.include_router(reports_router(parts.database))
    app.include_router(units_router(parts.live))
    app.include_router(changes_router(parts.exporter))
    app.include_router(lookups_router(store, clock))
    app.include_router(publications_router(parts.database))
    app.include_router(board_router())
