"""Values of JSON: of what kind they are, and when two are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Hashable

    from streamkit.server.sampling.budget import Budget


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether it is an object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Whether it is a list."""
    return isinstance(value, list)


def key(value: Any, budget: Budget) -> Hashable:
    """What is equal for equal values alone: 1 and 1.0 are, 1 and true are not.

    Raises:
        ExhaustedError: It takes too much work.
    """
    budget.spend()
    if isinstance(value, bool):
        return ("boolean", value)
    if isinstance(value, int | float):
        # As text, because the hashes of many numbers can be made to be the same.
        whole = isinstance(value, float) and value.is_integer()
        return ("number", str(int(value) if whole else value))
    if is_list(value):
        return tuple(key(item, budget) for item in value)
    if is_object(value):
        return frozenset((name, key(part, budget)) for name, part in value.items())
    text: str | None = value
    budget.spend(len(text or ""))
    return text
