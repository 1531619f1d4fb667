"""A body of a WSGI response, for Flask and Django, that passes a stream on."""

# The server asks for the next piece and waits for it, so the stream is read on a thread: the server
# is given a comment when nothing has come for a while, and so notices that its client has left.

from __future__ import annotations

import asyncio
import queue
import threading
from contextlib import aclosing, closing, suppress
from typing import TYPE_CHECKING, Any

from streamkit.relay.events_of import is_async
from streamkit.relay.on_thread import AHEAD
from streamkit.relay.passing_on import aframes, encoder, frames
from streamkit.relay.sse_frames import KEEP_ALIVE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Self

    from streamkit.relay.passing_on import AnyEncoder, OnError, Protocol

__all__ = ["RelayBody", "body"]


def body(
    events: Any,
    protocol: Protocol | AnyEncoder = "sse",
    *,
    keep_alive: float | None = 15,
    on_error: OnError | None = None,
    **options: Any,
) -> RelayBody:
    """Return a body that passes on a stream, for Flask, Django and any other WSGI server.

        body = relay.wsgi.body(client.chat.completions.stream(...), protocol="ui-message")
        return flask.Response(body, headers=body.headers)
        return django.http.StreamingHttpResponse(body, headers=body.headers)

    The server closes the body when the client has left, which ends the stream's request.

    Args:
        events: A stream, an observable, a hub, or an iterable of common events, async or not.
        protocol: The protocol, or its encoder.
        keep_alive: The seconds of silence after which a comment is sent; None sends none.
        on_error: Called with the error that ended the stream; by default it is logged.
        **options: The options of the encoder.
    """
    return RelayBody(events, encoder(protocol, **options), keep_alive=keep_alive, on_error=on_error)


class RelayBody:
    """The iterable of bytes that ``body`` returns; its ``headers`` belong to the response."""

    def __init__(
        self,
        events: Any,
        machine: AnyEncoder,
        *,
        keep_alive: float | None = 15,
        on_error: OnError | None = None,
    ) -> None:
        self.headers: Mapping[str, str] = dict(machine.headers)
        """The headers of the response."""
        self._events = events
        self._machine = machine
        self._keep_alive = keep_alive
        self._on_error = on_error
        self._ready: queue.Queue[bytes | BaseException | None] = queue.Queue(AHEAD)
        self._is_closed = False
        self._has_ended = False
        self._stop: Callable[[], object] | None = None
        self._thread: threading.Thread | None = None

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        if self._thread is None and not self._is_closed:
            self._thread = threading.Thread(target=self._run, name="streamkit relay", daemon=True)
            self._thread.start()
        if self._has_ended or self._is_closed:
            raise StopIteration
        try:
            item = self._ready.get(timeout=self._keep_alive)
        except queue.Empty:
            return KEEP_ALIVE
        if isinstance(item, bytes):
            return item
        self._has_ended = True
        if item is None:
            raise StopIteration
        raise item

    def close(self) -> None:
        """End the stream; any thread may call this."""
        self._is_closed = True
        if self._stop is not None:
            with suppress(ValueError, RuntimeError):  # a generator that runs, a loop that is closed
                self._stop()
        with suppress(queue.Empty):  # so that the thread finds room, and sees that it may end
            while True:
                self._ready.get_nowait()

    def __del__(self) -> None:
        self.close()

    # The thread's side.

    def _run(self) -> None:
        end: BaseException | None = None
        try:
            if is_async(self._events):
                asyncio.run(self._read_on_loop())
            else:
                self._read()
        except BaseException as error:  # noqa: BLE001 - it is raised where the server iterates
            end = error
        self._put(end)

    def _put(self, item: bytes | BaseException | None) -> bool:
        if not self._is_closed:
            self._ready.put(item)
        return not self._is_closed

    def _read(self) -> None:
        self._stop = getattr(self._events, "close", None)
        with closing(frames(self._events, self._machine, on_error=self._on_error)) as source:
            for data in source:
                if not self._put(data):
                    return

    async def _read_on_loop(self) -> None:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        self._stop = lambda: loop.call_soon_threadsafe(task.cancel) if task else None
        async with aclosing(
            aframes(self._events, self._machine, on_error=self._on_error)
        ) as source:
            async for data in source:
                if not self._put(data):
                    return
