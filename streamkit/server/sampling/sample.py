"""The drawing of a JSON value that a schema allows."""

# Strategy: build a value from the keywords that shape one, then let a validator judge it by all of
# them, and draw again when a rarer keyword (`not`, `if`, `contains`, ...) is not met. A recursive
# schema ends because each schema has a height, that of its lowest value: once a value is deep
# enough, only the lowest parts are chosen.

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from streamkit.server.sampling import words
from streamkit.server.sampling.budget import Budget
from streamkit.server.sampling.height import Heights
from streamkit.server.sampling.judge import Judge
from streamkit.server.sampling.merge import Schema, merged
from streamkit.server.sampling.number import number
from streamkit.server.sampling.pattern import LENGTH_LIMIT, matches, matching
from streamkit.server.sampling.references import References
from streamkit.server.sampling.unsatisfiable import UnsatisfiableError
from streamkit.server.sampling.values import key as equal

if TYPE_CHECKING:
    from collections.abc import Hashable
    from random import Random

ATTEMPTS = 30
NAME_LIMIT = 100
"""The number of characters of a field's name that its text may suit."""
DEPTH = 6
"""The nesting at which a value stops growing beyond the demands of its schema."""
SIZE_LIMIT = 20_000
"""The number of values within one value; a schema that demands more is refused."""


def sample(
    schema: dict[str, Any],
    random: Random,
    *,
    attempts: int = ATTEMPTS,
    budget: Budget | None = None,
) -> Any:
    """Return a value that the schema allows, as Python's JSON types.

    For schemas that strict mode takes, the first attempt succeeds, except where a pattern
    contradicts other keywords beside it.

    Args:
        schema: A valid schema, with references only to itself.
        random: The source of randomness.
        attempts: The number of values to try.
        budget: The work that all attempts may take; None for the usual budget.

    Raises:
        ExhaustedError: The search takes more than the budget.
        UnsatisfiableError: No value exists, or none was found.
    """
    budget = budget or Budget()
    try:
        references = References(schema)
        judge = Judge(schema, references, budget)
        heights = Heights(references, budget)
        for _ in range(attempts):
            sampler = _Sampler(random, judge, references, heights, budget)
            value = sampler.value(schema, "", 0)
            if judge.allows(value):
                return value
    except RecursionError:
        raise UnsatisfiableError("it is nested too deeply") from None
    raise UnsatisfiableError("no value was found that it allows")


