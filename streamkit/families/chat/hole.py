"""The piece of text in a chunk, by which a stream learns its templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from streamkit._core.copying import copier, has_plain_unknowns
from streamkit._core.template import Hole
from streamkit.types import ChatCompletionChunk, ChoiceDelta, ChoiceDeltaToolCallFunction

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamkit._core.template import Fill

__all__ = ["filling", "hole_of"]

C = TypeVar("C", bound=ChatCompletionChunk)

_TEXTS = ("content", "reasoning_content", "reasoning", "refusal")


def hole_of(chunk: ChatCompletionChunk) -> Hole | None:
    """Return the one piece of text in a chunk of one choice, unless the chunk has more.

    The piece is of the content, the reasoning, a refusal or a tool call's arguments. A chunk with a
    finish reason, usage or log probabilities has more; a padding is beside the piece. Unknown
    fields belong to the chunk if they are scalars, which no reader of the chunk can change.
    """
    if not chunk.choices or len(chunk.choices) > 1 or chunk.usage is not None:
        return None
    (choice,) = chunk.choices
    delta = choice.delta
    if delta is None or choice.finish_reason or choice.logprobs is not None:
        return None
    if delta.function_call or delta.audio or delta.annotations:
        return None
    if not (has_plain_unknowns(chunk) and has_plain_unknowns(choice) and has_plain_unknowns(delta)):
        return None
    texts = [text for name in _TEXTS if (text := getattr(delta, name))]
    for call in delta.tool_calls or ():
        function = call.function
        if function is None or not function.arguments or call.custom is not None:
            return None
        if not (has_plain_unknowns(call) and has_plain_unknowns(function)):
            return None
        texts.append(function.arguments)
    return Hole(texts[0], {"obfuscation": chunk.obfuscation}) if len(texts) == 1 else None


def filling(chunk: C) -> Fill[C]:
    """Return a function of a piece and a padding that makes chunks like this one."""
    choice = (chunk.choices or [])[0]
    delta = choice.delta or ChoiceDelta()
    new_chunk, new_choice = copier(chunk), copier(choice)
    new_delta = _with_call(delta) if delta.tool_calls else _with_text(delta)

    def fill(piece: str, padding: str | None = None) -> C:
        part, whole = new_choice(), new_chunk()
        part.delta = new_delta(piece)
        whole.choices = [part]
        whole.obfuscation = padding
        return whole

    return fill


def _with_text(delta: ChoiceDelta) -> Callable[[str], ChoiceDelta]:
    (name,) = (name for name in _TEXTS if getattr(delta, name))
    new_delta = copier(delta)

    def fill(piece: str) -> ChoiceDelta:
        filled = new_delta()
        setattr(filled, name, piece)
        return filled

    return fill


def _with_call(delta: ChoiceDelta) -> Callable[[str], ChoiceDelta]:
    call = (delta.tool_calls or [])[0]
    new_delta, new_call = copier(delta), copier(call)
    new_function = copier(call.function or ChoiceDeltaToolCallFunction())

    def fill(piece: str) -> ChoiceDelta:
        filled, fragment, body = new_delta(), new_call(), new_function()
        body.arguments = piece
        fragment.function = body
        filled.tool_calls = [fragment]
        return filled

    return fill
