"""References inside a schema, and the definitions that they lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard, cast
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "DEFINITIONS",
    "Definition",
    "definition",
    "is_schema",
    "reachable",
    "references",
    "resolve",
]

DEFINITIONS = ("$defs", "definitions")
"""The keywords of the root that hold definitions: the current one, and the one of draft 7."""


class Definition(NamedTuple):
    """The place of a top-level definition."""

    keyword: str
    name: str


def is_schema(node: object) -> TypeGuard[dict[str, Any]]:
    """Return whether a node is a JSON object; another value may stand where a schema belongs."""
    return isinstance(node, dict)


def definition(reference: object) -> Definition | None:
    """Read ``#/$defs/Name``; None for a reference to anything but a top-level definition."""
    if not isinstance(reference, str):
        return None
    match reference.split("/"):
        case ["#", keyword, name] if keyword in DEFINITIONS:
            return Definition(keyword, unquote(name).replace("~1", "/").replace("~0", "~"))
        case _:
            return None


def resolve(root: dict[str, Any], reference: object) -> dict[str, Any] | None:
    """Return the target of a reference: the root (``#``), a top-level definition, or None."""
    if reference == "#":
        return root
    target = definition(reference)
    group = root.get(target.keyword) if target else None
    found: object = group.get(target.name) if target and is_schema(group) else None
    return found if is_schema(found) else None


def references(node: object) -> Iterator[str]:
    """Yield every reference inside a schema, at any depth."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if is_schema(current):
            reference = current.get("$ref")
            if isinstance(reference, str):
                yield reference
            waiting.extend(current.values())
        elif isinstance(current, list):
            waiting.extend(cast("list[object]", current))


def reachable(root: dict[str, Any], reference: str) -> set[str]:
    """Return every reference that can be reached from ``reference``."""
    found: set[str] = set()
    waiting = [reference]
    while waiting:
        new = set(references(resolve(root, waiting.pop()))) - found
        found |= new
        waiting.extend(new)
    return found
