"""What is wrong with a mapping, said to the person who wrote it: file, key path, and what to do."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from services.importing.errors import suggestion

FINDINGS: Final = "findings"
"""Type of the validation error whose context carries several findings of one event."""

KEYS: Final = (
    "source", "event", "name", "time_zone", "case_id", "type", "time", "data", "when",
    "column", "values", "otherwise", "format", "value", "equals", "one_of",
)  # fmt: skip
SAYINGS: Final = {
    "missing": "is missing; add it",
    "string_type": "must be text in quotes",
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "tuple_type": "must be a list",
}


def lines_of(path: Path, error: ValidationError) -> list[str]:
    """One line for each finding, in the order of the keys in the file."""
    return [f"{path}: {line}" for details in error.errors() for line in _lines(details)]


def _lines(details: ErrorDetails) -> Iterator[str]:
    place = _place(details["loc"])
    if details["type"] == FINDINGS:
        for key, message in details["ctx"]["findings"]:
            yield f"{place}, {key}: {message}"
    elif details["type"] == "extra_forbidden":
        yield f"{place}: unknown key; remove it{suggestion(str(details['loc'][-1]), KEYS)}"
    elif details["loc"] == ("event",) and details["type"] in ("missing", "too_short", "tuple_type"):
        yield "event: has no event; add an [[event]] with type and time"
    else:
        yield f"{place}: {SAYINGS.get(details['type'], details['msg'])}"


def _place(location: Sequence[int | str]) -> str:
    """`("event", 0, "data", "unit", "<column>", "column")` is `event 1, data.unit.column`."""
    keys = [str(key) for key in location if not str(key).startswith("<")]
    if len(keys) > 1 and keys[0] == "event":
        ordinal = f"event {int(keys[1]) + 1}"
        return f"{ordinal}, {'.'.join(keys[2:])}" if keys[2:] else ordinal
    return ".".join(keys)
