"""When two values of JSON are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Hashable

    from streamkit.server.budget import Budget


def key(value: Any, budget: Budget) -> Hashable:
    """What is equal for equal values alone: 1 and 1.0 are, 1 and true are not.

    Raises:
        ExhaustedError: It takes too much work.
    """
    budget.spend()
    match value:
        case bool():
            return ("boolean", value)
        case int() | float():
            # As text, because the hashes of many numbers can be made to be the same.
            whole = isinstance(value, float) and value.is_integer()
            return ("number", str(int(value) if whole else value))
        case list():
            return tuple(key(item, budget) for item in value)
        case dict():
            return frozenset((name, key(part, budget)) for name, part in value.items())
        case _:
            text: str | None = value
            budget.spend(len(text or ""))
            return text
