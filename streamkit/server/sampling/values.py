"""The kinds of JSON values, and the equality of two values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Hashable

    from streamkit.server.sampling.budget import Budget


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Return whether a value is an object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Return whether a value is a list."""
    return isinstance(value, list)


def key(value: Any, budget: Budget) -> Hashable:
    """Return a key that is the same for equal values only: 1 and 1.0 are equal, 1 and true not.

    Raises:
        ExhaustedError: The value is too large for the budget.
    """
    budget.spend()
    if isinstance(value, bool):
        return ("boolean", value)
    if isinstance(value, int | float):
        # Numbers are keyed as text, because an attacker can choose many with the same hash.
        whole = isinstance(value, float) and value.is_integer()
        return ("number", str(int(value) if whole else value))
    if is_list(value):
        return tuple(key(item, budget) for item in value)
    if is_object(value):
        return frozenset((name, key(part, budget)) for name, part in value.items())
    text: str | None = value
    budget.spend(len(text or ""))
    return text
