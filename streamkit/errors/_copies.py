"""Exceptions that can be copied and pickled with their attributes."""

# Python copies an exception by calling its class with its arguments, which here are the message
# alone. So ours are made without their constructors, and their attributes are restored.

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Self, SupportsIndex

__all__ = ["CopyableError", "again"]


class CopyableError(Exception):
    """An exception whose copies keep its attributes, but neither its traceback nor its cause.

    An attribute that cannot be copied or pickled is None in the copy, which has a note of it: an
    answer may have been parsed into an object that cannot leave its process.
    """

    def __copy__(self) -> Self:
        return again(type(self), self.args, vars(self))

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        from copy import deepcopy

        copied = _each(vars(self), lambda value: deepcopy(value, memo), "copied")
        return again(type(self), self.args, copied)

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        import pickle

        pickled = _each(vars(self), lambda value: pickle.loads(pickle.dumps(value)), "pickled")  # noqa: S301 - our own
        return again, (type(self), self.args, pickled)


AnyError = TypeVar("AnyError", bound=Exception)


def again(
    kind: type[AnyError], args: tuple[object, ...], attributes: Mapping[str, object]
) -> AnyError:
    """Return a copy of an error, without its traceback and cause."""
    error = kind.__new__(kind, *args)
    error.args = args
    vars(error).update(attributes)
    if notes := cast("list[str]", attributes.get("__notes__")):
        vars(error)["__notes__"] = [*notes]
    return error


def _each(
    attributes: Mapping[str, object], convert: Callable[[object], object], done: str
) -> dict[str, object]:
    """Convert the attributes; one that cannot be converted becomes None, with a note."""
    converted: dict[str, object] = {}
    notes: list[str] = []
    for name, value in attributes.items():
        try:
            converted[name] = convert(value)
        except Exception as error:  # noqa: BLE001 - a class may raise any error there
            converted[name] = None
            notes.append(f"{name} is missing: it cannot be {done} ({type(error).__name__})")
    if notes:
        converted["__notes__"] = [*cast("list[str]", converted.get("__notes__") or ()), *notes]
    return converted
