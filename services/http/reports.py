"""`GET /reports/{name}`: the figures of a period."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query
from fastapi.responses import JSONResponse, Response

from events.facts import Kind
from projections.definitions import BY_REPORT
from projections.measures import Policy
from projections.reports import Grouping, Rollup
from services.http.problems import not_acceptable, not_found
from services.report_csv import report_csv
from services.reporting import Reporting, asked_period, question_of

Format = Literal["json", "csv"]


def reports_router(reporting: Reporting) -> APIRouter:
    """Reports by name, as JSON or CSV."""
    router = APIRouter(tags=["reports"])

    @router.get("/reports/{name}", summary="A report over a period", response_model=None)
    async def get_report(
        name: str,
        unit: Annotated[str | None, Query(description="code; rows and total are its subtree")] = None,
        from_: Annotated[date | None, Query(alias="from", description="first day")] = None,
        to: Annotated[date | None, Query(description="day after the last")] = None,
        period: Annotated[str | None, Query(description="2024, 2024-Q1, 2024-07, calendar:2024-07")] = None,
        by: Grouping = Grouping.UNIT,
        policy: Annotated[Policy | None, Query(description="none: the policy of the database")] = None,
        rollup: Rollup = Rollup.WEIGHTED,
        kind: Kind = "procedure",
        format_: Annotated[Format | None, Query(alias="format")] = None,
        accept: Annotated[str, Header()] = "*/*",
    ) -> Response:
        if name not in BY_REPORT:
            raise not_found(f"no report {name!r}; there are {', '.join(BY_REPORT)}")
        chosen = format_ or _negotiated(accept)
        asked = asked_period(reporting.today(), period=period, begin=from_, end=to)
        question = question_of(BY_REPORT[name], asked, policy or reporting.store.policy, by, rollup, unit)
        answered = await reporting.answer(question, kind)
        if chosen == "csv":
            return Response(report_csv(answered), media_type="text/csv; charset=utf-8")
        return JSONResponse(answered.as_json())

    return router


def _negotiated(accept: str) -> Format:
    wanted = [part.partition(";")[0].strip() for part in accept.split(",")]
    if "text/csv" in wanted:
        return "csv"
    if not {"application/json", "application/*", "*/*"} & set(wanted):
        raise not_acceptable(f"{accept} is not to be had; application/json and text/csv are")
    return "json"
