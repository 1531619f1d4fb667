"""The drawing of a number that a JSON schema allows."""

# Strategy: all candidates lie on a grid: the multiples of `multipleOf`, of one for integers, of a
# hundredth for other numbers. Exact fractions find the first and the last point within the bounds,
# and one of the points is drawn. Decimals are read as they are written: 0.1 is a tenth.

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

TRIES = 50
LARGEST = 10**308
"""The largest number, because other readers could not read a larger one."""


class _Bound(NamedTuple):
    value: Fraction
    exclusive: bool


def number(
    schema: Mapping[str, Any], random: Random, *, integral: bool, usual: tuple[int, int]
) -> int | float | None:
    """Return a number within the schema's bounds, or None when there is none.

    ``usual`` is the range to draw from where the schema has no bounds.
    """
    low, high = _low(schema), _high(schema)
    multiple = Fraction(str(schema["multipleOf"])) if "multipleOf" in schema else None
    grid = _grid(multiple, integral=integral)
    first, last = _points(grid, low, high, usual)
    if max(abs(first), abs(last)) * grid > LARGEST:
        return None
    if first > last:
        return None if integral or multiple or not low or not high else _between(low, high)
    value = random.randint(first, last) * grid
    for _ in range(TRIES):
        # Validators divide floats, so a multiple that passes that division is better.
        if multiple is None or (float(value) / float(multiple)).is_integer():
            break
        value = random.randint(first, last) * grid
    return int(value) if value.denominator == 1 else float(value)


def _low(schema: Mapping[str, Any]) -> _Bound | None:
    bounds = _bounds(schema, "minimum", "exclusiveMinimum")
    return max(bounds, default=None)


def _high(schema: Mapping[str, Any]) -> _Bound | None:
    bounds = _bounds(schema, "maximum", "exclusiveMaximum")
    return min(bounds, key=lambda bound: (bound.value, not bound.exclusive), default=None)


def _bounds(schema: Mapping[str, Any], inclusive: str, exclusive: str) -> list[_Bound]:
    return [
        _Bound(Fraction(str(schema[word])), word == exclusive)
        for word in (inclusive, exclusive)
        if word in schema
    ]


def _grid(multiple: Fraction | None, *, integral: bool) -> Fraction:
    if multiple is None:
        return Fraction(1) if integral else Fraction(1, 100)
    # The integers among the multiples of p/q, in lowest terms, are the multiples of p.
    return Fraction(multiple.numerator) if integral else multiple


def _points(
    grid: Fraction, low: _Bound | None, high: _Bound | None, usual: tuple[int, int]
) -> tuple[int, int]:
    span = max(math.floor((usual[1] - usual[0]) / grid), 5)
    first = last = None
    if low:
        point = low.value / grid
        first = math.floor(point) + 1 if low.exclusive else math.ceil(point)
    if high:
        point = high.value / grid
        last = math.ceil(point) - 1 if high.exclusive else math.floor(point)
    if first is None:
        first = math.ceil(usual[0] / grid) if last is None else last - span
    return first, first + span if last is None else last


def _between(low: _Bound, high: _Bound) -> float | None:
    for candidate in (float((low.value + high.value) / 2), float(low.value), float(high.value)):
        value = Fraction(str(candidate))
        above = value > low.value or (value == low.value and not low.exclusive)
        below = value < high.value or (value == high.value and not high.exclusive)
        if above and below:
            return candidate
    return None
