"""A page for every alert, on one screen, with commands that exist."""

import re

import pytest

from projections.definitions import BY_REPORT
from tests.deploy.known import is_verb
from tests.services.monitoring.case_files import DEPLOY, alerts

RUNBOOKS = DEPLOY / "runbooks"
NAMES = sorted({rule.name for rule in alerts()})
HEADINGS = ["What it means", "What to look at", "What to do", "How to know that it is over", "Tiếng Việt"]
SCREEN_LINES = 45
REPORTS_TO_COME = {"data-quality"}
VERBS_TO_COME = {("explain",)}
"""Named by the interface, not by the code yet."""


def page(name: str) -> str:
    return (RUNBOOKS / f"{name}.md").read_text(encoding="utf-8")


def test_every_alert_has_a_page_and_every_page_an_alert() -> None:
    assert sorted(path.stem for path in RUNBOOKS.glob("Duecourse*.md")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_page_answers_the_same_questions_on_one_screen(name: str) -> None:
    text = page(name)
    assert text.startswith(f"# {name}\n")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == HEADINGS
    assert len(text.splitlines()) <= SCREEN_LINES
    assert max(map(len, text.splitlines())) <= 130


@pytest.mark.parametrize("name", NAMES)
def test_a_page_names_alerts_verbs_and_files_that_exist(name: str) -> None:
    text = page(name)
    assert set(re.findall(r"Duecourse[A-Z]\w+", text)) <= set(NAMES)
    for command in re.findall(r"`duecourse ([^`]+)`", text):
        words = re.split(r" (?=--|[A-Z])", command)[0].split()
        verb = words[:1] if words[0] == "report" else words
        assert is_verb(verb) or tuple(verb) in VERBS_TO_COME, command
    for file in re.findall(r"`(deploy/[\w./-]+)`", text):
        assert (DEPLOY.parent / file).exists(), file


def test_reports_that_pages_name_exist() -> None:
    asked = {name for one in NAMES for name in re.findall(r"`duecourse report ([\w-]+)", page(one))}
    assert asked - BY_REPORT.keys() <= REPORTS_TO_COME
