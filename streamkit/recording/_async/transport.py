"""The transport that records what another one sends and receives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit._http.errors import library_of
from streamkit.recording.tape import Tape

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from typing import Self

    import httpx

    from streamkit.recording.leaving_out import LeavingOut
    from streamkit.recording.writer import Writer

__all__ = ["AsyncRecordingTransport"]


class AsyncRecordingTransport:
    """A transport around another one, with the interface of the HTTP library's."""

    def __init__(self, inner: Any, writer: Writer, leaving_out: LeavingOut) -> None:
        self._inner = inner
        self._writer = writer
        self._leaving_out = leaving_out

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request by the other transport, and record it and its response."""
        tape = Tape(self._writer, self._leaving_out, request)
        try:
            response: httpx.Response = await self._inner.handle_async_request(request)
        except Exception as error:
            tape.failed(error)
            raise
        except BaseException:
            tape.left()
            raise
        tape.answered(response)
        # The library checks that the stream is of a class of its own.
        kind = type("AsyncRecordedStream", (_Stream, library_of(response).AsyncByteStream), {})
        response.stream = kind(response.stream, tape)
        return response

    async def aclose(self) -> None:
        """Close the other transport."""
        await self._inner.aclose()

    async def __aenter__(self) -> Self:
        await self._inner.__aenter__()
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self._inner.__aexit__(*raised)


class _Stream:
    """The body of a response, recorded as it is read."""

    def __init__(self, inner: Any, tape: Tape) -> None:
        self._inner = inner
        self._tape = tape

    def __aiter__(self) -> AsyncIterator[bytes]:
        return _Reads(aiter(self._inner), self._tape)

    async def aclose(self) -> None:
        """Close the body."""
        self._tape.left()
        await self._inner.aclose()


class _Reads:
    def __init__(self, reads: AsyncIterator[bytes], tape: Tape) -> None:
        self._reads = reads
        self._tape = tape

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        try:
            data = await anext(self._reads)
        except StopAsyncIteration:
            self._tape.complete()
            raise
        except Exception as error:
            self._tape.failed(error)
            raise
        self._tape.read(data)
        return data
