"""JSON Schema of every event type, drawn from the wire structs that decode it."""

from typing import Any

import msgspec

from events import wire


def event_schema(event_type: str) -> dict[str, Any]:
    """JSON Schema (2020-12) of the whole CloudEvents message of a type; raises KeyError for an unknown type."""
    data = wire.CURRENT[event_type]
    (envelope_ref, data_ref), parts = msgspec.json.schema_components(
        (wire.Envelope, data), ref_template="#/$defs/{name}"
    )
    del envelope_ref
    envelope = dict(parts.pop("Envelope"))
    properties = dict(envelope["properties"])
    properties["type"] = {"const": event_type}
    properties["data"] = data_ref
    needs_data = ["data"] if parts[data.__name__].get("required") else []
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": event_type,
        "type": "object",
        "properties": properties,
        "required": [*envelope["required"], *needs_data],
        "$defs": parts,
    }
