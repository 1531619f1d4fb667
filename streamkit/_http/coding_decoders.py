"""The decoders of the content codings, each of which decodes a bounded number of bytes at a time.

A few hundred bytes may decode to gigabytes. A decoder that receives all of them returns all of
those before they can be counted. So at most ``PIECE`` bytes are decoded at a time, and the reader
counts them.
"""

# Strategy: zlib, brotli and the newer decoders of zstd stop after a given number of bytes; zstd's
# older one is fed so few bytes at a time that it cannot return many.

from __future__ import annotations

import importlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from streamkit._http.coding_error import CodingError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

__all__ = ["DECODERS", "PIECE", "Decoder"]

PIECE = 1 << 16
"""The number of bytes that are decoded at a time."""
WINDOW_LOG = 23
"""The base-2 logarithm of zstd's largest window in bytes, as RFC 9659 sets it for HTTP."""

_SLICE = 16
"""The number of bytes fed to zstd's older decoder at once: at most four blocks of one letter."""


class Decoder(Protocol):
    """The decoder of one coding."""

    @property
    def is_complete(self) -> bool:
        """Whether the coded data has ended."""
        ...

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the bytes decoded from ``data``, at most a few times ``PIECE`` at once."""
        ...


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
    """The decoder of br, which ignores what follows it in a short body."""

    def __init__(self) -> None:
        self._library = _library("br", "brotli", "brotlicffi")
        self._stream = self._library.Decompressor()
        self._came = bytearray()  # the data so far, while it is at most PIECE
        self._made = 0

    @property
    def is_complete(self) -> bool:
        complete: bool = self._stream.is_finished()
        return complete

    def feed(self, data: bytes) -> Iterator[bytes]:
        if len(self._came) <= PIECE:
            self._came += data[: PIECE + 1]
        try:
            for piece in self._pieces(data):
                self._made += len(piece)
                yield piece
        except self._library.error:
            if len(self._came) > PIECE:
                raise
            yield from self._rest()

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        process = getattr(self._stream, "process", None) or self._stream.decompress
        while not self._stream.is_finished():
            try:
                piece: bytes = process(data, output_buffer_limit=PIECE)
            except TypeError:
                raise CodingError("brotli before 1.2 cannot be kept within a limit") from None
            data = b""
            if piece:
                yield piece
            elif self._stream.can_accept_more_data():
                return

    def _rest(self) -> Iterator[bytes]:
        """Yield the rest of what can be decoded.

        The library fails where data follows the end, and keeps what came before. So all of it is
        decoded once more, byte by byte.
        """
        self._stream = self._library.Decompressor()
        known = self._made
        for byte in self._came:
            for piece in self._pieces(bytes((byte,))):
                if new := piece[known:]:
                    yield new
                known = max(0, known - len(piece))


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

DECODERS: dict[str, Callable[[], Decoder]] = {
    "gzip": lambda: _Zlib(is_gzip=True),
    "deflate": lambda: _Zlib(is_gzip=False),
    "br": _Brotli,
    "zstd": _Zstd,
}
"""The functions that make the decoder of a coding, by its name."""
