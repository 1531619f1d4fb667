"""The decoding of JSON into wire types: as fast and strict as msgspec, and lenient where needed.

Strategy: msgspec decodes data that fit the type exactly, which is nearly everything. Data that it
refuses (an unknown field, a value of another type, half a surrogate pair) are read again with the
standard library and built field by field, so nothing that came is lost.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

import msgspec

from streamkit._core.compiled import decoder
from streamkit._core.construction import construct
from streamkit._core.wire import Wire
from streamkit.limits import DEFAULTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["NestingError", "WireDecoder", "brackets", "is_json", "loads"]

W = TypeVar("W", bound=Wire)


class NestingError(ValueError):
    """JSON is nested deeper than the limit."""


class WireDecoder(Generic[W]):
    """A decoder of JSON into one wire type."""

    def __init__(self, type_: type[W]) -> None:
        self._type = type_
        self.decode_strictly: Callable[[bytes | str], W] = _strict(type_)
        """Decode data that fit the type exactly.

        Raises ``ValueError`` for any other data, or ``RecursionError`` for data nested too deeply.
        """

    def decode(self, data: bytes | str, max_depth: int = DEFAULTS.json_depth) -> W:
        """Decode the object in ``data``; raise ``ValueError`` if they hold no JSON object.

        If the object is nested too deeply, the error is a ``NestingError``.
        """
        try:
            return self.decode_strictly(data)
        except (ValueError, RecursionError):
            # msgspec raises for a misfit, and for half a surrogate pair in a text.
            return self.decode_leniently(data, max_depth)

    def decode_leniently(self, data: bytes | str, max_depth: int = DEFAULTS.json_depth) -> W:
        """Decode data that do not fit the type exactly; this is much slower."""
        value = loads(data, max_depth)
        if not isinstance(value, dict):
            raise ValueError(f"expected a JSON object, got {type(value).__name__}")  # noqa: TRY004 - like bad JSON
        return construct(self._type, cast("dict[str, Any]", value))


@functools.cache
def _strict(type_: type[W]) -> Callable[[bytes | str], W]:
    return decoder(type_).decode


def loads(data: bytes | str, max_depth: int = DEFAULTS.json_depth) -> Any:
    """Decode any JSON value; raise ``ValueError``, or ``NestingError`` for one that is too deep."""
    import json

    try:
        value = json.loads(data)
    except RecursionError as error:
        raise NestingError(f"nested deeper than {max_depth} levels") from error
    # With fewer brackets than allowed levels, no value can be too deep.
    if brackets(data) > max_depth and _is_deeper(value, max_depth):
        raise NestingError(f"nested deeper than {max_depth} levels")
    return value


def is_json(data: bytes | str) -> bool:
    """Return whether the data are one whole JSON object or list, even one too deep to read."""
    text = data.lstrip()
    if text[:1] not in _OPENING:
        return False
    try:
        _raw.decode(text)
    except RecursionError:
        return True
    except ValueError:
        return False
    return True


_OPENING = ("{", "[", b"{", b"[")
_raw = decoder(msgspec.Raw)


def brackets(data: bytes | str) -> int:
    """Return the number of brackets that open in the data, which are no less than its levels."""
    if isinstance(data, str):
        return data.count("[") + data.count("{")
    return data.count(b"[") + data.count(b"{")


def _is_deeper(value: Any, depth: int) -> bool:
    """Return whether more than ``depth`` containers are nested, checked level by level."""
    level = _containers([value])
    while level and depth:
        depth -= 1
        level = [
            inner
            for outer in level
            for inner in _containers(outer.values() if isinstance(outer, dict) else outer)
        ]
    return bool(level)


def _containers(items: Iterable[Any]) -> list[dict[str, Any] | list[Any]]:
    return [item for item in items if isinstance(item, (dict, list))]
