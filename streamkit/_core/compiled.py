"""What is made of types, made by one thread at a time."""

# msgspec (0.22.0 does) compiles a Struct where it is first used, and shows what it has so far to
# every other thread that comes to use it meanwhile: the process crashes. So whoever may be the
# first to use one does it here. What has been compiled may be used by all threads at once.

from __future__ import annotations

import os
import threading
from typing import Any, Final, TypeVar, overload

import msgspec

__all__ = ["convert", "decoder", "one_at_a_time"]

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


@overload
def convert(value: Any, type_: type[T], *, strict: bool = True) -> T: ...
@overload
def convert(value: Any, type_: object, *, strict: bool = True) -> Any: ...
def convert(value: Any, type_: Any, *, strict: bool = True) -> Any:
    """The value as one of the type; raises ``msgspec.ValidationError`` when it is none."""
    with one_at_a_time:
        return msgspec.convert(value, type_, strict=strict)
