"""The verbs of the command line."""

from services.cli.outline import Verb, verbs
from services.reference.markdown import code, table


def verbs_page() -> str:
    """Every verb as its `--help` has it."""
    return "Every verb has `--help`.\n\n" + "\n".join(map(_verb, verbs()))


def _verb(verb: Verb) -> str:
    rows = [(code(name), meaning) for name, meaning in verb.parameters]
    parameters = f"\n{table(('argument or option', 'meaning'), rows)}" if rows else ""
    return f"## {verb.words}\n\n{verb.text}\n{parameters}"
