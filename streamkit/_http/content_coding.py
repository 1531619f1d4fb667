"""The decoders of a body's content coding, which bound the bytes that are decoded at a time.

A few hundred bytes may decode to gigabytes. A decoder that receives all of them returns all of
those before they can be counted. So at most ``PIECE`` bytes are decoded at a time, and the reader
counts them.
"""

# Strategy: one coding and no more, because two on top of each other save nothing, and multiply how
# much a byte can decode to. Zlib, brotli and the newer decoders of zstd stop after a given number
# of bytes; zstd's older one is fed so few bytes at a time that it cannot return many.

from __future__ import annotations

import importlib
from contextlib import aclosing, closing, suppress
from typing import TYPE_CHECKING, Any, Protocol

from streamkit._http.async_closing import raw
from streamkit._http.coding_error import CodingError, HalfPackedError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator, Iterator

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
PIECE = 1 << 16
"""The number of bytes that are decoded at a time."""
SILENCE = 1 << 20
"""The number of bytes that may arrive in a row without any decoded byte."""
WINDOW_LOG = 23
"""The base-2 logarithm of zstd's largest window in bytes, as RFC 9659 sets it for HTTP."""

_SLICE = 16
"""The number of bytes fed to zstd's older decoder at once: at most four blocks of one letter."""


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
    return ", ".join(name for name in names if name in _DECODERS)


class _Decoder(Protocol):
    """The decoder of one coding."""

    @property
    def is_complete(self) -> bool:
        """Whether the coded data has ended."""
        ...

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the bytes decoded from ``data``, at most a few times ``PIECE`` at once."""
        ...


class Unpacking:
    """The decoding of one body, which checks that it is complete and not silent for too long."""

    def __init__(self, coding: str) -> None:
        make = _DECODERS.get(coding)
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


class _Zlib:
    """The decoder of gzip, which reads all members and ignores what follows; or of deflate."""

    def __init__(self, *, is_gzip: bool) -> None:
        self.is_complete = False
        self._is_gzip = is_gzip
        self._head = b""
        self._stream: Any = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        import zlib

        while data:
            if self._stream is None:
                data = self._head + data
                self._head = data if len(data) < 2 else b""
                if self._head:
                    return
                if self.is_complete and not (self._is_gzip and data.startswith(_MAGIC)):
                    return
                self._stream = zlib.decompressobj(self._window_bits(data))
                self.is_complete = False
            yield from self._pieces(data)
            if not self._stream.eof:
                return
            self.is_complete = True
            data = self._stream.unused_data
            self._stream = None

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        stream = self._stream
        while True:
            piece = stream.decompress(data, PIECE)
            data = stream.unconsumed_tail
            if piece:
                yield piece
            if stream.eof or (not data and len(piece) < PIECE):
                return

    def _window_bits(self, head: bytes) -> int:
        from zlib import MAX_WBITS

        if self._is_gzip:
            return MAX_WBITS | 16
        # Servers send as deflate both data with zlib's wrapper and data without it.
        is_wrapped = head[0] & 0x0F == 8 and int.from_bytes(head[:2], "big") % 31 == 0
        return MAX_WBITS if is_wrapped else -MAX_WBITS


class _Brotli:
    def __init__(self) -> None:
        library = _library("br", "brotli", "brotlicffi")
        self._stream = library.Decompressor()
        self._process = getattr(self._stream, "process", None) or self._stream.decompress

    @property
    def is_complete(self) -> bool:
        complete: bool = self._stream.is_finished()
        return complete

    def feed(self, data: bytes) -> Iterator[bytes]:
        while not self._stream.is_finished():
            try:
                piece = self._process(data, output_buffer_limit=PIECE)
            except TypeError:
                raise CodingError("brotli before 1.2 cannot be kept within a limit") from None
            data = b""
            if piece:
                yield piece
            elif self._stream.can_accept_more_data():
                return


class _Zstd:
    """The decoder of zstd, which reads frame by frame."""

    def __init__(self) -> None:
        library = _library("zstd", "compression.zstd", "backports.zstd", "zstandard")
        self._new: Callable[[], Any]
        self._read: Callable[[Any, bytes], Generator[bytes, None, bytes]]
        if hasattr(library, "DecompressionParameter"):
            options = {library.DecompressionParameter.window_log_max: WINDOW_LOG}
            self._new, self._read = lambda: library.ZstdDecompressor(options=options), _stopping
        else:
            settings = library.ZstdDecompressor(max_window_size=1 << WINDOW_LOG)
            self._new, self._read = settings.decompressobj, _in_slices
        self._frame: Any = None

    @property
    def is_complete(self) -> bool:
        return self._frame is None

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data:
            self._frame = self._frame or self._new()
            data = yield from self._read(self._frame, data)
            if self._frame.eof:
                self._frame = None


def _stopping(frame: Any, data: bytes) -> Generator[bytes, None, bytes]:
    """Yield the bytes decoded from ``data``; return the bytes after the end of the frame."""
    while True:
        if piece := frame.decompress(data, PIECE):
            yield piece
        if frame.eof:
            rest: bytes = frame.unused_data
            return rest
        if frame.needs_input:
            return b""
        data = b""


def _in_slices(frame: Any, data: bytes) -> Generator[bytes, None, bytes]:
    for at in range(0, len(data), _SLICE):
        if piece := frame.decompress(data[at : at + _SLICE]):
            yield piece
        if frame.eof:
            rest: bytes = frame.unused_data + data[at + _SLICE :]
            return rest
    return b""


def _library(coding: str, *names: str) -> Any:
    for name in names:
        with suppress(ImportError):
            return importlib.import_module(name)
    raise CodingError(f"to undo {coding}, one of these is needed: {', '.join(names)}")


_MAGIC = b"\x1f\x8b"

_DECODERS: dict[str, Callable[[], _Decoder]] = {
    "gzip": lambda: _Zlib(is_gzip=True),
    "deflate": lambda: _Zlib(is_gzip=False),
    "br": _Brotli,
    "zstd": _Zstd,
}
