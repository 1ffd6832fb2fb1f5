"""`GET /reports/{name}`: the figures of a period."""

import asyncio
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Header, Query
from fastapi.responses import Response

from events.facts import Kind
from projections.attribution import Attribution
from projections.definitions import BY_REPORT
from projections.measures import Policy
from projections.ranking import MINIMUM_CASES
from projections.reports import Grouping, Rollup, UnitsShown
from services.composition import Database
from services.documents import Language
from services.http.problems import not_acceptable, not_found
from services.report_documents import REPORT_NAMES, Asked
from services.report_drawing import MEDIA_TYPES, Format, drawn
from services.reporting import asked_period, question_of


def reports_router(database: Database) -> APIRouter:
    """Reports by name, as JSON, CSV, XLSX, HTML or plain text."""
    router = APIRouter(tags=["reports"])

    @router.get("/reports/{name}", summary="A report over a period", response_model=None)
    async def get_report(
        name: str,
        unit: Annotated[str | None, Query(description="code; rows and total are its subtree")] = None,
        from_: Annotated[date | None, Query(alias="from", description="first day")] = None,
        to: Annotated[date | None, Query(description="day after the last")] = None,
        period: Annotated[
            list[str] | None, Query(description="2024, 2024-Q1, 2024-07, calendar:2024-07; more than once: a series")
        ] = None,
        by: Grouping = Grouping.UNIT,
        policy: Annotated[Policy | None, Query(description="none: the policy of the database")] = None,
        rollup: Rollup = Rollup.WEIGHTED,
        units: UnitsShown = UnitsShown.AS_REPORTED,
        attribution: Annotated[
            Attribution, Query(description="which unit settled cases are counted for, in the on-time reports")
        ] = Attribution.LAST,
        kind: Kind = "procedure",
        as_of: Annotated[
            str | None, Query(description="now, a time of recording, positions 0:1200,1:1187, a publication's id")
        ] = None,
        calendar: Annotated[
            str | None, Query(description="version of another calendar: what if promises had been made by it")
        ] = None,
        figure: Annotated[str, Query(description="what `ranking` ranks by")] = "on-time",
        minimum_cases: Annotated[int, Query(ge=1, description="units with fewer are not ranked")] = MINIMUM_CASES,
        language: Language = Language.EN,
        format_: Annotated[Format | None, Query(alias="format")] = None,
        accept: Annotated[str, Header()] = "*/*",
    ) -> Response:
        found_name, found_figure = _known(name, REPORT_NAMES), _known(figure, tuple(BY_REPORT))
        chosen = format_ or _negotiated(accept)
        reporting = await database.reporting_at(as_of, calendar)
        documents = []
        periods: list[str | None] = [*period] if period else [None]
        for one in periods:
            asked = asked_period(reporting.today(), period=one, begin=from_, end=to)
            own = policy or reporting.policy
            question = question_of(BY_REPORT[found_figure], asked, own, by, rollup, unit, units, attribution)
            documents.append(await reporting.document(Asked(found_name, question, kind, minimum_cases)))
        body = await asyncio.to_thread(drawn, documents, chosen, language)  # a workbook of a nation takes seconds
        return Response(body, media_type=MEDIA_TYPES[chosen])

    return router


def _known(name: str, names: tuple[str, ...]) -> str:
    """A report by its name, in which `_` may stand for `-`."""
    found = name.replace("_", "-")
    if found not in names:
        raise not_found(f"no report {name!r}; there are {', '.join(names)}")
    return found


def _negotiated(accept: str) -> Format:
    wanted = [part.partition(";")[0].strip() for part in accept.split(",")]
    for kind in wanted:
        for form in (Format.CSV, Format.XLSX, Format.HTML, Format.TABLE):
            if kind == MEDIA_TYPES[form].partition(";")[0]:
                return form
        if kind in ("application/json", "application/*", "*/*"):
            return Format.JSON
    raise not_acceptable(f"{accept} is not to be had; {', '.join(MEDIA_TYPES.values())} are")
