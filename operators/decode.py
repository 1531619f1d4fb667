"""Server-sent events to chunks."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, cast, overload

from streamkit.errors import (
    APIError,
    LimitExceededError,
    OpenAIError,
    StreamDecodeError,
    StreamTruncatedError,
)
from streamkit.limits import DEFAULTS, Limits
from streamkit.machine import Machine
from streamkit.operators.lift import lift
from streamkit.types import ChatCompletionChunk, NestingError, Wire, WireDecoder
from streamkit.types.decoding import loads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from reactivex import Observable

    from streamkit.types import ChunkChoice

__all__ = ["SSE", "ChunkDecoder", "OnTruncated", "decode", "reported"]

W = TypeVar("W", bound=Wire)

OnTruncated = Literal["error", "accept"]
"""What a stream that ends before its answer is: an error, or as good as whole."""

_log = logging.getLogger("streamkit")


class SSE(Protocol):
    """An event of any SSE library: ours, or httpx-sse's."""

    @property
    def data(self) -> str | bytes:
        """The JSON text of a chunk, or ``[DONE]``."""
        ...

    @property
    def event(self) -> str:
        """The event's type; ``message`` unless the server names one."""
        ...


@overload
def decode(
    *, choices: int = 1, on_truncated: OnTruncated = "error", limits: Limits = DEFAULTS
) -> Callable[[Observable[SSE]], Observable[ChatCompletionChunk]]: ...
@overload
def decode(
    type_: type[W],
    *,
    choices: int = 1,
    on_truncated: OnTruncated = "error",
    limits: Limits = DEFAULTS,
) -> Callable[[Observable[SSE]], Observable[W]]: ...
def decode(
    type_: type[Any] = ChatCompletionChunk,
    *,
    choices: int = 1,
    on_truncated: OnTruncated = "error",
    limits: Limits = DEFAULTS,
) -> Callable[[Observable[SSE]], Observable[Any]]:
    """Decode each event's data; ``[DONE]`` completes, and an error in the stream is an error.

        --{"id":..}-----{"id":..}-----[DONE]--
        [          decode(Chunk)             ]
        --Chunk---------Chunk---------|

    Without ``[DONE]`` the stream is complete once as many choices as were asked for (``choices``)
    have a finish reason; else ``StreamTruncatedError``. Raises ``APIError`` for an error the server
    reports in mid-stream, ``StreamDecodeError`` for data that are no JSON object, and its subclass
    ``LimitExceededError`` for a depth of nesting or choices beyond ``limits``. An event without
    data is skipped; a JSON object that is no chunk is skipped and logged at DEBUG.
    """
    return lift(
        lambda: ChunkDecoder(type_, choices=choices, on_truncated=on_truncated, limits=limits)
    )


class ChunkDecoder(Machine[SSE, W]):
    """The machine of ``decode``."""

    def __init__(
        self,
        type_: type[W],
        *,
        choices: int = 1,
        on_truncated: OnTruncated = "error",
        limits: Limits = DEFAULTS,
    ) -> None:
        self._decoder = WireDecoder(type_)
        self._decode = self._decoder.decode_strictly
        self._is_chat = issubclass(type_, ChatCompletionChunk)
        self._choices = choices
        self._on_truncated = on_truncated
        self._limits = limits
        self.received = 0
        self._unfinished: set[int] = set()
        self._finished: set[int] = set()

    def feed(self, value: SSE, /) -> Sequence[W]:
        """Take an event and return its chunk, if it has one."""
        if value.event == "error" and not self.done:
            self.received += 1
            raise reported(value.data)
        chunk = self.decode(value.data)
        return () if chunk is None else (chunk,)

    def decode(self, data: str | bytes) -> W | None:
        """The chunk in the data of an event of no special type, if there is one."""
        if self.done:
            return None
        self.received += 1
        if len(data) < _SHORT:
            stripped = data.strip()
            if not stripped:
                return None
            if stripped[:6] in _DONE:
                self.done = True
                return None
        try:
            chunk: Any = self._decode(data)
        except (ValueError, RecursionError):
            # Not all of it fits the type; only then can there be an error in it.
            chunk = self._decode_leniently(data)
        if self._is_chat:
            choices = chunk.choices
            if choices is None and not _is_chunk(chunk):
                _log.debug("skipped event %d, which is no chunk", self.received)
                return None
            for choice in choices or ():
                # A hot place: most chunks go on with a choice that is known to be open.
                if choice.finish_reason or choice.index not in self._unfinished:
                    self._take_note(choice)
        decoded: W = chunk
        return decoded

    def close(self) -> Iterable[W]:
        """Take the end of the body, or ``[DONE]``."""
        if self.done or self._on_truncated == "accept":
            return ()
        if not self.received:
            raise StreamDecodeError("the stream ended without an event")
        if self._unfinished or len(self._finished) < self._choices:
            raise StreamTruncatedError(
                f"the stream was cut after {self.received} events: no [DONE], and "
                f"{len(self._finished)} of {self._choices} choices finished"
            )
        return ()

    def fail(self, error: Exception, /) -> None:
        """Let an error of the stream say how much of it had come."""
        if isinstance(error, OpenAIError):
            error.events_received = self.received

    def _take_note(self, choice: ChunkChoice) -> None:
        """Remember which choices have finished."""
        if choice.finish_reason:
            self._finished.add(choice.index)
            self._unfinished.discard(choice.index)
        elif choice.index not in self._finished:
            self._unfinished.add(choice.index)
        if len(self._finished) + len(self._unfinished) > self._limits.choices:
            raise LimitExceededError(
                "choices", self._limits.choices, f"the server sent a choice {choice.index}"
            )

    def _decode_leniently(self, data: str | bytes) -> W:
        try:
            chunk = self._decoder.decode_leniently(data, self._limits.json_depth)
        except NestingError as error:
            raise LimitExceededError(
                "json_depth", self._limits.json_depth, "nesting in an event", received=data
            ) from error
        except ValueError as error:
            raise StreamDecodeError(
                "the server sent an event that is no JSON object", received=data
            ) from error
        extra = chunk.model_extra
        if extra.get("error"):
            raise reported(data, extra["error"])
        if "choices" in extra:
            raise StreamDecodeError("the choices of a chunk are no list of objects", received=data)
        return chunk


def _is_chunk(chunk: ChatCompletionChunk) -> bool:
    """Whether an object without choices is a chunk all the same."""
    # Judged by its shape, for Azure sends chunks whose `object` is "".
    return (
        chunk.usage is not None
        or chunk.object == "chat.completion.chunk"
        or (chunk.id is not None and chunk.model is not None)
    )


_SHORT = 16
_DONE = ("[DONE]", b"[DONE]")


def reported(data: str | bytes, error: object = None) -> APIError:
    """The error a server reports in mid-stream: an object, a string, or anything at all."""
    if error is None:
        try:
            error = loads(data)
        except ValueError:
            error = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
        if isinstance(error, dict):
            error = cast("dict[str, Any]", error).get("error") or cast("object", error)
    if isinstance(error, dict):
        said = cast("dict[str, Any]", error)
        message = said.get("message") or said.get("detail") or json.dumps(said)
    else:
        message = str(error)
    return APIError(
        str(message) or "an error occurred during streaming", body=cast("object", error)
    )
