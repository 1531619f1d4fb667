"""The base of the library's plain values, such as a request or a family."""

from __future__ import annotations

from msgspec import Struct

__all__ = ["Value"]


class Value(Struct, frozen=True):
    """An immutable value, which is neither decoded nor sent.

    To define a dataclass takes Python some twenty times as long, and every import of streamkit
    would wait for that.
    """
