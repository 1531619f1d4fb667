"""The validation of a value by a JSON schema."""

# Strategy: one walk over a schema and a value spends from the budget at each step, because schemas
# are untrusted, and references can make a small one cost any amount. Each schema returns the set of
# parts that it has evaluated, names in an object and positions in an array, for the keywords about
# unevaluated parts; None means that the value is not allowed.

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from streamkit.server.sampling.assertions import ASSERTIONS
from streamkit.server.sampling.pattern import matches
from streamkit.server.sampling.values import is_list, is_object, key

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamkit.server.sampling.budget import Budget
    from streamkit.server.sampling.merge import Schema
    from streamkit.server.sampling.references import References

    Seen = set[str | int] | None
    """The evaluated parts of a value; None when the value is not allowed."""


class Judge:
    """A validator of values by a schema, which must be valid."""

    def __init__(self, root: dict[str, Any], references: References, budget: Budget) -> None:
        self._root = root
        self._references = references
        self._budget = budget
        self._listed: dict[int, tuple[list[Any], frozenset[Any]]] = {}

    def allows(self, value: object, part: Schema | None = None) -> bool:
        """Return whether the schema, or the given part of it, allows a value.

        Raises:
            ExhaustedError: The validation takes more than the budget.
            RecursionError: A reference leads to itself, or the value is nested too deeply.
            UnsatisfiableError: A pattern is invalid.
        """
        return self._seen(self._root if part is None else part, value) is not None

    def _seen(self, schema: Schema, value: Any) -> Seen:
        self._budget.spend()
        if isinstance(schema, bool):
            return set() if schema else None
        seen: set[str | int] = set()
        for keyword, wanted in schema.items():
            if holds := ASSERTIONS.get(keyword):
                self._budget.spend(1 + _length(wanted) + _length(value))
                if not holds(wanted, value):
                    return None
            elif found := self._APPLICATORS.get(keyword):
                self._budget.spend()
                more = found(self, wanted, value, schema)
                if more is None:
                    return None
                seen |= more
        return self._with_others(schema, value, seen)

    def _with_others(self, schema: dict[str, Any], value: Any, seen: set[str | int]) -> Seen:
        """Apply the keywords about the parts that no other keyword has evaluated."""
        if is_object(value) and "unevaluatedProperties" in schema:
            names = [name for name in value if name not in seen]
            return self._each(schema["unevaluatedProperties"], value, names, seen)
        if is_list(value) and "unevaluatedItems" in schema:
            places = [place for place in range(len(value)) if place not in seen]
            return self._each(schema["unevaluatedItems"], value, places, seen)
        return seen

    def _each(self, schema: Schema, value: Any, places: Any, seen: set[str | int]) -> Seen:
        """Apply one schema to several parts of a value."""
        for place in places:
            if self._seen(schema, value[place]) is None:
                return None
            seen.add(place)
        return seen

    # Keywords about the parts of a value

    def _properties(self, wanted: dict[str, Any], value: Any, _: Any) -> Seen:
        seen: set[str | int] = set()
        if is_object(value):
            self._budget.spend(len(wanted))
            for name in wanted.keys() & value.keys():
                if self._seen(wanted[name], value[name]) is None:
                    return None
                seen.add(name)
        return seen

    def _pattern_properties(self, wanted: dict[str, Any], value: Any, _: Any) -> Seen:
        seen: set[str | int] = set()
        if is_object(value):
            for pattern, part in wanted.items():
                names = [name for name in value if self._matches(pattern, name)]
                if self._each(part, value, names, seen) is None:
                    return None
        return seen

    def _additional_properties(self, wanted: Schema, value: Any, schema: dict[str, Any]) -> Seen:
        if not is_object(value):
            return set()
        properties = schema.get("properties", {})
        patterns = schema.get("patternProperties", {})
        names = [
            name
            for name in value
            if name not in properties
            and not any(self._matches(pattern, name) for pattern in patterns)
        ]
        return self._each(wanted, value, names, set())

    def _property_names(self, wanted: Schema, value: Any, _: Any) -> Seen:
        names: Any = value if is_object(value) else ()
        return set() if all(self.allows(name, wanted) for name in names) else None

    def _prefix_items(self, wanted: list[Schema], value: Any, _: Any) -> Seen:
        seen: set[str | int] = set()
        if is_list(value):
            for place, part in enumerate(wanted[: len(value)]):
                if self._each(part, value, [place], seen) is None:
                    return None
        return seen

    def _items(self, wanted: Schema, value: Any, schema: dict[str, Any]) -> Seen:
        if not is_list(value):
            return set()
        places = range(len(schema.get("prefixItems", ())), len(value))
        return self._each(wanted, value, places, set())

    def _contains(self, wanted: Schema, value: Any, schema: dict[str, Any]) -> Seen:
        if not is_list(value):
            return set()
        found = [place for place, item in enumerate(value) if self.allows(item, wanted)]
        least, most = schema.get("minContains", 1), schema.get("maxContains", len(value))
        return set(found) if least <= len(found) <= most else None

    # Keywords with other schemas for the same value

    def _reference(self, wanted: str, value: Any, _: Any) -> Seen:
        return self._seen(self._references.targets[wanted], value)

    def _all(self, wanted: list[Schema], value: Any, _: Any) -> Seen:
        seen: set[str | int] = set()
        for part in wanted:
            more = self._seen(part, value)
            if more is None:
                return None
            seen |= more
        return seen

    def _any(self, wanted: list[Schema], value: Any, _: Any) -> Seen:
        found = [seen for part in wanted if (seen := self._seen(part, value)) is not None]
        nothing: set[str | int] = set()
        return nothing.union(*found) if found else None

    def _one(self, wanted: list[Schema], value: Any, _: Any) -> Seen:
        found = [seen for part in wanted if (seen := self._seen(part, value)) is not None]
        return found[0] if len(found) == 1 else None

    def _not(self, wanted: Schema, value: Any, _: Any) -> Seen:
        return None if self.allows(value, wanted) else set()

    def _if(self, wanted: Schema, value: Any, schema: dict[str, Any]) -> Seen:
        met = self._seen(wanted, value)
        then = self._seen(schema.get("else" if met is None else "then", True), value)
        return None if then is None else then | (met or set())

    def _dependent_schemas(self, wanted: dict[str, Any], value: Any, _: Any) -> Seen:
        names: Any = value if is_object(value) else ()
        return self._all([part for name, part in wanted.items() if name in names], value, None)

    # Keywords that need more than a comparison

    def _enum(self, wanted: list[Any], value: Any, _: Any) -> Seen:
        if id(wanted) not in self._listed:
            keys = frozenset(key(each, self._budget) for each in wanted)
            # The list is held too, so that no other list gets its id.
            self._listed[id(wanted)] = (wanted, keys)
        return set() if key(value, self._budget) in self._listed[id(wanted)][1] else None

    def _const(self, wanted: Any, value: Any, _: Any) -> Seen:
        return set() if key(wanted, self._budget) == key(value, self._budget) else None

    def _unique_items(self, wanted: bool, value: Any, _: Any) -> Seen:  # noqa: FBT001 - a keyword's value
        if not wanted or not is_list(value):
            return set()
        return set() if len({key(item, self._budget) for item in value}) == len(value) else None

    def _pattern(self, wanted: str, value: Any, _: Any) -> Seen:
        return set() if not isinstance(value, str) or self._matches(wanted, value) else None

    def _matches(self, pattern: str, text: str) -> bool:
        return matches(pattern, text, budget=self._budget)

    _APPLICATORS: ClassVar[dict[str, Callable[[Judge, Any, Any, dict[str, Any]], Seen]]] = {
        "$dynamicRef": _reference,
        "$ref": _reference,
        "additionalProperties": _additional_properties,
        "allOf": _all,
        "anyOf": _any,
        "const": _const,
        "contains": _contains,
        "dependentSchemas": _dependent_schemas,
        "enum": _enum,
        "if": _if,
        "items": _items,
        "not": _not,
        "oneOf": _one,
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "prefixItems": _prefix_items,
        "properties": _properties,
        "propertyNames": _property_names,
        "uniqueItems": _unique_items,
    }


def _length(value: Any) -> int:
    is_sized = isinstance(value, str) or is_list(value) or is_object(value)
    return len(value) if is_sized else 0
