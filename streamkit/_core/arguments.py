"""The checks of a program's own arguments, which raise where the mistake was written."""

from __future__ import annotations

from collections.abc import Iterable
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import UnionType

__all__ = [
    "require",
    "require_callable",
    "require_count",
    "require_flag",
    "require_iterable",
    "require_number",
    "require_plain",
    "require_word",
]


def require(
    name: str, value: object, kinds: type[Any] | UnionType, noun: str, advice: str = ""
) -> None:
    """Raise ``TypeError`` unless an argument is of its class, or of one of its classes."""
    if not isinstance(value, kinds):
        raise TypeError(f"{name} must be {noun}, not {type(value).__name__}{advice}")


def require_callable(name: str, value: object, advice: str = "") -> None:
    """Raise ``TypeError`` unless an argument can be called."""
    if not callable(value):
        raise TypeError(f"{name} must be a function, not {type(value).__name__}{advice}")


def require_plain(name: str, value: object) -> None:
    """Raise ``TypeError`` unless an argument is a function whose result is not awaited."""
    require_callable(name, value)
    if iscoroutinefunction(value) or iscoroutinefunction(type(value).__call__):
        raise TypeError(f"{name} must be a plain function: a coroutine would not be awaited")


def require_flag(name: str, value: object) -> None:
    """Raise ``TypeError`` unless an argument is true or false."""
    require(name, value, bool, "true or false")


def require_number(name: str, value: object) -> None:
    """Raise ``TypeError`` unless an argument is a number; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} must be a number, not {type(value).__name__}")


def require_count(name: str, value: object, least: int = 1) -> None:
    """Raise ``TypeError`` unless an argument is a whole number, ``ValueError`` if it is too low."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be a whole number, not {type(value).__name__}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, not {value}")


def require_word(name: str, value: object, words: Sequence[str]) -> None:
    """Raise ``TypeError`` unless an argument is a string, ``ValueError`` if it is another word."""
    *others, last = map(repr, words)
    allowed = f"{', '.join(others)} or {last}"
    require(name, value, str, allowed)
    if cast("str", value) not in words:
        raise ValueError(f"{name} must be {allowed}, not {value!r}")


def require_iterable(name: str, value: object, noun: str) -> None:
    """Raise ``TypeError`` unless an argument is an iterable; a string is none of things."""
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        single = ": put it into a list" if callable(value) else ""
        raise TypeError(f"{name} must be {noun}, not {type(value).__name__}{single}")
