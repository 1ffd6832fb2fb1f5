"""Targets from a file to the database, the metrics page and the command line."""

from fractions import Fraction
from pathlib import Path

import pytest

from services.composition import assemble
from services.reference_files import ReferenceRefused
from services.targets_loading import load_targets, read_targets_file, targets_in_force
from tests.fixtures.databases import FixedClock, opened
from tests.fixtures.scraping import samples
from tests.fixtures.times import local
from tests.fixtures.verbs import run_verb

NAME = "duecourse_target_ratio"


def file(folder: Path, *rows: str) -> Path:
    path = folder / "targets.csv"
    path.write_text("\n".join(("unit,target,valid_from,valid_to", *rows)) + "\n", encoding="utf-8")
    return path


def test_a_file_is_read_exactly(tmp_path: Path) -> None:
    rows = read_targets_file(file(tmp_path, "A,0.953,2024-12-15,2025-12-15", "A,1,2025-12-15,", "B,.5,,")).rows
    assert [(line, one.unit, one.ratio) for line, one in rows] == [
        (2, "A", Fraction(953, 1000)),
        (3, "A", Fraction(1)),
        (4, "B", Fraction(1, 2)),
    ]


def test_every_error_is_named_with_its_line(tmp_path: Path) -> None:
    path = file(
        tmp_path, "A,95%,,", ",0.9,,", "B,1.01,,", "C,0.9,2025-02-30,", "D,0.9,,2025-01-01", "D,0.8,2024-06-01,"
    )
    with pytest.raises(ReferenceRefused) as refused:
        read_targets_file(path)
    hint = "is no ratio from 0 to 1: write it like 0.95, with 6 places at most"
    assert refused.value.lines == [
        f"{path}: line 2: target '95%' {hint}",
        f"{path}: line 3: unit must not be empty",
        f"{path}: line 4: target '1.01' {hint}",
        f"{path}: line 5: valid_from '2025-02-30' is no date: write it like 2026-02-16",
        f"{path}: line 7: 'D' has two targets on the same day",
    ]


@pytest.mark.database
async def test_the_target_of_today_is_on_the_metrics_page_and_moves_on_by_itself(
    database_url: str, tmp_path: Path
) -> None:
    clock = FixedClock(local("2025-12-14T23:59"))
    async with opened(database_url, clock=clock) as found:
        exporter = assemble(found).exporter
        await exporter.refresh()
        assert NAME.encode() + b"{" not in exporter.unit_page()

        rows = ("A,0.95,,2025-12-15", "A,0.975,2025-12-15,", "B,1,,")
        await load_targets(found.store, read_targets_file(file(tmp_path, *rows)))
        await exporter.refresh()
        assert _shown(exporter.unit_page()) == {"A": 0.95, "B": 1.0}

        clock.now = local("2025-12-15T00:00")
        await exporter.refresh()
        assert _shown(exporter.unit_page()) == {"A": 0.975, "B": 1.0}

        await load_targets(found.store, read_targets_file(file(tmp_path, "B,0.9,,")))
        await exporter.refresh()
        assert _shown(exporter.unit_page()) == {"B": 0.9}


def _shown(page: bytes) -> dict[str, float]:
    return {dict(labels)["unit"]: n for labels, n in samples(page.decode(), NAME).items()}


@pytest.mark.database
async def test_a_file_with_an_unknown_unit_is_refused_whole(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url) as found:
        await load_targets(found.store, read_targets_file(file(tmp_path, "A,0.9,,")))
        with pytest.raises(ReferenceRefused, match="line 3: unit 'X' is not registered"):
            await load_targets(found.store, read_targets_file(file(tmp_path, "A,0.8,,", "X,0.9,,")))
        assert (await targets_in_force(found.store)).on("A", 1) == Fraction(9, 10)


@pytest.mark.database
async def test_the_verbs_load_and_list_and_say_what_is_wrong(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url):
        pass
    settings = {"DUECOURSE_DATABASE": database_url}
    loaded = run_verb(("targets", "load", str(file(tmp_path, "A,0.95,2024-12-15,"))), settings, tmp_path)
    assert loaded.status == 0, loaded.stderr
    assert loaded.stdout.startswith("sha256:")
    listed = run_verb(("targets", "list", "--json"), settings, tmp_path)
    assert '"target": "0.95"' in listed.stdout
    assert '"valid_from": "2024-12-15"' in listed.stdout
    refused = run_verb(("targets", "load", str(file(tmp_path, "X,0.95,,"))), settings, tmp_path)
    assert (refused.status, "unit 'X' is not registered" in refused.stderr) == (1, True)
