"""The passing on of a source's events as bytes, in a loop of either kind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing, closing
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from streamkit._core.logger import logger
from streamkit.errors import StreamkitError
from streamkit.families._common.end_event import end_of
from streamkit.relay.ag_ui import AGUIEncoder
from streamkit.relay.base import Encoder
from streamkit.relay.chat_chunks import ChatChunkEncoder
from streamkit.relay.events_of import aevents_of, events_of
from streamkit.relay.responses import ResponsesEncoder
from streamkit.relay.sse import SSEEncoder
from streamkit.relay.ui_message_stream import UIMessageEncoder

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator, Iterable

__all__ = ["AnyEncoder", "OnError", "Protocol", "aframes", "encoder", "frames", "noted"]

AnyEncoder: TypeAlias = Encoder | SSEEncoder
"""An encoder of any protocol."""

Protocol: TypeAlias = Literal["ui-message", "ag-ui", "sse", "chat", "responses"]
"""A protocol by its name: of Vercel's AI SDK, AG-UI, our own events, chat completions and
Responses."""

OnError: TypeAlias = Callable[[Exception], object]
"""A function that is called with the error that ended a source."""

_ENCODERS: dict[str, type[AnyEncoder]] = {
    "ui-message": UIMessageEncoder,
    "ag-ui": AGUIEncoder,
    "sse": SSEEncoder,
    "chat": ChatChunkEncoder,
    "responses": ResponsesEncoder,
}


def encoder(protocol: Protocol | AnyEncoder = "sse", **options: Any) -> AnyEncoder:
    """Return a new encoder of a protocol; an encoder is returned as it is.

    Args:
        protocol: The name of the protocol.
        **options: The options of its encoder.

    Raises:
        ValueError: There is no such protocol.
        TypeError: The encoder has no such option.
    """
    if not isinstance(protocol, str):
        if options:
            raise TypeError(f"an encoder has its options already: {', '.join(options)}")
        return protocol
    if protocol not in _ENCODERS:
        raise ValueError(f"protocol must be one of {', '.join(_ENCODERS)}, not {protocol!r}")
    return _ENCODERS[protocol](**options)


def frames(
    events: Any,
    protocol: Protocol | AnyEncoder = "sse",
    *,
    on_error: OnError | None = None,
    **options: Any,
) -> Generator[bytes]:
    """Yield the bytes of a source that blocks, in a protocol, to the very end.

    An error of the source is not raised: the bytes say it, and ``on_error`` is called with it.
    Closing the iterator closes the source.

    Args:
        events: A stream, an observable, a hub, or any iterable of common events.
        protocol: The protocol, or its encoder.
        on_error: Called with the error that ended the source; by default it is logged.
        **options: The options of the encoder.
    """
    machine = encoder(protocol, **options)
    last: Iterable[bytes]
    numbered = _numbered(events, machine)
    with closing(events_of(events)) as source:
        try:
            for event in source:
                if numbered is not None:
                    numbered.cursor = events.cursor
                data = b"".join(machine.feed(event))
                if data:
                    yield data
        except Exception as error:  # noqa: BLE001 - whatever ended the source is said
            noted(error, on_error)
            _at_end(numbered, events)
            last = machine.feed(end_of(error))
        else:
            _at_end(numbered, events)
            last = machine.close()
    yield b"".join(last)


async def aframes(
    events: Any,
    protocol: Protocol | AnyEncoder = "sse",
    *,
    on_error: OnError | None = None,
    **options: Any,
) -> AsyncGenerator[bytes]:
    """Yield the bytes of any source in a protocol, on the event loop; see ``frames``.

    A source that blocks is read on a thread.
    """
    machine = encoder(protocol, **options)
    last: Iterable[bytes]
    numbered = _numbered(events, machine)
    async with aclosing(aevents_of(events)) as source:
        try:
            async for event in source:
                if numbered is not None:
                    numbered.cursor = events.cursor
                data = b"".join(machine.feed(event))
                if data:
                    yield data
        except Exception as error:  # noqa: BLE001 - whatever ended the source is said
            noted(error, on_error)
            _at_end(numbered, events)
            last = machine.feed(end_of(error))
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            last = machine.feed(end_of(error))  # the source's own task was cancelled, not this one
        else:
            _at_end(numbered, events)
            last = machine.close()
    yield b"".join(last)


def _numbered(events: Any, machine: Any) -> Any:
    """Return the encoder if it sends ids and the source has them, as the reader of a log does."""
    has_ids = hasattr(machine, "cursor") and isinstance(getattr(events, "cursor", None), str)
    return machine if has_ids else None


def _at_end(numbered: Any, events: Any) -> None:
    if numbered is not None:
        numbered.cursor = events.cursor


def noted(error: Exception, on_error: OnError | None) -> None:
    """Report the error that ended a source."""
    if on_error is not None:
        on_error(error)
    else:
        said = str(error) if isinstance(error, StreamkitError) else ""
        logger().warning("a relayed stream ended with %s: %s", type(error).__name__, said)
