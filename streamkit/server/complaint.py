"""The errors of msgspec about a request, translated into those of the API."""

# Strategy: msgspec reports what it expected and where ("Expected `int`, got `str` - at `$.n`").
# Each kind of error is one row of a table: a pattern of its text, and the API's text for it.

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from streamkit.server.api_error import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from msgspec import ValidationError


def complaint(
    error: ValidationError, body: Any, *, supported: Mapping[str, Sequence[str]]
) -> ApiError:
    """Return the API's error for the first fault in ``body``.

    Args:
        error: The error of msgspec.
        body: The value that it refused.
        supported: The values that the error names, by the field's path without list positions.
    """
    text, _, path = str(error).partition(" - at `$")
    param = path.rstrip("`").removeprefix(".").partition("[...]")[0]
    for pattern, worded in _FINDINGS:
        if found := re.fullmatch(pattern, text):
            return worded(param, _at(body, param), *found.groups())
    if found := re.fullmatch(r"Invalid (?:enum )?value ('.*')", text):
        return _not_supported(param, found[1], supported)
    return ApiError(f"Invalid value for '{param}': {text}.", param=param, code="invalid_value")


def missing(param: str) -> ApiError:
    """Return the API's error for a required parameter that is missing."""
    return ApiError(
        f"Missing required parameter: '{param}'.", param=param, code="missing_required_parameter"
    )


def unknown(param: str) -> ApiError:
    """Return the API's error for an unknown parameter."""
    return ApiError(f"Unknown parameter: '{param}'.", param=param, code="unknown_parameter")


def _wrong_type(param: str, _: object, expected: str, got: str) -> ApiError:
    kinds = [_KINDS.get(kind, kind) for kind in expected.split(" | ") if kind != "null"]
    wanted = kinds[0] if len(kinds) == 1 else "one of " + " or ".join(kinds)
    return ApiError(
        f"Invalid type for '{param}': expected {wanted}, but got {_KINDS.get(got, got)} instead.",
        param=param,
        code="invalid_type",
    )


def _missing_field(param: str, _: object, field: str) -> ApiError:
    return missing(_join(param, field))


def _unknown_field(param: str, _: object, field: str) -> ApiError:
    return unknown(_join(param, field))


def _out_of_range(param: str, value: object, kind: str, comparison: str, bound: str) -> ApiError:
    number = "integer" if kind == "int" else "decimal"
    low = comparison == ">="
    # msgspec does not report which value of a mapping is at fault.
    got = "" if isinstance(value, dict) else f", but got {value} instead"
    return ApiError(
        f"Invalid '{param}': {number} {'below minimum' if low else 'above maximum'} value. "
        f"Expected a value {comparison} {bound.removesuffix('.0')}{got}.",
        param=param,
        code=f"{number}_{'below_min' if low else 'above_max'}_value",
    )


def _too_few(param: str, _: object, least: str) -> ApiError:
    return ApiError(
        f"Invalid '{param}': empty array. Expected an array with minimum length {least}, "
        "but got an empty array instead.",
        param=param,
        code="empty_array",
    )


def _too_many(param: str, value: Any, kind: str, most: str) -> ApiError:
    what, wanted, got, code = _SIZES[kind]
    return ApiError(
        f"Invalid '{param}': {what}. "
        f"Expected {wanted.format(most)}, but got {got.format(len(value))} instead.",
        param=param,
        code=code,
    )


def _no_match(param: str, _: object, pattern: str) -> ApiError:
    return ApiError(
        f"Invalid '{param}': string does not match pattern. "
        f"Expected a string that matches the pattern '{pattern}'.",
        param=param,
        code="invalid_value",
    )


def _not_supported(param: str, value: str, supported: Mapping[str, Sequence[str]]) -> ApiError:
    known = [f"'{name}'" for name in supported.get(re.sub(r"\[\d+\]", "", param), ())]
    values = f" Supported values are: {', '.join(known[:-1])}, and {known[-1]}." if known else ""
    return ApiError(f"Invalid value: {value}.{values}", param=param, code="invalid_value")


_FINDINGS: tuple[tuple[str, Callable[..., ApiError]], ...] = (
    (r"Expected `([^`]*)`, got `([^`]*)`", _wrong_type),
    (r"Object missing required field `([^`]*)`", _missing_field),
    (r"Object contains unknown field `([^`]*)`", _unknown_field),
    (r"Expected `(int|float)` ([<>]=) (\S+)", _out_of_range),
    (r"Expected `array` of length >= (\d+)", _too_few),
    (r"Expected `(array|object|str)` of length <= (\d+)", _too_many),
    (r"Expected `str` matching regex '(.*)'", _no_match),
)

_KINDS = {
    "array": "an array",
    "bool": "a boolean",
    "float": "a decimal",
    "int": "an integer",
    "object": "an object",
    "str": "a string",
    "NoneType": "null",
}

_SIZES = {
    "array": (
        "array too long",
        "an array with maximum length {}",
        "an array with length {}",
        "array_above_max_length",
    ),
    "object": (
        "too many properties",
        "an object with at most {} properties",
        "an object with {} properties",
        "object_above_max_properties",
    ),
    "str": (
        "string too long",
        "a string with maximum length {}",
        "a string with length {}",
        "string_above_max_length",
    ),
}


def _join(param: str, field: str) -> str:
    return f"{param}.{field}" if param else field


def _at(body: Any, param: str) -> Any:
    for key, position in re.findall(r"([^.\[\]]+)|\[(\d+)\]", param):
        body = body[int(position)] if position else body[key]
    return body
