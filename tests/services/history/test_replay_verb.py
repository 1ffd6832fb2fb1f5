"""`replay` in processes of its own: the same digest whatever the host is set to, and that of the live tallies."""

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from projections.batches import read
from projections.units import Unit
from services.history.digest import digest_of_live
from services.postgres.queries import snapshot
from services.projector import Projector
from services.sample.history import history
from services.sample.units import province_units
from tests.fixtures.databases import opened
from tests.fixtures.saying import records

UNITS = [Unit(one.code, one.name, one.level, one.parent) for one in province_units()]
HOSTS = (
    {"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "2", "TZ": "Asia/Ho_Chi_Minh", "LC_ALL": "C.UTF-8"},
    {"PYTHONHASHSEED": "3", "TZ": "America/St_Johns", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "random", "TZ": "Pacific/Kiritimati", "LANG": "vi_VN.UTF-8"},
)


@pytest.mark.database
@pytest.mark.slow
async def test_a_replay_prints_the_same_bytes_on_any_host_and_the_digest_of_the_live_tallies(
    database_url: str, tmp_path: Path
) -> None:
    events = list(history(seed=8, cases=100, until=datetime.fromisoformat("2025-06-18T10:30:00+07:00")))
    async with opened(database_url, units=UNITS) as found:
        positions: dict[int, int] = {}
        for place, begin in enumerate(range(0, len(events), 200)):
            batch = events[begin : begin + 200]
            await Projector(found.store, place % 3).project(read(records(*batch)))
            positions[place % 3] = positions.get(place % 3, 0) + len(batch)
        async with snapshot(found.pool) as connection:
            live = await digest_of_live(connection)
    everything = ",".join(f"{partition}:{position}" for partition, position in positions.items())
    workers = (1, 1, 1, 4)
    processes = [started(host, database_url, everything, tmp_path, n) for host, n in zip(HOSTS, workers, strict=True)]
    printed = {process.communicate(timeout=100)[0] for process in processes}
    assert len(printed) == 1
    said = json.loads(printed.pop())
    assert (said["digest"], said["events"] > 250, said["report"]["to"]) == (live, True, "2025-12-15")


def started(host: dict[str, str], url: str, as_of: str, folder: Path, workers: int) -> "subprocess.Popen[bytes]":
    program = "from services.cli.main import run; run()"
    words = [sys.executable, "-c", program, "replay", "--as-of", as_of, "--json", "--workers", str(workers)]
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    settings = {"DUECOURSE_DATABASE": url, "PYTHONPATH": str(Path(__file__).parents[3])}
    return subprocess.Popen(words, env=kept | settings | host, cwd=folder, stdout=subprocess.PIPE)
