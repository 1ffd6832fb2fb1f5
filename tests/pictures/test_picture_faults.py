"""What `make pictures` refuses: told from what the page reports, without a browser."""

from typing import Any

from tests.pictures.faults import Seen, faults
from tests.pictures.wanted import Picture

LIVE = Picture("overview", "live", {}, 0, 60)
PAST = Picture("overview", "audit", {}, 0, 60)


def query(expression: str, *, series: int = 0, place: str = "Open cases", error: str = "") -> dict[str, Any]:
    return {"place": place, "ref": "A", "expression": expression, "series": series, "error": error}


def told(picture: Picture, asked: dict[str, Any]) -> list[str]:
    return list(faults(picture, Seen([asked], [], [])))


def test_an_error_and_an_empty_answer_are_told_with_dashboard_and_panel() -> None:
    assert told(LIVE, query("up", series=1)) == []
    assert told(LIVE, query("up")) == ["overview.png: Open cases, query A finds nothing: up"]
    assert told(LIVE, query("up(", error="parse error")) == ["overview.png: Open cases, query A: parse error"]


def test_only_what_is_not_back_filled_may_be_empty_in_the_past() -> None:
    assert told(PAST, query("sum (duecourse_projection_lag_events)")) == []
    assert told(LIVE, query("sum (duecourse_projection_lag_events)")) != []
    assert told(PAST, query("sum (duecourse_cases_open)")) != []
    assert told(PAST, query("sum (duecourse_projection_lag_events)", error="parse error")) != []


def test_an_annotation_may_mark_nothing_but_must_be_answered() -> None:
    assert told(LIVE, query("ALERTS", place="annotation Alerts")) == []
    assert told(LIVE, query("ALERTS", place="annotation Alerts", error="parse error")) != []


def test_titles_that_do_not_fit_and_errors_of_the_page_are_told() -> None:
    assert list(faults(LIVE, Seen([], ["Differences"], ["no such unit"]))) == [
        "overview.png: does not fit: Differences",
        "overview.png: no such unit",
    ]
