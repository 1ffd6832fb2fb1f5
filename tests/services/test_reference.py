"""The reference is what the code says, and what the service shows is what the reference says."""

from pathlib import Path

import pytest
import typer
from prometheus_client.parser import text_string_to_metric_families

from projections.definitions import BY_REPORT, DEFINITIONS
from services.cli.main import app
from services.cli.outline import verbs
from services.exporter.families import PIPELINE_FAMILIES, UNIT_FAMILIES
from services.reference.__main__ import FOLDER
from services.reference.markdown import table
from services.reference.pages import reference_files
from services.report_documents import REPORT_NAMES
from services.settings import Settings
from services.targets_loading import load_targets, read_targets_file
from tests.fixtures.databases import FixedClock
from tests.fixtures.saying import event, processed, received
from tests.fixtures.serving import serving
from tests.fixtures.times import local

FILES = reference_files()


@pytest.mark.parametrize("name", FILES)
def test_a_page_is_what_the_generator_writes(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == FILES[name], "run `python -m services.reference`"


def test_no_page_lies_there_that_nobody_writes() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(FILES)


def test_every_verb_and_every_option_of_it_is_told() -> None:
    group = typer.main.get_command(app)
    assert isinstance(group, typer.core.TyperGroup)
    assert {verb.words.split()[1] for verb in verbs()} == set(group.commands)
    [report] = [dict(verb.parameters) for verb in verbs() if verb.words == "duecourse report"]
    assert "--attribution <last|first|receiving>" in report
    assert all(name in report["NAME <str>"] for name in REPORT_NAMES)
    assert all(verb.text and all(meaning for _, meaning in verb.parameters) for verb in verbs())


def test_every_setting_is_told_with_its_meaning() -> None:
    rows = [line.split(" | ") for line in FILES["settings.md"].splitlines() if line.startswith("| `DUECOURSE_")]
    assert [row[0] for row in rows] == [f"| `DUECOURSE_{name.upper()}`" for name in Settings.model_fields]
    assert all(all(cells) and cells[-1] != " |" for cells in rows)


def test_every_definition_is_told_in_both_languages_with_the_hash_that_reports_print() -> None:
    for one in DEFINITIONS:
        [row] = [line for line in FILES["definitions.md"].splitlines() if line.startswith(f"| {one.name} |")]
        assert all(text in row for text in (one.text.en, one.text.vi, one.version[:16], *one.above, *one.below))


def test_metrics_are_explained_in_the_words_of_the_definitions_that_they_show() -> None:
    helps = {family.name: family.help for family in UNIT_FAMILIES}
    on_time, late, backlog = (BY_REPORT[name].meaning.en for name in ("on-time", "late-settled", "backlog"))
    assert on_time in helps["duecourse_cases_settled"]
    assert late in helps["duecourse_cases_settled"]
    assert on_time in helps["duecourse_target_ratio"]
    assert backlog in helps["duecourse_cases_open"]


@pytest.mark.database
async def test_the_labels_of_every_metric_are_those_that_the_page_has(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "targets.csv").write_text("unit,target\nA,0.95\n", encoding="utf-8")
    async with serving(database_url, clock=FixedClock(local("2024-02-01T10:00"))) as service:
        await load_targets(service.parts.database.store, read_targets_file(tmp_path / "targets.csv"))
        await service.post_batch(
            received("open", "2024-01-02", due="2024-01-10T17:00"),
            processed("never", "2024-01-11"),
            event("closed", "open", "2024-01-12", reason="withdrawn"),
            received("missing", "2024-01-02"),
        )
        page = await service.metrics()
    shown = {sample.name: set(sample.labels) for one in text_string_to_metric_families(page) for sample in one.samples}
    told = {family.name: set(family.labels) for family in (*UNIT_FAMILIES, *PIPELINE_FAMILIES)}
    assert told.keys() - shown.keys() == {"duecourse_verification_differences"}, "shown only once there are some"
    assert {name: labels for name, labels in shown.items() if name in told} == {
        name: labels for name, labels in told.items() if name in shown
    }


def test_a_bar_or_a_line_break_in_a_cell_breaks_no_table() -> None:
    assert table(("a", "b"), [("x|y", "one\ntwo")]) == "| a | b |\n| --- | --- |\n| x\\|y | one two |\n"
