"""The keywords of JSON Schema that compare a value as a whole, without a look at its parts."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import jsonschema

from streamkit.server.sampling.pattern import check_pattern
from streamkit.server.sampling.unsatisfiable import UnsatisfiableError

FORMAT_LIMIT = 1000
"""The number of characters that a text of a format may have."""

Holds = Callable[[Any, Any], bool]

# The types of jsonschema are too vague for a strict type checker.
_formats: Any = jsonschema.Draft202012Validator.FORMAT_CHECKER


def is_number(value: object) -> bool:
    """Return whether a value is a JSON number; Python's True and False are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _has_type(wanted: str | list[str], value: Any) -> bool:
    kinds = [wanted] if isinstance(wanted, str) else wanted
    return any(_TYPES[kind](value) for kind in kinds)


def _is_multiple(wanted: float, value: Any) -> bool:
    # Decimals are read as they are written: 0.3 is a multiple of 0.1.
    return not Fraction(str(value)) % Fraction(str(wanted))


def _has_format(wanted: str, value: Any) -> bool:
    if wanted == "regex":
        try:
            check_pattern(value)
        except UnsatisfiableError:
            return False
        return True
    if wanted not in _FORMATS:
        return True
    return len(value) <= FORMAT_LIMIT and bool(_formats.conforms(value, wanted))


def _has_dependents(wanted: dict[str, list[str]], value: Any) -> bool:
    return all(set(names) <= value.keys() for name, names in wanted.items() if name in value)


def _of(is_meant: Callable[[Any], bool], holds: Holds) -> Holds:
    """Return the test of a keyword that holds for all values of other types."""
    return lambda wanted, value: not is_meant(value) or holds(wanted, value)


def _is(*kinds: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, kinds)


_FORMATS = frozenset({"date", "email", "ipv4", "ipv6", "uuid"})
_TYPES: dict[str, Callable[[Any], bool]] = {
    "array": _is(list),
    "boolean": _is(bool),
    "integer": lambda value: is_number(value) and not value % 1,
    "null": lambda value: value is None,
    "number": is_number,
    "object": _is(dict),
    "string": _is(str),
}

ASSERTIONS: dict[str, Holds] = {
    "dependentRequired": _of(_is(dict), _has_dependents),
    "exclusiveMaximum": _of(is_number, lambda wanted, value: value < wanted),
    "exclusiveMinimum": _of(is_number, lambda wanted, value: value > wanted),
    "format": _of(_is(str), _has_format),
    "maxItems": _of(_is(list), lambda wanted, value: len(value) <= wanted),
    "maxLength": _of(_is(str), lambda wanted, value: len(value) <= wanted),
    "maxProperties": _of(_is(dict), lambda wanted, value: len(value) <= wanted),
    "maximum": _of(is_number, lambda wanted, value: value <= wanted),
    "minItems": _of(_is(list), lambda wanted, value: len(value) >= wanted),
    "minLength": _of(_is(str), lambda wanted, value: len(value) >= wanted),
    "minProperties": _of(_is(dict), lambda wanted, value: len(value) >= wanted),
    "minimum": _of(is_number, lambda wanted, value: value >= wanted),
    "multipleOf": _of(is_number, _is_multiple),
    "required": _of(_is(dict), lambda wanted, value: set(wanted) <= value.keys()),
    "type": _has_type,
}
"""The tests, by keyword, of the keyword's value and a value."""
