"""`export` as a shell sees it: what it prints, and how it refuses."""

import json
from pathlib import Path

import pytest

from projections.batches import read
from services.projector import Projector
from tests.fixtures.databases import opened
from tests.fixtures.saying import processed, received, records
from tests.fixtures.verbs import run_verb

pytestmark = pytest.mark.database


async def test_the_verb_says_what_it_wrote_and_why_it_writes_nothing(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url) as found:
        await Projector(found.store).project(read(records(received("c1", "2024-01-02"), processed("c1", "2024-01-05"))))
    settings = {"DUECOURSE_DATABASE": database_url}

    done = run_verb(["export", "ocel", "--output", "cases.sqlite", "--json"], settings, tmp_path)
    assert done.status == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["cases"], said["events"], said["as_of"]["positions"]) == (1, 2, {"0": 2})
    assert said["bytes"] == (tmp_path / "cases.sqlite").stat().st_size

    for words, status, text in (
        (["export", "ocel", "--output", "cases.csv"], 1, "a file of ocel ends in .json or .jsonocel or .sqlite"),
        (["export", "xes", "--output", "no/cases.xes"], 1, "no file can be written there"),
        (["export", "xes", "--output", "cases.xes", "--as-of", "7:1"], 2, "there is no partition 7"),
        (["export", "parquet"], 2, "--output"),
    ):
        ended = run_verb(words, settings, tmp_path)
        assert (ended.status, text in ended.stderr) == (status, True), ended.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["cases.sqlite"]
