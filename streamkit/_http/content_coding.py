"""The body of a response without its content coding, as it arrives."""

# Strategy: one coding and no more, because two on top of each other save nothing, and multiply how
# much a byte can decode to.

from __future__ import annotations

from contextlib import aclosing, closing
from typing import TYPE_CHECKING, Any

from streamkit._http.async_closing import raw
from streamkit._http.coding_decoders import DECODERS, PIECE
from streamkit._http.coding_error import CodingError, HalfPackedError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator, Iterator

    import httpx

    from streamkit._http.async_closing import AsyncPieces

__all__ = [
    "ACCEPTED",
    "PIECE",
    "CodingError",
    "HalfPackedError",
    "Unpacking",
    "coding_of",
    "unpacked",
    "unpacked_async",
]

ACCEPTED = "gzip, deflate"
"""The codings that a request accepts for an answer that is not streamed."""
SILENCE = 1 << 20
"""The number of bytes that may arrive in a row without any decoded byte."""


def unpacked(response: httpx.Response) -> Generator[bytes, None, None]:
    """Return the decoded body of ``response`` as it arrives; reading raises ``CodingError``.

    The messages of an event stream of AWS become server-sent events.
    """
    chunks = _decoded(response)
    if not _is_of_aws(response):
        return chunks
    from streamkit._http.aws_event_stream import events

    return events(chunks)


def unpacked_async(response: httpx.Response) -> AsyncPieces:
    """Return the decoded body of ``response`` as it arrives on an event loop."""
    chunks = _decoded_async(response)
    if not _is_of_aws(response):
        return chunks
    from streamkit._http.aws_event_stream import events_async

    return events_async(chunks)


def _is_of_aws(response: httpx.Response) -> bool:
    media_type: str = response.headers.get("content-type", "")
    return media_type.startswith("application/vnd.amazon.eventstream")


def _decoded(response: httpx.Response) -> Generator[bytes, None, None]:
    if response.is_stream_consumed:  # as it is by an HTTP client without sockets
        return _once(response.content)
    coding = coding_of(response)
    return _undone(response, coding) if coding else _own(response.iter_raw())


def _decoded_async(response: httpx.Response) -> AsyncPieces:
    if response.is_stream_consumed:
        return _once_async(response.content)
    coding = coding_of(response)
    return _undone_async(response, coding) if coding else raw(response)


def _undone(response: httpx.Response, coding: str) -> Generator[bytes, None, None]:
    with closing(_own(response.iter_raw())) as chunks:
        unpacking = Unpacking(coding)
        for chunk in chunks:
            yield from unpacking.feed(chunk)
        unpacking.close()


async def _undone_async(response: httpx.Response, coding: str) -> AsyncGenerator[bytes, None]:
    async with aclosing(raw(response)) as chunks:
        unpacking = Unpacking(coding)
        async for chunk in chunks:
            for piece in unpacking.feed(chunk):
                yield piece
        unpacking.close()


def _own(chunks: Any) -> Any:
    """Return ``chunks``: all libraries annotate them as an iterator, and return a generator."""
    return chunks


def _once(content: bytes) -> Generator[bytes, None, None]:
    yield content


async def _once_async(content: bytes) -> AsyncGenerator[bytes, None]:
    yield content


def coding_of(response: httpx.Response) -> str:
    """Return the names of the body's codings; an empty text if the body is not encoded.

    A name that is no coding is ignored: some servers put a charset there.
    """
    said: str | None = response.headers.get("content-encoding")
    if said is None:
        return ""
    names = (name.strip().lower().removeprefix("x-") for name in said.split(","))
    return ", ".join(name for name in names if name in DECODERS)


class Unpacking:
    """The decoding of one body, which checks that it is complete and not silent for too long."""

    def __init__(self, coding: str) -> None:
        make = DECODERS.get(coding)
        if make is None:
            raise CodingError(f"it is packed more than once: {coding[:100]}")
        self._coding = coding
        self._decoder = make()
        self._silence = 0
        self._has_begun = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the bytes decoded from ``data``; raise ``CodingError`` if it is not so coded."""
        self._has_begun = self._has_begun or bool(data)
        self._silence += len(data)
        pieces = self._decoder.feed(data)
        while piece := self._next(pieces):
            self._silence = 0
            yield piece
        if self._silence > SILENCE:
            raise CodingError(f"{self._silence} bytes of {self._coding} are nothing at all")

    def close(self) -> None:
        """Raise ``HalfPackedError`` if the coded data has not ended."""
        if self._has_begun and not self._decoder.is_complete:
            raise HalfPackedError(f"it ended in the middle of its {self._coding}")

    def _next(self, pieces: Iterator[bytes]) -> bytes | None:
        try:
            return next(pieces, None)
        except CodingError:
            raise
        except Exception as error:  # noqa: BLE001 - each library has a class of its own
            said = f"{type(error).__name__}: {error}"
        raise CodingError(f"it is no {self._coding} ({said})")