class _Sampler:
    def __init__(
        self,
        random: Random,
        judge: Judge,
        references: References,
        heights: Heights,
        budget: Budget,
    ) -> None:
        self._random = random
        self._judge = judge
        self._references = references
        self._heights = heights
        self._budget = budget
        self._size = 0

    def value(self, schema: Schema, name: str, depth: int) -> Any:
        self._size += 1
        self._budget.spend()
        if self._size > SIZE_LIMIT:
            raise UnsatisfiableError(f"it demands more than {SIZE_LIMIT} values")
        schema = self._references.resolved(schema, self._budget)
        if isinstance(schema, bool):
            if not schema:
                raise UnsatisfiableError("false allows nothing")
            return words.phrase(self._random)
        if "const" in schema or "enum" in schema:
            return self._listed(schema)
        for keyword in ("anyOf", "oneOf"):
            if keyword in schema:
                return self._branch(schema, keyword, name, depth)
        types: str | list[str] = schema.get("type") or _implied_type(schema)
        if isinstance(types, str):
            return self._typed(types, schema, name, depth)
        each = {"anyOf": [{**schema, "type": kind} for kind in types]}
        return self._branch(each, "anyOf", name, depth)

    def _typed(self, kind: str, schema: dict[str, Any], name: str, depth: int) -> Any:
        match kind:
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, name, depth)
            case "string":
                return self._string(schema, name)
            case "boolean":
                return self._random.random() < 0.5
            case "null":
                return None
            case _:
                return self._number(schema, name, integral=kind == "integer")

    def _listed(self, schema: dict[str, Any]) -> Any:
        values = [schema["const"]] if "const" in schema else schema["enum"]
        allowed = [value for value in values if self._judge.allows(value, schema)]
        if not allowed:
            raise UnsatisfiableError(f"none of {values} is allowed")
        return self._random.choice(allowed)

    def _branch(self, schema: dict[str, Any], keyword: str, name: str, depth: int) -> Any:
        rest = {key: value for key, value in schema.items() if key != keyword}
        branches = [merged(rest, branch, self._budget) for branch in schema[keyword]]
        failure = UnsatisfiableError(f"{keyword} has no branch that allows a value")
        for branch in self._preferred(branches, depth):
            try:
                return self.value(branch, name, depth)
            except UnsatisfiableError as error:
                failure = error
        raise failure

    def _preferred(self, branches: list[Schema], depth: int) -> list[Schema]:
        self._random.shuffle(branches)
        if depth >= DEPTH:
            return sorted(branches, key=self._heights.of)
        # A value shows more than null, so it is tried first more often.
        return sorted(branches, key=lambda branch: _is_null(branch) and self._random.random() < 0.7)

    def _object(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        properties: dict[str, Any] = schema.get("properties", {})
        required: dict[str, None] = dict.fromkeys(schema.get("required", []))
        others: Schema = schema.get("additionalProperties", True)
        value: dict[str, Any] = {}
        for key in [*properties, *(key for key in required if key not in properties)]:
            part = properties.get(key, others)
            self._budget.spend(len(key))
            if key in required or (depth < DEPTH and self._heights.of(part) < math.inf):
                value[key] = self.value(part, key, depth + 1)
        wanted = _count(schema, "minProperties", 0)
        if isinstance(others, dict) and depth < DEPTH and not properties:
            wanted = max(wanted, 2)
        for _ in range(ATTEMPTS):
            if len(value) >= min(wanted, _count(schema, "maxProperties", wanted)):
                break
            key = self._key(schema)
            if key not in value:
                value[key] = self.value(others, key, depth + 1)
        return value

    def _key(self, schema: dict[str, Any]) -> str:
        names = schema.get("propertyNames")
        if isinstance(names, dict):
            return str(self.value({"type": "string", **names}, "id", DEPTH))
        return words.word(self._random)

    def _array(self, schema: dict[str, Any], name: str, depth: int) -> list[Any]:
        prefix: list[Any] = schema.get("prefixItems", [])
        items: Schema = schema.get("items", True)
        least = _count(schema, "minItems", 0)
        most = _count(schema, "maxItems", max(least, len(prefix)) + 3)
        if items is False:
            most = min(most, len(prefix))
        size = max(least, len(prefix))
        if depth < DEPTH and not prefix and self._heights.of(items) < math.inf:
            size = self._random.randint(max(least, min(1, most)), max(least, min(most, least + 3)))
        value: list[Any] = []
        seen: set[Hashable] = set()
        for _ in range(size + ATTEMPTS):
            if len(value) == min(size, most):
                break
            position = len(value)
            part = prefix[position] if position < len(prefix) else items
            item = self.value(part, name, depth + 1)
            if schema.get("uniqueItems"):
                if (same := equal(item, self._budget)) in seen:
                    continue
                seen.add(same)
            value.append(item)
        return value

    def _number(self, schema: dict[str, Any], name: str, *, integral: bool) -> int | float:
        usual = (1900, 2030) if "year" in name.lower() else (1, 100)
        value = number(schema, self._random, integral=integral, usual=usual)
        if value is None:
            raise UnsatisfiableError("no number lies within the bounds")
        return value

    def _string(self, schema: dict[str, Any], name: str) -> str:
        least = _count(schema, "minLength", 0)
        most = _count(schema, "maxLength", max(least, LENGTH_LIMIT))
        if least > LENGTH_LIMIT:
            raise UnsatisfiableError(f"a text of {least} characters is too long")
        if "pattern" in schema:
            return self._matching(schema, least, most)
        text = words.text_of_format(schema.get("format", ""), self._random)
        if text is not None:
            return text
        text = words.text_for(name[:NAME_LIMIT], self._random)
        self._budget.spend(max(least, len(text)))
        while len(text) < least:
            text += " " + words.phrase(self._random)
        return text if len(text) <= most else text[:most]

    def _matching(self, schema: dict[str, Any], least: int, most: int) -> str:
        pattern: str = schema["pattern"]
        stretch = 0
        for _ in range(ATTEMPTS):
            text = words.text_of_format(schema.get("format", ""), self._random)
            if text is None or not matches(pattern, text, budget=self._budget):
                text = matching(pattern, self._random, stretch=stretch, budget=self._budget)
            if least <= len(text) <= most and matches(pattern, text, budget=self._budget):
                return text
            # The stretch is enough for one repetition; several make the text too long, so halve it.
            stretch = stretch + least - len(text) if len(text) < least else stretch // 2
        raise UnsatisfiableError(f"no text for {pattern!r} was found")


def _count(schema: dict[str, Any], keyword: str, absent: int) -> int:
    """Return the value of a keyword that counts, as an int: 2.0 is a valid count too."""
    return int(schema.get(keyword, absent))


def _is_null(schema: Schema) -> bool:
    return isinstance(schema, dict) and schema.get("type") == "null"


def _implied_type(schema: dict[str, Any]) -> str:
    for kind, keywords in _KEYWORDS.items():
        if not keywords.isdisjoint(schema):
            return kind
    return "string"


_KEYWORDS = {
    "object": {
        "properties",
        "required",
        "additionalProperties",
        "minProperties",
        "propertyNames",
    },
    "array": {"items", "prefixItems", "minItems", "maxItems", "uniqueItems"},
    "number": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
}
