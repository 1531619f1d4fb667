"""The items of a source as bytes of an event stream, whatever they are.

So all sources are read by one pipeline, and a wire that was decoded elsewhere is judged like one
that was not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from streamkit._core.answer_decoder import SSE
from streamkit._core.dumped import json_writer

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Pieces"]

_TAKES = (
    "bytes, text, server-sent events, or chunks as dicts or as objects that dump to one "
    "(model_dump, to_dict)"
)


class Pieces:
    """The conversion of one source's items, which is chosen once for each class of items.

    ``reader`` is the name of the public function, for errors.
    """

    def __init__(self, reader: str) -> None:
        self._reader = reader
        self._conversions: dict[type[Any], Callable[[Any], bytes]] = {bytes: _unchanged}

    def of(self, item: object) -> bytes:
        """Return the bytes of an item; raise ``TypeError`` for one that is no part of a stream."""
        conversion = self._conversions.get(type(item))
        if conversion is None:
            conversion = self._conversions[type(item)] = self._conversion(item)
        return conversion(item)

    def _conversion(self, item: object) -> Callable[[Any], bytes]:
        if isinstance(item, bytes | bytearray | memoryview):
            return bytes
        if isinstance(item, str):
            return _encoded
        if isinstance(item, SSE) and isinstance(cast("object", item.data), str | bytes):
            return _frame
        write = json_writer(type(item))
        if write is None:
            came = type(item).__name__
            raise TypeError(f"{self._reader}() takes a source of {_TAKES}, and not of {came}")
        return lambda value: b"data: " + write(value) + b"\n\n"


def _unchanged(data: bytes) -> bytes:
    return data


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _frame(event: SSE) -> bytes:
    data = event.data
    lines = _LINE_END.split(data if isinstance(data, bytes) else _encoded(data))
    name = event.event
    head = [] if name in {"", "message"} else [b"event: " + _encoded(name)]
    return b"\n".join([*head, *(b"data: " + line for line in lines), b"", b""])


_LINE_END = re.compile(rb"\r\n|\r|\n")
