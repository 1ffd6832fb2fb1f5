"""What the deployment files may name: the settings, verbs and version of this release."""

import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import typer.main
import yaml

from services.cli.main import app
from services.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
VERSION: str = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
UID = 10001
JOBS = {"migrate": ["migrate"], "topics": ["topics", "apply"]}
ROLES = ("api", "worker", "deadlines", "exporter")
ROLES_WITH_A_PORT = {"api", "exporter"}


def documents(path: Path) -> list[Any]:
    """The YAML documents of a file."""
    return list(yaml.safe_load_all(path.read_text()))


def settings() -> set[str]:
    """Every setting by its name in the environment."""
    return {PREFIX + name.upper() for name in Settings.model_fields}


def is_verb(words: Sequence[str]) -> bool:
    """Whether the words name a verb of the command line, to the end of its name."""
    command: Any = typer.main.get_command(app)
    for word in words:
        command = getattr(command, "commands", {}).get(word)
    return command is not None and not hasattr(command, "commands")


def texts(value: Any) -> Iterator[str]:
    """Every text within a document."""
    match value:
        case str():
            yield value
        case dict():
            for key, item in value.items():
                yield from texts(key)
                yield from texts(item)
        case list():
            for item in value:
                yield from texts(item)
