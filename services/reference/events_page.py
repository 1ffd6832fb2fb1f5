"""The events: what each says, its data, and why one is refused."""

from typing import Any

from events.errors import REASONS
from events.facts import NAMES, Body
from events.schema import event_schema
from events.wire import CURRENT, TYPE_OF
from services.reference.markdown import code, table


def events_page() -> str:
    """Every event type in its newest version, and every reason for a refusal."""
    refusals = table(("reason", "meaning"), [(code(reason), text) for reason, text in REASONS.items()])
    return (
        "CloudEvents 1.0 in JSON; the subject is the case id. `GET /schemas/{type}` serves the JSON Schema.\n\n"
        + "\n".join(map(_event, NAMES))
        + f"\n## Refusals\n\n{refusals}"
    )


def _event(body: type[Body]) -> str:
    event_type = TYPE_OF[NAMES[body]]
    data = event_schema(event_type)["$defs"][CURRENT[event_type].__name__]
    required = data.get("required", ())
    rows = [
        (code(name), "required" if name in required else "", _values(field))
        for name, field in data.get("properties", {}).items()
    ]
    fields = table(("data", "", "values"), rows) if rows else "No data.\n"
    return f"## {NAMES[body]}\n\n{code(event_type)}: {' '.join((body.__doc__ or '').split())}\n\n{fields}"


def _values(schema: dict[str, Any]) -> str:
    """The JSON Schema of a field in a few words."""
    if "anyOf" in schema:
        return ", ".join(_values(one) for one in schema["anyOf"] if one.get("type") != "null")
    if "enum" in schema:
        return ", ".join(code(str(one)) for one in schema["enum"])
    if schema.get("format") == "date-time":
        return "RFC 3339 time with an offset"
    if schema["type"] == "boolean":
        return "`true`, `false`"
    return f"text of {schema['minLength']} to {schema['maxLength']} characters"
