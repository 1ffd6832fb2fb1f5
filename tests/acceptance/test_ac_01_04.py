"""AC-01 to AC-04: the published year of a province, from events to percentages."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from projections.definitions import BY_REPORT
from projections.measures import Policy
from projections.periods import parse_period
from projections.reports import Grouping, Question, Report, Rollup, bounds_of, report
from services.sample.published_counts import PUBLISHED_YEAR
from tests.acceptance.published_levels import TREE, published_buckets
from tests.fixtures.verbs import Ended, run_verb

ONE_IN = 100
YEAR = parse_period("2024")


@cache
def _report(rollup: Rollup) -> Report:
    question = Question(BY_REPORT["on-time"], YEAR, Policy.DATE, Grouping.LEVEL, rollup)
    return report(question, _buckets(tuple(bounds_of(question))), TREE)


@cache
def _buckets(bounds: tuple[int, ...]) -> Any:
    return published_buckets(*bounds)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("level", "received", "settled", "in_time", "percent"),
    [
        pytest.param("department", 309_699, 287_088, 276_060, "96.16", id="AC-01"),
        pytest.param("district", 36_307, 33_528, 33_204, "99.03", id="AC-02"),
        pytest.param("commune", 206_628, 198_564, 194_961, "98.19", id="AC-03"),
    ],
)
def test_the_published_cases_of_a_level_give_the_published_rate(
    level: str, received: int, settled: int, in_time: int, percent: str
) -> None:
    row = next(row for row in _report(Rollup.WEIGHTED).rows if row.level == level)
    assert (row.counts.new, row.denominator, row.numerator) == (received, settled, in_time)
    assert row.percent == percent


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rollup", "percent"),
    [
        pytest.param(Rollup.WEIGHTED, "97.12", id="AC-04 weighted"),
        pytest.param(Rollup.SIMPLE_MEAN, "97.79", id="AC-04 simple mean"),
    ],
)
def test_the_province_has_two_rates_and_says_which(rollup: Rollup, percent: str) -> None:
    found = _report(rollup)
    assert found.total.percent == percent
    assert found.question.rollup is rollup
    assert (found.total.counts.new, found.total.denominator, found.total.numerator) == (552_634, 519_180, 504_225)


@pytest.mark.slow
@pytest.mark.database
def test_a_hundredth_of_the_published_year_goes_through_files_import_report_and_verify(
    database_url: str, tmp_path: Path
) -> None:
    def verb(*words: str) -> Ended:
        ended = run_verb(words, {"DUECOURSE_DATABASE": database_url}, tmp_path)
        assert ended.status == 0, ended.stderr
        return ended

    verb("sample", "published-year", "--output", "year.ndjson", "--units", "units.csv", "--scale", str(ONE_IN))
    verb("units", "load", "units.csv")
    imported = json.loads(verb("import", "year.ndjson", "--json").stdout)
    assert imported["dead_letters"] == 0
    assert imported["duplicates"] > 0  # the senders repeat themselves

    rows = {row["level"]: row for row in _on_time(verb, "--by", "level")["rows"]}
    for volume in (published.one_in(ONE_IN) for published in PUBLISHED_YEAR):
        row, counts = rows[volume.level], rows[volume.level]["counts"]
        assert (row["numerator"], row["denominator"]) == (volume.in_time, volume.settled)
        assert (counts["new"], counts["carried_over"], counts["closed"]) == (
            volume.received,
            volume.carried_over,
            volume.closed,
        )
        assert counts["pending_overdue"] == volume.overdue
    assert "\n0 differences" in verb("verify").stdout


def _on_time(verb: Any, *words: str) -> Any:
    return json.loads(verb("report", "on-time", "--period", "2024", "--json", *words).stdout)
