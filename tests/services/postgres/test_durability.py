"""What a sender was told is recorded survives the sudden death of the server."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from projections.batches import read
from services.postgres.embedded import embedded_postgres
from tests.fixtures.databases import fetch, opened
from tests.fixtures.processes import stood_still
from tests.fixtures.saying import received, records

pytestmark = pytest.mark.slow

DEATHS = 2
DEAD_WITHIN_SECONDS = 30


@pytest.fixture
def data() -> Iterator[Path]:
    """A short folder, for sockets have short names."""
    folder = Path(tempfile.mkdtemp(prefix="duecourse-"))
    folder.chmod(0o755)  # as root, the server runs under another account
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


async def test_an_event_that_was_answered_is_there_after_the_server_died_at_once(data: Path) -> None:
    with embedded_postgres(data) as url:
        for number in range(DEATHS):
            async with opened(url) as database:
                verdicts = await database.projector().project(
                    read(records(received(f"case-{number}", "2024-01-15T08:00")))
                )
                _kill(data)
            assert [verdict.status for verdict in verdicts] == ["accepted"]
            with embedded_postgres(data):  # starts it again
                rows = await fetch(url, "select case_id from archive order by position")
            assert [row["case_id"] for row in rows] == [f"case-{one}" for one in range(number + 1)]


def _kill(data: Path) -> None:
    """All processes of the server at once, so that none can write what it still has in memory."""
    with stood_still(int((data / "postgres" / "postmaster.pid").read_text().split("\n")[0])) as processes:
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.kill()
    psutil.wait_procs(processes, DEAD_WITHIN_SECONDS)
