"""Schemas of objects, as generators write them and as strict mode requires them."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]


def obj(**properties: Schema) -> Schema:
    """Return an object schema as the generator of a validator writes it."""
    return {"type": "object", "properties": properties}


def closed(**properties: Schema) -> Schema:
    """Return an object schema as strict mode requires it."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
