"""A sampled trace is followed from the sender to the histogram of how long figures take; off unless it is asked for."""

from collections.abc import Sequence

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from structlog.testing import capture_logs

from projections.effect import Record
from services.exporter.formats import OPEN_METRICS, TEXT
from services.http.bodies import SINGLE
from services.log import LogBatch, LogRecord, Span
from services.log_door import at_the_log
from services.log_projector import StoreLogProjector
from services.postgres.transaction import decoded_change
from services.tracing import followed_trace, sampled_trace
from tests.fixtures.databases import opened
from tests.fixtures.saying import received
from tests.fixtures.serving import Serving, serving

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SAMPLED = f"00-{TRACE}-00f067aa0ba902b7-01"
LATENCY = "duecourse_event_to_metric_seconds"


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (SAMPLED, TRACE),
        (f"00-{TRACE}-00f067aa0ba902b7-03", TRACE),
        (f"01-{TRACE}-00f067aa0ba902b7-01-what-a-later-version-adds", TRACE),
        (f"00-{TRACE}-00f067aa0ba902b7-00", None),
        (f"ff-{TRACE}-00f067aa0ba902b7-01", None),
        (f"00-{'0' * 32}-00f067aa0ba902b7-01", None),
        (f"00-{TRACE}-{'0' * 16}-01", None),
        (f"00-{TRACE.upper()}-00f067aa0ba902b7-01", None),
        (SAMPLED[:-1], None),
        ("", None),
    ],
)
def test_a_trace_is_followed_where_its_sender_keeps_it(header: str, found: str | None) -> None:
    assert sampled_trace(header) == found


def test_of_a_batch_the_last_sampled_trace_is_followed_and_told() -> None:
    other = SAMPLED.replace(TRACE, "a" * 32)
    records = [Record(b"", trace=one) for one in (other, None, SAMPLED, SAMPLED[:-2] + "00")]
    with capture_logs() as told:
        assert followed_trace(records, 3, 17) == TRACE
        assert followed_trace([Record(b"")], 3, 18) is None
    assert [(one["event"], one["trace_id"], one["partition"], one["position"]) for one in told] == [
        ("batch.traced", TRACE, 3, 17)
    ]


def test_a_record_of_the_log_keeps_the_trace_of_its_header() -> None:
    [plain, traced] = at_the_log(
        [LogRecord(0, 1, b"c1", b"{"), LogRecord(1, 1, b"c1", b"{", trace=SAMPLED.encode())]
    ).records
    assert (plain.trace, traced.trace) == (None, SAMPLED)


async def post_traced(service: Serving) -> None:
    headers = {"content-type": SINGLE, "traceparent": SAMPLED}
    assert (await service.http.post("/events", content=received("c1", "2024-03-20"), headers=headers)).is_success
    await service.caught_up()


def exemplars(page: str) -> Sequence[dict[str, str]]:
    """Labels of the exemplars on the histogram."""
    [family] = [one for one in text_string_to_metric_families(page) if one.name == LATENCY]
    return [sample.exemplar.labels for sample in family.samples if sample.exemplar is not None]


@pytest.mark.database
@pytest.mark.parametrize("follow", [True, False])
async def test_the_histogram_names_the_trace_of_a_posted_event_where_that_is_asked_for(
    database_url: str, follow: bool
) -> None:
    async with serving(database_url, follow_traces=follow) as service:
        await post_traced(service)
        exporter = service.parts.exporter
        page = exporter.process_page(OPEN_METRICS).decode()
        assert exemplars(page) == ([{"trace_id": TRACE}] if follow else [])
        assert TRACE not in exporter.process_page(TEXT).decode(), "plain text has no exemplars"


@pytest.mark.database
@pytest.mark.parametrize("follow", [True, False])
async def test_the_trace_of_a_fact_in_a_log_goes_with_the_change_feed(database_url: str, follow: bool) -> None:
    async with opened(database_url) as found:
        log = StoreLogProjector(found.store, "facts", follow_traces=follow)
        record = LogRecord(0, 1_800_000_000_000_000, b"c1", received("c1", "2024-03-20"), trace=SAMPLED.encode())
        await log.positions("topic-id", {0: Span(0, 1)})
        await log.project(LogBatch(0, 0, 1, [record]))
        rows = await found.pool.fetch("select body from changes")
    assert [decoded_change(row["body"]).trace for row in rows] == [TRACE if follow else None]
