"""The laws of the image: small, pinned, and nothing in it that could build or be root."""

import re
from pathlib import Path

import pytest

from tests.deploy.known import DEPLOY, ROOT, UID

DOCKERFILE = DEPLOY / "Dockerfile"
INSTRUCTION = re.compile(r"^([A-Z]+)\s+(.*)$", re.DOTALL)


def stages() -> list[list[tuple[str, str]]]:
    """Instructions by stage; what stands before the first FROM is a stage of its own."""
    lines = [line for line in DOCKERFILE.read_text().splitlines() if not line.lstrip().startswith("#")]
    found: list[list[tuple[str, str]]] = [[]]
    for text in filter(None, re.sub(r"\\\n", " ", "\n".join(lines)).splitlines()):
        match = INSTRUCTION.match(text)
        assert match, text
        if match[1] == "FROM":
            found.append([])
        found[-1].append((match[1], match[2]))
    return found


ARGUMENTS, BUILD, FINAL = stages()


def values(stage: list[tuple[str, str]], instruction: str) -> list[str]:
    return [value for name, value in stage if name == instruction]


def test_both_stages_stand_on_one_base_of_an_exact_version() -> None:
    assert [value for _, value in ARGUMENTS] == ["PYTHON_IMAGE=python:3.11.15-slim-bookworm"]
    assert values(BUILD, "FROM") == ["${PYTHON_IMAGE} AS build"]
    assert values(FINAL, "FROM") == ["${PYTHON_IMAGE}"]


def test_every_requirement_is_a_wheel_whose_hash_is_pinned() -> None:
    installs = [
        command
        for text in values(BUILD, "RUN")
        for command in text.split("&&")
        if " install " in command and "--requirement" in command
    ]
    assert len(installs) == 2
    assert all("--require-hashes --only-binary :all:" in command for command in installs)


def test_the_final_stage_installs_nothing_and_has_no_pip() -> None:
    commands = " ".join(values(FINAL, "RUN"))
    assert "pip uninstall --yes --root-user-action ignore setuptools wheel pip" in commands
    assert not re.search(r"apt|pip install|curl|wget", commands)
    assert values(FINAL, "COPY") == ["--from=build /opt/duecourse /opt/duecourse"]


def test_the_user_is_a_number_and_not_root() -> None:
    assert values(FINAL, "USER") == [f"{UID}:{UID}"]


def test_the_image_runs_the_verbs_and_says_whether_it_lives() -> None:
    assert values(FINAL, "ENTRYPOINT") == ['["duecourse"]']
    (check,) = values(FINAL, "HEALTHCHECK")
    assert "/health/live" in check


def test_everything_copied_exists_and_is_not_hidden_from_the_build() -> None:
    copied = [source for value in values(BUILD, "COPY") for source in value.split()[:-1]]
    assert copied
    assert [source for source in copied if not (ROOT / source).exists()] == []
    shown = {line[1:] for line in ignore_lines() if line.startswith("!")}
    assert [source for source in copied if Path(source).parts[0] not in shown] == []


@pytest.mark.parametrize("hidden", ["*", "deploy/.env"])
def test_the_build_sees_no_more_than_it_needs(hidden: str) -> None:
    assert hidden in ignore_lines()


def ignore_lines() -> list[str]:
    return (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
