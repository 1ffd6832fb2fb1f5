"""AC-17: a report replayed as of before a correction gives the old figure, bit for bit."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from projections.batches import read
from services.projector import Projector
from tests.fixtures.databases import fetch, opened
from tests.fixtures.saying import processed, received, records, retracted
from tests.fixtures.verbs import Ended, run_verb

pytestmark = pytest.mark.database

SETTLED = [
    fact
    for number in range(10)
    for fact in (
        received(f"c{number}", "2024-01-02", due="2024-01-10T17:00"),
        processed(f"c{number}", "2024-01-05" if number else "2024-01-12", id="decided"),
    )
]
CORRECTED = (retracted("c1", "2024-02-01", "decided"), processed("c1", "2024-01-13"), received("c10", "2024-01-09"))


@pytest.fixture
def run(database_url: str, tmp_path: Path) -> Callable[..., Ended]:
    """Runs a verb on the test's database."""

    def run_here(*words: str) -> Ended:
        return run_verb(words, {"DUECOURSE_DATABASE": database_url}, tmp_path)

    return run_here


async def test_ac_17_a_report_as_of_before_a_correction_is_the_old_one_byte_for_byte(
    run: Callable[..., Ended], database_url: str
) -> None:
    async with opened(database_url) as found:
        await Projector(found.store, 0).project(read(records(*SETTLED)))
        [row] = await fetch(database_url, "select to_timestamp(max(recorded_at) / 1e6) as at from archive")
        [begun] = await fetch(database_url, "select clock_timestamp() as at")
        before = {"0:20": "", row["at"].isoformat(): "", begun["at"].isoformat(): ""}
        words = "report", "on-time", "--period", "2024-01", "--json"
        for when in before:
            before[when] = run(*words, "--as-of", when).stdout
        replayed = run("replay", "--as-of", "0:20", "--json").stdout
        published = run("publish", "on-time", "--period", "2024-01", "--json")
        name = json.loads(published.stdout)["id"]
        await Projector(found.store, 0).project(read(records(*CORRECTED)))
    assert {when: run(*words, "--as-of", when).stdout for when in before} == before
    assert run("replay", "--as-of", "0:20", "--json").stdout == replayed
    old, new = json.loads(before["0:20"]), json.loads(run(*words).stdout)
    assert (old["total"]["percent"], new["total"]["percent"]) == ("90.00", "80.00")
    assert json.loads(run(*words, "--as-of", name).stdout)["total"] == old["total"]
    assert run("verify", "--publication", name).status == 0
    listed = json.loads(run("publications", "--json").stdout)
    assert [(one["id"], one["state"]) for one in listed] == [(name, "restated")]
    rows = json.loads(run("diff", name, "now", "--json").stdout)
    late = next(one for one in rows if (one["unit"], one["measure"]) == ("A", "settled_late"))
    assert (late["difference"], late["classes"]["correction"], late["cases"]) == (1, 1, ["c1"])
    assert all(one["difference"] == sum(one["classes"].values()) for one in rows)
    assert all(one["classes"]["unexplained"] == 0 for one in rows)
    explained = json.loads(run("explain", "c1", "--as-of", name, "--json").stdout)
    assert explained["label"] == "early"
    assert json.loads(run("explain", "c1", "--json").stdout)["label"] == "late"
