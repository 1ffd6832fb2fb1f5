"""Ending the service: in order and soon, whatever it is doing; and who may run beside it."""

import signal

import httpx
import pytest

from tests.fixtures.processes import Place, Serving, eventually
from tests.fixtures.sample_events import contents, sample_events, write_units
from tests.fixtures.senders import Senders, beside

pytestmark = pytest.mark.slow

SEED = 20_240_115
EVENTS = 6_000
STOPPED_AT_EVENTS = 2_000
STOPPED_WITHIN_SECONDS = 5.0
REACHED_WITHIN_SECONDS = 60


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_a_service_stopped_under_load_ends_soon_and_in_order(place: Place, how: signal.Signals) -> None:
    events = sample_events()[:EVENTS]
    place.done("units", "load", write_units(place.root))
    first = Serving(place)
    await first.ready()
    senders = Senders(events, SEED, first)

    async def stop_and_start_again() -> None:
        await eventually(lambda: len(senders.acknowledged) >= STOPPED_AT_EVENTS, REACHED_WITHIN_SECONDS)
        first.process.send_signal(how)
        await eventually(lambda: first.process.poll() is not None, STOPPED_WITHIN_SECONDS)
        assert first.process.returncode == 0, first.words()
        assert "Traceback" not in first.words()
        assert first.words().rstrip().endswith("stopped")
        assert not (place.data / "postgres" / "postmaster.pid").exists()
        senders.serving = Serving(place)
        await senders.serving.ready()

    await beside(senders, stop_and_start_again())
    found = await contents(place.url)
    assert senders.serving is not None
    assert senders.serving.stop() == 0
    found.check_counts()
    assert senders.refused == []
    assert set(found.archive) == set(events)
    assert set(found.archive.values()) == {1}
    assert "\n0 differences" in place.done("verify")
    log = (place.data / "postgres.log").read_text()
    assert "was not properly shut down" not in log


async def test_a_second_serve_on_the_same_folder_is_refused_in_one_line(place: Place) -> None:
    first = Serving(place)
    address = await first.ready()
    second = place.run("serve", "--port", "0")
    assert second.returncode == 1
    assert second.stderr.count("\n") == 1
    assert f"process {first.process.pid}" in second.stderr
    assert address in second.stderr
    async with httpx.AsyncClient() as http:
        assert (await http.get(f"{address}/health/ready")).status_code == httpx.codes.OK
    assert first.stop() == 0, first.words()


async def test_verbs_beside_a_running_service_find_its_database_and_leave_it_running(place: Place) -> None:
    serving = Serving(place)
    address = await serving.ready()
    server = place.postmaster()
    place.done("units", "load", write_units(place.root))
    assert "\n0 differences" in place.done("verify")
    assert place.postmaster() == server
    async with httpx.AsyncClient() as http:
        assert (await http.get(f"{address}/health/ready")).status_code == httpx.codes.OK
    assert serving.stop() == 0, serving.words()
    assert not (place.data / "postgres" / "postmaster.pid").exists()


async def test_a_port_that_is_taken_is_one_line_and_nothing_is_left_running(place: Place) -> None:
    first = Serving(place)
    port = str(httpx.URL(await first.ready()).port)
    refused = place.run("serve", "--port", port, "--data", place.root / "other")
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert port in refused.stderr
    assert not (place.root / "other" / "postgres" / "postmaster.pid").exists()
    assert first.stop() == 0, first.words()
