"""The encoder of a stream that is passed on in the protocol in which it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from streamkit.events import EndEvent, end_of
from streamkit.machine import Machine
from streamkit.relay import HEADERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from streamkit.relay import ErrorText

__all__ = ["PassedOn"]


class PassedOn(Machine["bytes | EndEvent", bytes]):
    """A machine that frames the JSON of each event of an answer, and says the end.

    Nothing that the API sent is lost. An error, a cut and a cancellation are an ``error`` object,
    which clients raise.

    Args:
        names_events: Whether a frame has the type of its event, as those of Responses do; else
            ``[DONE]`` ends the stream, as in chat completions.
        error_text: Returns the text of an error for the reader.
    """

    headers: Mapping[str, str] = HEADERS

    def __init__(self, *, names_events: bool, error_text: ErrorText) -> None:
        self._names_events = names_events
        self._error_text = error_text
        self._has_ended = False

    def feed(self, value: bytes | EndEvent, /) -> Sequence[bytes]:
        """Take the JSON of an event, or the end, and return its frame."""
        if self._has_ended:
            return ()
        if isinstance(value, EndEvent):
            self._has_ended = True
            return self._end(value)
        if not self._names_events:
            return (b"data: %b\n\n" % value,)
        return (b"event: %b\ndata: %b\n\n" % (_type(value), value),)

    def close(self) -> Iterable[bytes]:
        """Return the frame of the end of a stream that is whole."""
        return self.feed(end_of())

    def _end(self, end: EndEvent) -> Sequence[bytes]:
        if end.status == "complete":
            # The last event of a response says its end; a comment has the id of the end.
            return (b": end\n\n",) if self._names_events else (b"data: [DONE]\n\n",)
        error: dict[str, Any] = {"message": self._error_text(end), "code": end.status}
        data: dict[str, Any] = {"error": {**error, "type": end.status}}
        if not self._names_events:
            return (b"data: %b\n\n" % _json(data),)
        return (b"event: error\ndata: %b\n\n" % _json({"type": "error", **error, **data}),)


class _Typed(msgspec.Struct):
    type: str = "message"


_json = msgspec.json.encode
_decode = msgspec.json.Decoder(_Typed).decode


def _type(data: bytes) -> bytes:
    return _decode(data).type.encode()
