"""The limits of Anthropic's structured outputs on JSON schemas."""

# Source: https://docs.anthropic.com/en/docs/build-with-claude/structured-outputs.

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from streamkit.server.messages.complaint import refused
from streamkit.server.schemas import check_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamkit.server.sampling.budget import Budget

UNSUPPORTED: dict[str, frozenset[str]] = {
    "array": frozenset({"contains", "maxItems", "uniqueItems"}),
    "integer": frozenset(
        {
            "exclusiveMaximum",
            "exclusiveMinimum",
            "maximum",
            "minimum",
            "multipleOf",
        }
    ),
    "object": frozenset({"maxProperties", "minProperties", "patternProperties"}),
    "string": frozenset({"maxLength", "minLength"}),
}
"""The keywords that the API does not enforce, by type."""
UNSUPPORTED["number"] = UNSUPPORTED["integer"]


def check(schema: dict[str, Any], *, place: str, strict: bool, budget: Budget) -> None:
    """Raise the API's error for an invalid schema, or one that it cannot enforce.

    Args:
        schema: The schema.
        place: The place of the schema in the request.
        strict: Whether the API is to enforce the schema.
        budget: The work that the check may take.
    """
    check_schema(schema, owner=place, strict=False, param=place, code=None, budget=budget)
    for words in _violations(schema) if strict else ():
        raise refused(place, words)


def _violations(schema: dict[str, Any]) -> Iterator[str]:
    waiting: list[object] = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting += cast("list[object]", part)
        if not isinstance(part, dict):
            continue
        fields = cast("dict[str, Any]", part)
        kind = fields.get("type")
        if kind == "object" and fields.get("additionalProperties") is not False:
            yield "For 'object' type, 'additionalProperties' must be explicitly set to false"
        if kind == "array" and fields.get("minItems", 0) > 1:
            yield "For 'array' type, 'minItems' values other than 0 or 1 are not supported"
        if isinstance(kind, str) and (found := UNSUPPORTED.get(kind, frozenset()) & fields.keys()):
            yield f"For '{kind}' type, properties {', '.join(sorted(found))} are not supported"
        waiting += (fields.get(keyword) for keyword in ("items", "anyOf", "allOf", "oneOf"))
        for keyword in ("properties", "$defs", "definitions"):
            if isinstance(named := fields.get(keyword), dict):
                waiting += cast("dict[str, object]", named).values()
