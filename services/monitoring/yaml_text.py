"""YAML written from plain values: what Prometheus and Alertmanager read, in one style, without a library."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

Value = str | int | bool | Sequence["Value"] | Mapping[str, "Value"]

_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*|\d+[smhd]")
_WORDS: Final = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
"""What some reader of YAML takes for something other than text."""


def yaml_text(value: Value, *, heading: str = "") -> str:
    """The document; `heading` becomes a comment above it."""
    comment = "".join(f"# {line}".rstrip() + "\n" for line in heading.splitlines())
    return comment + "\n".join(_lines(value, "")) + "\n"


def _lines(value: Value, indent: str) -> Iterator[str]:
    match value:
        case Mapping():
            for key, item in value.items():
                yield from _entry(f"{indent}{_scalar(key)}:", item, indent)
        case str() | int():
            yield f"{indent}{_scalar(value)}"
        case _:
            for item in value:
                yield from _item(item, indent)


def _entry(head: str, item: Value, indent: str) -> Iterator[str]:
    if isinstance(item, str) and _is_block(item):
        yield f"{head} |-"
        yield from (f"{indent}  {line}".rstrip() for line in item.split("\n"))
    elif isinstance(item, str | int):
        yield f"{head} {_scalar(item)}"
    elif not item:
        yield f"{head} {'{}' if isinstance(item, Mapping) else '[]'}"
    elif not isinstance(item, Mapping) and all(isinstance(one, str | int) for one in item):
        yield f"{head} [{', '.join(_scalar(one) for one in item if isinstance(one, str | int))}]"
    else:
        yield head
        yield from _lines(item, indent + "  ")


def _item(item: Value, indent: str) -> Iterator[str]:
    if not item and not isinstance(item, str | int):
        yield f"{indent}- {'{}' if isinstance(item, Mapping) else '[]'}"
        return
    first, *rest = _lines(item, indent + "  ")
    yield f"{indent}- {first.lstrip(' ')}"
    yield from rest


def _is_block(text: str) -> bool:
    """Whether text may stand as lines of its own, as they are."""
    lines = text.split("\n")
    whole = len(lines) > 1 and lines[-1] != "" and not lines[0].startswith(" ") and lines[0] != ""
    return whole and all(line == line.rstrip() and line.isprintable() for line in lines)


def _scalar(value: str | int) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case _ if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
            return value
        case _ if value.isprintable() and ('"' in value or "\\" in value):
            return "'" + value.replace("'", "''") + "'"
        case _:
            quoted = json.dumps(value, ensure_ascii=False)
            return "".join(one if one.isprintable() else f"\\U{ord(one):08x}" for one in quoted)
