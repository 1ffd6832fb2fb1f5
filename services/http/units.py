"""`GET /units`: the tree with live figures."""

from fractions import Fraction
from typing import Any

from fastapi import APIRouter

from events.instants import iso
from projections.definitions import percent
from services.exporter.live import LiveFigures
from services.exporter.unit_samples import SAMPLES
from services.http.problems import not_found


def units_router(live: LiveFigures) -> APIRouter:
    """Units and their figures as the metrics page shows them, as of the last refresh."""
    router = APIRouter(tags=["units"])

    @router.get("/units", summary="The unit tree with live figures")
    async def get_units() -> dict[str, Any]:
        codes = live.tree.codes()
        return {"as_of": iso(live.refreshed_at), "units": [unit_figures(live, code) for code in codes]}

    @router.get("/units/{code}", summary="One unit's live figures")
    async def get_unit(code: str) -> dict[str, Any]:
        if code not in live.tree:
            raise not_found(f"unit {code!r} is not registered")
        return {
            "as_of": iso(live.refreshed_at),
            **unit_figures(live, code),
            "children": list(live.tree.children(code)),
        }

    return router


def unit_figures(live: LiveFigures, code: str) -> dict[str, Any]:
    """Name, place in the tree, open cases by deadline and settled cases by window; own cases only."""
    unit = live.tree.latest(code)
    values = dict(zip(SAMPLES, live.values(code), strict=True))
    settled: dict[str, dict[str, int]] = {}
    flows: dict[str, dict[str, int]] = {}
    open_cases: dict[str, int] = {}
    for (family, labels), n in values.items():
        names = dict(part.split("=") for part in labels.replace('"', "").split(","))
        if family == "duecourse_cases_open":
            open_cases[names["deadline"]] = n
        elif family == "duecourse_cases_settled":
            settled.setdefault(names["window"], {})[names["timeliness"]] = n
        else:
            flows.setdefault(family.removeprefix("duecourse_cases_"), {})[names["window"]] = n
    return {
        "unit": code,
        "name": unit.name,
        "level": unit.level,
        "parent": unit.parent,
        "open": open_cases,
        "settled": settled,
        **flows,
        "on_time": {window: on_time(labels) for window, labels in settled.items()},
    }


def on_time(settled: dict[str, int]) -> dict[str, Any]:
    """Numerator, denominator and percent of on_time_settled."""
    numerator, denominator = settled["early"] + settled["on_time"], sum(settled.values())
    rate = Fraction(numerator, denominator) if denominator else None
    return {"numerator": numerator, "denominator": denominator, "percent": percent(rate)}
