"""The height of a schema: the depth of its shallowest value."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streamkit.server.sampling.budget import Budget
    from streamkit.server.sampling.merge import Schema
    from streamkit.server.sampling.references import References


class Heights:
    """The height of each part of a schema: 0 for a scalar, otherwise one more than its content's.

    The height is infinite where no finite value fits. Keywords that do not nest are ignored.
    """

    def __init__(self, references: References, budget: Budget) -> None:
        self._budget = budget
        self._targets = dict.fromkeys(references.targets, math.inf)
        # Each round finds the heights that depend on those found before, until none is new.
        known: dict[str, float] = {}
        while known != self._targets:
            known = self._targets
            self._targets = {
                reference: self.of(target) for reference, target in references.targets.items()
            }

    def of(self, schema: Schema) -> float:
        """Return the height of a schema's lowest value.

        Raises:
            ExhaustedError: The search takes more than the budget.
        """
        self._budget.spend()
        if isinstance(schema, bool):
            return 0 if schema else math.inf
        if "const" in schema or "enum" in schema:
            return 0
        height = min((self._of_type(kind, schema) for kind in _types(schema)), default=0.0)
        if "$ref" in schema:
            height = max(height, self._targets[schema["$ref"]])
        for part in schema.get("allOf", ()):
            height = max(height, self.of(part))
        for keyword in ("anyOf", "oneOf"):
            if keyword in schema:
                height = max(height, min(map(self.of, schema[keyword])))
        return height

    def _of_type(self, kind: str, schema: Mapping[str, Any]) -> float:
        parts: list[Schema] = []
        if kind == "object":
            properties = schema.get("properties", {})
            required = schema.get("required", [])
            self._budget.spend(len(required))
            parts = [properties.get(key, True) for key in required]
        elif kind == "array":
            parts = list(schema.get("prefixItems", []))
            if schema.get("minItems", 0) > len(parts):
                parts.append(schema.get("items", True))
        else:
            return 0
        return 1 + max(map(self.of, parts), default=0)


def _types(schema: Mapping[str, Any]) -> list[str]:
    types = schema.get("type", [])
    return [types] if isinstance(types, str) else types
