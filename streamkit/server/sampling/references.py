"""The targets of a JSON schema's references."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote

from streamkit.server.sampling.merge import Schema, merged
from streamkit.server.sampling.unsatisfiable import UnsatisfiableError
from streamkit.structured.schema.references import is_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamkit.server.sampling.budget import Budget


class References:
    """The targets of all references in a schema that refers only to itself.

    Raises:
        UnsatisfiableError: A reference has no target.
    """

    def __init__(self, root: dict[str, Any]) -> None:
        self.targets = {reference: _target(root, reference) for _, reference in references(root)}
        """The target of each reference, itself unresolved."""

    def resolved(self, schema: Schema, budget: Budget) -> Schema:
        """Return the schema with its own ``$ref`` and ``allOf`` merged in; those of parts stay.

        Raises:
            ExhaustedError: The merging takes more than the budget.
            UnsatisfiableError: A reference leads to itself.
        """
        seen: set[str] = set()
        while isinstance(schema, dict) and ("$ref" in schema or "allOf" in schema):
            parts: list[Schema] = [*schema.get("allOf", [])]
            if "$ref" in schema:
                reference = schema["$ref"]
                if reference in seen:
                    raise UnsatisfiableError(f"reference {reference!r} leads to itself")
                seen.add(reference)
                parts.append(self.targets[reference])
            schema = {key: schema[key] for key in schema if key not in {"$ref", "allOf"}}
            for part in parts:
                schema = merged(part, schema, budget)
        return schema


def references(
    node: object, context: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield the path of each object that holds a reference, and the reference."""
    if is_schema(node):
        for keyword in ("$ref", "$dynamicRef"):
            reference: object = node.get(keyword)
            if isinstance(reference, str):
                yield context, reference
        for key, value in node.items():
            yield from references(value, (*context, key))
    elif isinstance(node, list):
        for position, value in enumerate(cast("list[object]", node)):
            yield from references(value, (*context, position))


def _target(root: dict[str, Any], reference: str) -> Any:
    node: Any = root
    pointer = unquote(reference).removeprefix("#")
    if pointer and not pointer.startswith("/"):
        raise UnsatisfiableError(f"reference {reference!r} leads nowhere")
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        try:
            node = node[key] if is_schema(node) else node[int(key)]
        except (LookupError, TypeError, ValueError):
            raise UnsatisfiableError(f"reference {reference!r} leads nowhere") from None
    return node
