"""Types are compiled by one thread at a time, and used by all at once."""

# msgspec (0.22.0 does) compiles a Struct where it is first used, and shows what it has so far to
# every other thread that comes to use it meanwhile: the process crashes. So the first use of a type
# is made here, under a lock; no other one takes it.

from __future__ import annotations

import os
import threading
from contextlib import suppress
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final, TypeVar, overload

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["convert", "converter", "decoder", "one_at_a_time"]

T = TypeVar("T")

one_at_a_time: Final = threading.RLock()
"""Held while a type is looked into for the first time."""
if hasattr(
    os, "register_at_fork"
):  # nor does a process fork meanwhile, or its child waits for ever
    os.register_at_fork(
        before=one_at_a_time.acquire,
        after_in_parent=one_at_a_time.release,
        after_in_child=one_at_a_time.release,
    )


def decoder(type_: type[T]) -> msgspec.json.Decoder[T]:
    """A decoder of JSON into the type; raises ``TypeError`` where msgspec does not know it."""
    with one_at_a_time:
        return msgspec.json.Decoder(type_)


def converter(type_: Any) -> Callable[..., Any]:
    """Return a function that converts decoded values into the type, in any thread.

    It takes the value and ``strict``, as ``msgspec.convert`` does, and raises
    ``msgspec.ValidationError`` for a value that does not fit.
    """
    with one_at_a_time, suppress(msgspec.ValidationError):
        msgspec.convert(None, type_)  # which compiles all that is in it
    return partial(msgspec.convert, type=type_)


_converter = cache(converter)


@overload
def convert(value: Any, type_: type[T], *, strict: bool = True) -> T: ...
@overload
def convert(value: Any, type_: object, *, strict: bool = True) -> Any: ...
def convert(value: Any, type_: Any, *, strict: bool = True) -> Any:
    """Convert a value into one of this package's own types, each of which is kept for good.

    Raises ``msgspec.ValidationError`` for a value that does not fit.
    """
    return _converter(type_)(value, strict=strict)
