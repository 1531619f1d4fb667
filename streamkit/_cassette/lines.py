"""The lines of a cassette."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from msgspec import UNSET, Struct, UnsetType

from streamkit._cassette.recording import Failure, Headers

__all__ = [
    "VERSION",
    "EndLine",
    "Head",
    "Line",
    "ReadLine",
    "RequestLine",
    "RequestPart",
    "ResponseLine",
    "ResponsePart",
    "read_line",
]

VERSION = 1
"""The version of the format, which the first line names."""


class Head(Struct, omit_defaults=True):
    """The first line."""

    cassette: int
    made_by: str = ""
    made_at: str = ""


class RequestPart(Struct, omit_defaults=True):
    """A request; without ``json`` and ``text`` its body was left out."""

    method: str
    url: str
    headers: Headers = ()
    json: Any = UNSET
    text: str | UnsetType = UNSET


class ResponsePart(Struct):
    """A response without its body."""

    status: int
    version: str = "HTTP/1.1"
    headers: Headers = ()


class RequestLine(Struct):
    """The beginning of an exchange."""

    n: int
    at: float
    request: RequestPart


class ResponseLine(Struct):
    """The arrival of a response's headers."""

    n: int
    at: float
    response: ResponsePart


class ReadLine(Struct, omit_defaults=True):
    """A read of a response's body: as a text, or in base64 if it is no whole UTF-8."""

    n: int
    at: float
    text: str | UnsetType = UNSET
    base64: bytes | UnsetType = UNSET


class EndLine(Struct, omit_defaults=True):
    """The end of an exchange."""

    n: int
    at: float
    end: Literal["complete", "left", "error"]
    error: Failure | UnsetType = UNSET


Line: TypeAlias = RequestLine | ResponseLine | ReadLine | EndLine


def read_line(n: int, at: float, data: bytes) -> ReadLine:
    """Return the line of a read."""
    try:
        return ReadLine(n, at, text=data.decode())
    except UnicodeDecodeError:
        return ReadLine(n, at, base64=data)
