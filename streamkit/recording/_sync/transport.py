# Made from ../_async/transport.py by .ci/unasync.py: change it there.
"""The transport that records what another one sends and receives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit._http.errors import library_of
from streamkit.recording.tape import Tape

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

    import httpx

    from streamkit.recording.leaving_out import LeavingOut
    from streamkit.recording.writer import Writer

__all__ = ["RecordingTransport"]


class RecordingTransport:
    """A transport around another one, with the interface of the HTTP library's."""

    def __init__(self, inner: Any, writer: Writer, leaving_out: LeavingOut) -> None:
        self._inner = inner
        self._writer = writer
        self._leaving_out = leaving_out

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request by the other transport, and record it and its response."""
        tape = Tape(self._writer, self._leaving_out, request)
        try:
            response: httpx.Response = self._inner.handle_request(request)
        except Exception as error:
            tape.failed(error)
            raise
        except BaseException:
            tape.left()
            raise
        tape.answered(response)
        # The library checks that the stream is of a class of its own.
        kind = type("RecordedStream", (_Stream, library_of(response).SyncByteStream), {})
        response.stream = kind(response.stream, tape)
        return response

    def close(self) -> None:
        """Close the other transport."""
        self._inner.close()

    def __enter__(self) -> Self:
        self._inner.__enter__()
        return self

    def __exit__(self, *raised: object) -> None:
        self._inner.__exit__(*raised)


class _Stream:
    """The body of a response, recorded as it is read."""

    def __init__(self, inner: Any, tape: Tape) -> None:
        self._inner = inner
        self._tape = tape

    def __iter__(self) -> Iterator[bytes]:
        return _Reads(iter(self._inner), self._tape)

    def close(self) -> None:
        """Close the body."""
        self._tape.left()
        self._inner.close()


class _Reads:
    def __init__(self, reads: Iterator[bytes], tape: Tape) -> None:
        self._reads = reads
        self._tape = tape

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        try:
            data = next(self._reads)
        except StopIteration:
            self._tape.complete()
            raise
        except Exception as error:
            self._tape.failed(error)
            raise
        self._tape.read(data)
        return data
