"""Server-sent events to chunks, or to other objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from streamkit._core.answer_decoder import SSE
from streamkit._core.object_decoder import ObjectDecoder
from streamkit.families.chat.decoder import ChunkDecoder
from streamkit.limits import DEFAULTS, Limits
from streamkit.operators.lift import lift
from streamkit.types import ChatCompletionChunk, Wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable

    from streamkit._core.answer_decoder import AnswerDecoder, OnTruncated

__all__ = ["decode"]

W = TypeVar("W", bound=Wire)


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
    reports in mid-stream, be it in the choice, ``StreamDecodeError`` for data that are no JSON
    object, and its subclass ``LimitExceededError`` for a depth of nesting or choices beyond
    ``limits``. A whole completion is read as a chunk, and so is a chunk in an envelope. An event
    without data is skipped; a JSON object that is no chunk is skipped and logged at DEBUG. If
    nothing came but such, ``[DONE]`` raises ``APIResponseValidationError`` that quotes it.

    Of a type that is no chunk every object is emitted, and only ``[DONE]`` completes.
    """

    def decoder() -> AnswerDecoder[Any]:
        if issubclass(type_, ChatCompletionChunk):
            return ChunkDecoder(type_, choices=choices, on_truncated=on_truncated, limits=limits)
        return ObjectDecoder(type_, on_truncated=on_truncated, limits=limits)

    return lift(decoder, takes=SSE, name="decode")
