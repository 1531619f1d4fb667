"""Decoders and converters of types that one thread at a time compiles, and all threads use."""

# msgspec (as of 0.22.0) compiles a Struct at its first use, and another thread that uses the Struct
# meanwhile sees it half compiled: the process crashes. So the first use of a type is made here,
# under a lock, which no later use takes.

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
"""The lock that is held while a type is compiled."""
if hasattr(os, "register_at_fork"):  # a fork meanwhile would leave its child waiting forever
    os.register_at_fork(
        before=one_at_a_time.acquire,
        after_in_parent=one_at_a_time.release,
        after_in_child=one_at_a_time.release,
    )


def decoder(type_: type[T]) -> msgspec.json.Decoder[T]:
    """Return a decoder of JSON into the type; raise ``TypeError`` if msgspec does not know it."""
    with one_at_a_time:
        return msgspec.json.Decoder(type_)


def converter(type_: Any) -> Callable[..., Any]:
    """Return a function that converts decoded values into the type, in any thread.

    It takes the value and ``strict``, as ``msgspec.convert`` does, and raises
    ``msgspec.ValidationError`` for a value that does not fit.
    """
    with one_at_a_time, suppress(msgspec.ValidationError):
        msgspec.convert(None, type_)  # this compiles the type and all its parts
    return partial(msgspec.convert, type=type_)


_converter = cache(converter)


@overload
def convert(value: Any, type_: type[T], *, strict: bool = True) -> T: ...
@overload
def convert(value: Any, type_: object, *, strict: bool = True) -> Any: ...
def convert(value: Any, type_: Any, *, strict: bool = True) -> Any:
    """Convert a value into one of this package's own types, whose converters are kept forever.

    Raises ``msgspec.ValidationError`` for a value that does not fit.
    """
    return _converter(type_)(value, strict=strict)
