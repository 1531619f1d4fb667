"""The piece of text in a chunk, by which a stream learns its templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from msgspec import UNSET, Struct

from streamkit._core.template import Hole
from streamkit.types import ChatCompletionChunk, ChoiceDelta, ChunkChoice

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamkit._core.template import Fill
    from streamkit._core.wire import Wire

__all__ = ["filling", "hole_of"]

C = TypeVar("C", bound=ChatCompletionChunk)

_TEXTS = ("content", "reasoning_content", "reasoning", "refusal")


def hole_of(chunk: ChatCompletionChunk) -> Hole | None:
    """Return the one piece of text in a chunk of one choice, unless the chunk has more.

    The piece is of the content, the reasoning, a refusal or a tool call's arguments. A chunk with a
    finish reason, usage or log probabilities has more; a padding is beside the piece.
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
    texts = [text for name in _TEXTS if (text := getattr(delta, name))]
    for call in delta.tool_calls or ():
        function = call.function
        if function is None or not function.arguments or call.custom is not None:
            return None
        if not (_is_known(call) and _is_known(function)):
            return None
        texts.append(function.arguments)
    return Hole(texts[0], {"obfuscation": chunk.obfuscation}) if len(texts) == 1 else None


def filling(chunk: C) -> Fill[C]:
    """Return a function of a piece and a padding that makes chunks like this one."""
    # Copies of our own, because a reader may change the chunk that it gets.
    chunk, choice = _copy(chunk), _copy((chunk.choices or [])[0])
    delta = _copy(choice.delta)
    return _in_call(chunk, choice, delta) if delta.tool_calls else _in_text(chunk, choice, delta)


def _in_text(chunk: C, choice: ChunkChoice, delta: ChoiceDelta) -> Fill[C]:
    (name,) = (name for name in _TEXTS if getattr(delta, name))

    def fill(piece: str, padding: str | None = None) -> C:
        filled = _copy(delta)
        setattr(filled, name, piece)
        return _with(chunk, choice, filled, padding)

    return fill


def _in_call(chunk: C, choice: ChunkChoice, delta: ChoiceDelta) -> Fill[C]:
    call = _copy((delta.tool_calls or [])[0])
    function = _copy(call.function)

    def fill(piece: str, padding: str | None = None) -> C:
        filled, fragment, body = _copy(delta), _copy(call), _copy(function)
        body.arguments = piece
        fragment.function = body
        filled.tool_calls = [fragment]
        return _with(chunk, choice, filled, padding)

    return fill


def _with(chunk: C, choice: ChunkChoice, delta: ChoiceDelta, padding: str | None) -> C:
    part: ChunkChoice = _copy(choice)
    part.delta = delta
    whole: C = _copy(chunk)
    whole.choices = [part]
    whole.obfuscation = padding
    return whole


def _is_known(wire: Wire) -> bool:
    return wire.unknown_fields is UNSET


_copy: Callable[[Any], Any] = cast("Any", Struct).__copy__  # a third of the cost of making one
