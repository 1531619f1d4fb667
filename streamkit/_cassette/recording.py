"""One exchange as it was recorded: a request, and what answered it with the time of each read."""

from __future__ import annotations

import re
from typing import Any, Literal, NamedTuple, TypeAlias
from urllib.parse import urlsplit

import msgspec

__all__ = ["End", "Failure", "Headers", "Read", "Recording"]

Headers: TypeAlias = tuple[tuple[str, str], ...]
End: TypeAlias = Literal["complete", "left", "error", "unknown"]


class Read(NamedTuple):
    """One read of the socket: its bytes and its time."""

    seconds: float
    """Seconds since the request was sent."""
    data: bytes


class Failure(msgspec.Struct, frozen=True):
    """An exception of the HTTP client: the name of its class, and its text."""

    type: str
    message: str = ""


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """One exchange: a request, and the response as it arrived over the network.

    All times are seconds since the request was sent.
    """

    request: Any
    """The body of the request: a JSON value, a text, or None when it was left out."""
    reads: tuple[Read, ...] = ()
    method: str = "POST"
    url: str = ""
    request_headers: Headers = ()
    started: float = 0.0
    """The time of the request, in seconds since the cassette was begun."""
    status: int | None = 200
    """The status of the response; None when none came."""
    version: str = "HTTP/1.1"
    headers: Headers = (("content-type", "text/event-stream"),)
    """The headers of the response."""
    answered: float = 0.0
    """The time of the response's headers."""
    end: End = "complete"
    """How the exchange ended: with the whole response, with an error, or because the client closed
    the response first; "unknown" when the recorder stopped before."""
    ended: float = 0.0
    """The time of the end, or of the last that is known."""
    failure: Failure | None = None
    """The error that ended the exchange."""

    @property
    def body(self) -> bytes:
        """The body of the response, as far as it came."""
        return b"".join(read.data for read in self.reads)

    @property
    def streamed(self) -> bool:
        """Whether a stream of server-sent events was requested; otherwise it is one JSON object."""
        match self.request:
            case {"stream": True}:
                return True
            case _:
                return False

    @property
    def is_whole(self) -> bool:
        """Whether the response came to its end, or to the event that ends an answer."""
        if self.end == "left":  # as clients do right after that event
            return _ends_an_answer(self.body[-_TAIL:]) is not None
        return self.end == "complete"

    @property
    def path(self) -> str:
        """The path of the request's URL."""
        return urlsplit(self.url).path

    @property
    def query(self) -> str:
        """The query of the request's URL."""
        return urlsplit(self.url).query


_ends_an_answer = re.compile(
    rb"""^data:\ ?\[DONE\]
    | "type":\ ?"(?:message_stop|response\.(?:completed|failed|incomplete)|error)" """,
    re.MULTILINE | re.VERBOSE,
).search
_TAIL = 1 << 16
"""The bytes at the end of a body among which the event is sought that ends an answer."""
