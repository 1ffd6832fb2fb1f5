"""What a scraper asks for it gets: OpenMetrics or plain text, compressed or not, with the same samples."""

import gzip
from collections.abc import Callable, Iterable

import httpx
import pytest
from prometheus_client import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics_families
from prometheus_client.parser import text_string_to_metric_families as text_families

from services.composition import Role
from services.exporter.formats import OPEN_METRICS, TEXT, Format
from services.http.app import application
from services.http.negotiation import metrics_format, takes_gzip
from tests.fixtures.databases import FixedClock
from tests.fixtures.saying import processed, received
from tests.fixtures.serving import Serving, serving
from tests.fixtures.times import local

PROMETHEUS_2 = (
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
)
PROMETHEUS_3 = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
    "text/plain;version=0.0.4;q=0.2,*/*;q=0.1"
)
Families = Callable[[str], Iterable[Metric]]


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (PROMETHEUS_2, OPEN_METRICS),
        (PROMETHEUS_3, OPEN_METRICS),
        ("application/openmetrics-text", OPEN_METRICS),
        ("Application/OpenMetrics-Text; version=1.0.0, */*", OPEN_METRICS),
        ("application/openmetrics-text;q=0.2, text/plain;q=0.9", TEXT),
        ("application/openmetrics-text;q=0", TEXT),
        ("application/openmetrics-text;q=much", TEXT),
        ("text/plain", TEXT),
        ("text/html,application/xhtml+xml,*/*;q=0.8", TEXT),
        ("*/*", TEXT),
        ("", TEXT),
        (";;,,q=", TEXT),
    ],
)
def test_openmetrics_is_for_those_who_name_it_and_do_not_prefer_text(accept: str, form: Format) -> None:
    assert metrics_format(accept) is form


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        ("gzip", True),
        ("gzip, deflate, br", True),
        ("*", True),
        ("gzip;q=0, *", False),
        ("GZIP;q=0.1", True),
        ("identity", False),
        ("", False),
    ],
)
def test_a_page_is_compressed_for_those_who_take_gzip(header: str, taken: bool) -> None:
    assert takes_gzip(header) is taken


async def page_of(http: httpx.AsyncClient, path: str, *, accept: str, encoding: str) -> tuple[httpx.Headers, bytes]:
    """Headers and the content as it was sent."""
    asked = http.stream("GET", path, headers={"Accept": accept, "Accept-Encoding": encoding})
    async with asked as response:
        assert response.status_code == httpx.codes.OK
        return response.headers, b"".join([part async for part in response.aiter_raw()])


async def fill(service: Serving) -> None:
    await service.post_batch(received("c1", "2024-03-20T08:00"), processed("c1", "2024-03-20T09:00"), b"{")
    await service.parts.exporter.refresh()


def samples_of(families: Iterable[Metric]) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Of units and pipeline: a process changes between two looks at it."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
        if sample.name.startswith("duecourse_")
    }


@pytest.mark.database
@pytest.mark.parametrize("role", [Role.SERVE, Role.EXPORTER])
async def test_every_form_of_the_page_has_the_same_samples(database_url: str, role: Role) -> None:
    async with serving(database_url, clock=FixedClock(local("2024-03-20T10:00")), run=False) as service:
        await fill(service)
        transport = httpx.ASGITransport(application(service.parts, role))
        async with httpx.AsyncClient(transport=transport, base_url="http://duecourse") as http:
            found = {}
            for form, accept in ((TEXT, "text/plain"), (OPEN_METRICS, PROMETHEUS_2)):
                for encoding in ("identity", "gzip"):
                    headers, sent = await page_of(http, "/metrics", accept=accept, encoding=encoding)
                    assert headers["content-type"] == form.content_type
                    assert headers["vary"] == "Accept, Accept-Encoding"
                    assert headers.get("content-encoding", "identity") == encoding
                    assert headers["content-length"] == str(len(sent))
                    found[form.content_type, encoding] = gzip.decompress(sent) if encoding == "gzip" else sent
    text, packed_text, open_metrics, packed_open_metrics = (page.decode() for page in found.values())
    pages = samples_of(text_families(text))
    assert len(pages) > 100
    assert pages == samples_of(text_families(packed_text)) == samples_of(open_metrics_families(open_metrics))
    assert pages == samples_of(open_metrics_families(packed_open_metrics))
    assert open_metrics.count("# EOF") == 1
    assert open_metrics.endswith("# EOF\n")
    assert ("process_cpu_seconds_total" in text) is (role is Role.SERVE)


@pytest.mark.database
async def test_the_process_page_is_openmetrics_too(database_url: str) -> None:
    async with serving(database_url, run=False) as service:
        headers, page = await page_of(service.http, "/metrics/process", accept=PROMETHEUS_2, encoding="gzip")
        assert headers["content-type"] == OPEN_METRICS.content_type
        assert {family.name for family in open_metrics_families(page.decode())} >= {"duecourse_event_to_metric_seconds"}
