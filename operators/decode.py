"""The operator that decodes server-sent events into chunks, or into other objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from streamkit._core.answer_decoder import SSE
from streamkit._core.arguments import require, require_count, require_word
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
    """Decode the data of each event; complete at ``[DONE]``, and raise an error in the data.

        --{"id":..}-----{"id":..}-----[DONE]--
        [          decode(Chunk)             ]
        --Chunk---------Chunk---------|

    A stream that ends without ``[DONE]`` is complete if ``choices`` choices have a finish reason. A
    whole completion is read as a chunk, and so is a chunk in an envelope. An event without data is
    skipped; a JSON object that is no chunk is skipped and logged at DEBUG. If ``type_`` is no type
    of chunk, every object is emitted, and only ``[DONE]`` completes.

    Args:
        type_: The type of the chunks or objects.
        choices: The number of choices that were requested.
        on_truncated: The treatment of a stream that ends before its answer.
        limits: The maximum amounts that are accepted from the server.

    Raises:
        APIError: The server reported an error in mid-stream, perhaps in a choice.
        StreamTruncatedError: The stream ended before it was complete.
        LimitExceededError: The nesting is deeper, or there are more choices, than ``limits`` allow.
        StreamDecodeError: The data are no JSON object; ``LimitExceededError`` is a subclass.
        APIResponseValidationError: Only skipped objects came before ``[DONE]``; it quotes them.
    """
    require("type_", type_, type, "a class")
    require_count("choices", choices)
    require_word("on_truncated", on_truncated, ("error", "accept"))
    require("limits", limits, Limits, "Limits")

    def decoder() -> AnswerDecoder[Any]:
        if issubclass(type_, ChatCompletionChunk):
            return ChunkDecoder(type_, choices=choices, on_truncated=on_truncated, limits=limits)
        return ObjectDecoder(type_, on_truncated=on_truncated, limits=limits)

    return lift(decoder, takes=SSE, name="decode")
