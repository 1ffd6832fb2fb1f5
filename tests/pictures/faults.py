"""What is wrong with a picture, told without looking at it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.pictures.wanted import Picture

ANNOTATION = "annotation "
NOT_BACK_FILLED = (
    "duecourse_projection_",
    "duecourse_dead_letters_total",
    "duecourse_verification_differences",
    "duecourse_cases_open_oldest_received_timestamp_seconds",
    "duecourse_data_quality_cases",
    "duecourse:late_settled:objective",
    "duecourse_late_settled:burn_",
    "ALERTS",
)
"""What the README says the audit Prometheus does not have."""
OF_TODAY = ("sum_1d", 'window="1d"')
"""Of a day off there may be nothing yet."""


@dataclass(frozen=True)
class Seen:
    """As the page tells it: what each query found, titles that are cut, errors of the page's own."""

    queries: list[dict[str, Any]]
    cut: list[str]
    complaints: list[str]


def faults(picture: Picture, seen: Seen) -> Iterator[str]:
    """Each in a line."""
    for query in seen.queries:
        where = f"{picture.file}: {query['place']}, query {query['ref']}"
        if query.get("error"):
            yield f"{where}: {query['error']}"
        elif not query["series"] and not may_be_empty(picture, query):
            yield f"{where} finds nothing: {query['expression']}"
    yield from (f"{picture.file}: does not fit: {title}" for title in seen.cut)
    yield from (f"{picture.file}: {complaint}" for complaint in seen.complaints)


def may_be_empty(picture: Picture, query: dict[str, Any]) -> bool:
    """Annotations mark what seldom happens."""
    if query["place"].startswith(ANNOTATION):
        return True
    names = (*NOT_BACK_FILLED, *OF_TODAY)
    return picture.source == "audit" and any(name in query["expression"] for name in names)
