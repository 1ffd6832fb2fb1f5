"""Every verb of the command line with its arguments and options, as its own `--help` tells them."""

from collections.abc import Iterator

import typer
from msgspec import Struct

from services.cli.main import app


class Verb(Struct, frozen=True):
    """One verb: the words that call it, what it does, and (name, meaning) of each argument and option."""

    words: str
    text: str
    parameters: tuple[tuple[str, str], ...]


def verbs() -> list[Verb]:
    """All verbs, those of a group one after the other, in the order of `duecourse --help`."""
    return list(_verbs(typer.main.get_command(app), "duecourse"))


def _verbs(command: object, words: str) -> Iterator[Verb]:
    if isinstance(command, typer.core.TyperGroup):
        for name, inner in command.commands.items():
            yield from _verbs(inner, f"{words} {name}")
    elif isinstance(command, typer.core.TyperCommand):
        context = command.context_class(command, info_name=words)
        records = [one.get_help_record(context) for one in command.params]
        yield Verb(words, command.help or "", tuple(record for record in records if record is not None))
