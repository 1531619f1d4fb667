"""The piece of text in a chunk, by which a stream learns its templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from msgspec import UNSET, Struct

from streamkit._core.template import Hole
from streamkit.types import ChatCompletionChunk, ChoiceDelta, ChunkChoice

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamkit._core.wire import Wire
    from streamkit.types import ChoiceDeltaToolCall

__all__ = ["hole_of"]

C = TypeVar("C", bound=ChatCompletionChunk)

_TEXTS = ("content", "reasoning_content", "reasoning", "refusal")


def hole_of(chunk: C) -> Hole[C] | None:
    """Return the one piece of text in a chunk of one choice, unless the chunk has more.

    The piece is of the content, the reasoning, a refusal or a tool call's arguments. A chunk with a
    finish reason, usage or log probabilities has more.
    """
    if not chunk.choices or len(chunk.choices) > 1 or chunk.usage is not None:
        return None
    (choice,) = chunk.choices
    delta = choice.delta
    if delta is None or choice.finish_reason or choice.logprobs is not None:
        return None
    if delta.function_call or delta.audio or delta.annotations:
        return None
    if not (_is_known(chunk) and _is_known(choice) and _is_known(delta)):
        return None
    texts = [name for name in _TEXTS if getattr(delta, name)]
    if delta.tool_calls:
        if texts or len(delta.tool_calls) > 1:
            return None
        return _in_call(chunk, choice, delta, delta.tool_calls[0])
    if len(texts) != 1:
        return None
    (name,) = texts
    return _in_text(chunk, choice, delta, name)


def _in_text(chunk: C, choice: ChunkChoice, delta: ChoiceDelta, name: str) -> Hole[C]:
    # Copies of our own, because a reader may change the chunk that it gets.
    chunk, choice, delta = _copy(chunk), _copy(choice), _copy(delta)

    def fill(piece: str) -> C:
        filled = _copy(delta)
        setattr(filled, name, piece)
        return _with(chunk, choice, filled)

    return Hole(getattr(delta, name), fill)


def _in_call(
    chunk: C, choice: ChunkChoice, delta: ChoiceDelta, call: ChoiceDeltaToolCall
) -> Hole[C] | None:
    function = call.function
    if function is None or not function.arguments or call.custom is not None:
        return None
    if not (_is_known(call) and _is_known(function)):
        return None
    chunk, choice, delta = _copy(chunk), _copy(choice), _copy(delta)
    call, function = _copy(call), _copy(function)

    def fill(piece: str) -> C:
        filled, fragment, body = _copy(delta), _copy(call), _copy(function)
        body.arguments = piece
        fragment.function = body
        filled.tool_calls = [fragment]
        return _with(chunk, choice, filled)

    return Hole(function.arguments or "", fill)


def _with(chunk: C, choice: ChunkChoice, delta: ChoiceDelta) -> C:
    part: ChunkChoice = _copy(choice)
    part.delta = delta
    whole: C = _copy(chunk)
    whole.choices = [part]
    return whole


def _is_known(wire: Wire) -> bool:
    return wire.unknown_fields is UNSET


_copy: Callable[[Any], Any] = cast("Any", Struct).__copy__  # a third of the cost of making one
