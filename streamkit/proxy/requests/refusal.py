"""The refusal of a request, and the checks of the shapes of its members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, cast

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

__all__ = ["RequestError", "items", "mapping", "no_others", "objects", "refuse", "text"]

Object = dict[str, Any]


class RequestError(Exception):
    """A request that the proxy cannot pass on.

    Args:
        message: What was expected, and what came.
        param: The member of the request that is at fault.
        status: The HTTP status.
    """

    def __init__(self, message: str, *, param: str | None = None, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.status = status


def refuse(where: str, expected: str, came: object) -> NoReturn:
    """Refuse a member of a request that is not what was expected."""
    kind = "null" if came is None else type(came).__name__
    shown = f"{came[:80]!r}" if isinstance(came, str) else kind
    raise RequestError(f"{where} must be {expected}, not {shown}", param=where)


def mapping(value: object, where: str) -> Object:
    """Return a value that is an object."""
    return cast("Object", value) if isinstance(value, dict) else refuse(where, "an object", value)


def items(value: object, where: str) -> list[Any]:
    """Return a value that is an array; null and a missing one are empty."""
    if value is None:
        return []
    return cast("list[Any]", value) if isinstance(value, list) else refuse(where, "an array", value)


def objects(value: object, where: str) -> Iterator[tuple[str, Object]]:
    """Yield the place and the object, for each in an array; null and a missing one are empty."""
    for number, each in enumerate(items(value, where)):
        place = f"{where}[{number}]"
        yield place, mapping(each, place)


def text(value: object, where: str) -> str:
    """Return a value that is a string."""
    return value if isinstance(value, str) else refuse(where, "a string", value)


def no_others(
    params: Mapping[str, Any], known: Collection[str], hints: Collection[str], api: str
) -> None:
    """Refuse parameters that the API behind the proxy has no word for, unless they are null."""
    for name, value in params.items():
        if value is not None and name not in known and name not in hints:
            raise RequestError(
                f"the API behind this proxy ({api}) has no parameter like {name!r}", param=name
            )
