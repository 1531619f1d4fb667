"""A schema as the key of a cache."""

from __future__ import annotations

from typing import Any

__all__ = ["WrittenSchema"]


class WrittenSchema:
    """A schema that equals those written the same way, with the fields in the same order."""

    __slots__ = ("_written", "schema")

    def __init__(self, schema: dict[str, Any]) -> None:
        self.schema = schema
        self._written = repr(schema)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WrittenSchema) and self._written == other._written

    def __hash__(self) -> int:
        return hash(self._written)
