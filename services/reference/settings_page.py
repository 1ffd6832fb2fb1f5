"""The settings: every one is an environment variable, and on the verbs that use it an option."""

from typing import Any

from pydantic.fields import FieldInfo

from services.reference.markdown import code, table
from services.settings import PREFIX, Settings


def settings_page() -> str:
    """Name, values, default and meaning of each."""
    values = Settings.model_json_schema()
    rows = [
        (
            code(PREFIX + name.upper()),
            _values(values["properties"][name], values.get("$defs", {})),
            _default(field),
            field.description or "",
        )
        for name, field in Settings.model_fields.items()
    ]
    return "Options win over the environment, the environment over the defaults.\n\n" + table(
        ("setting", "values", "default", "meaning"), rows
    )


def _default(field: FieldInfo) -> str:
    return "none" if field.default is None else code(str(field.default))


def _values(schema: dict[str, Any], parts: dict[str, Any]) -> str:
    """The JSON Schema of a setting in a few words."""
    if "$ref" in schema:
        return _values(parts[schema["$ref"].rpartition("/")[2]], parts)
    if "anyOf" in schema:
        return ", ".join(_values(one, parts) for one in schema["anyOf"] if one.get("type") != "null")
    if "enum" in schema:
        return ", ".join(code(str(one)) for one in schema["enum"])
    bounds = [
        f"{words} {schema[key]:g}"
        for key, words in (
            ("minimum", "at least"),
            ("exclusiveMinimum", "more than"),
            ("maximum", "at most"),
        )
        if key in schema
    ]
    return ", ".join([_KINDS.get(schema.get("format", schema["type"]), "text"), *bounds])


_KINDS = {"integer": "whole number", "number": "number", "path": "path", "password": "secret text"}
