"""As much of JSON Schema as the event schemas use; an unknown keyword is an error, so that none is overlooked."""

import re
from collections.abc import Iterator
from typing import Any

TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
}
SAYS_NOTHING = {"$schema", "$defs", "title", "description", "default", "format", "required", "properties"}


def violations(value: Any, schema: dict[str, Any], whole: dict[str, Any] | None = None, place: str = "$") -> list[str]:
    """Where a value does not comply with a schema; empty if it does."""
    whole = schema if whole is None else whole
    found = [f"{place}: {keyword}" for keyword in schema if not _holds(keyword, value, schema, whole)]
    return found + list(_inside(value, schema, whole, place)) if isinstance(value, dict) else found


def _holds(keyword: str, value: Any, schema: dict[str, Any], whole: dict[str, Any]) -> bool:
    wanted = schema[keyword]
    match keyword:
        case "type":
            return isinstance(value, TYPES[wanted])
        case "const":
            return bool(value == wanted)
        case "enum":
            return value in wanted
        case "anyOf":
            return any(not violations(value, one, whole) for one in wanted)
        case "pattern":
            return not isinstance(value, str) or re.search(wanted, value) is not None
        case "minLength":
            return not isinstance(value, str) or len(value) >= wanted
        case "maxLength":
            return not isinstance(value, str) or len(value) <= wanted
        case "$ref":
            return not violations(value, whole["$defs"][wanted.removeprefix("#/$defs/")], whole)
        case _ if keyword in SAYS_NOTHING:
            return True
        case _:
            raise NotImplementedError(f"the check does not know the keyword {keyword!r}: add it")


def _inside(value: dict[str, Any], schema: dict[str, Any], whole: dict[str, Any], place: str) -> Iterator[str]:
    yield from (f"{place}.{name}: required" for name in schema.get("required", ()) if name not in value)
    for name, part in schema.get("properties", {}).items():
        if name in value:
            yield from violations(value[name], part, whole, f"{place}.{name}")
