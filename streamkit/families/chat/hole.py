"""The piece of text in a chunk, by which a stream learns its templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from msgspec import UNSET
from msgspec.structs import replace

from streamkit._core.copying import copier, has_unread
from streamkit._core.late_template import Changing
from streamkit._core.reports import SIGNS
from streamkit._core.template import Hole
from streamkit.families.chat.answer_shapes import WHOLE
from streamkit.families.chat.log.rules import ADDED_TO
from streamkit.types import (
    ChatCompletionChunk,
    ChoiceDelta,
    ChoiceDeltaToolCallFunction,
    CompletionTokensDetails,
    CompletionUsage,
    PromptTokensDetails,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CHANGING", "Filling", "gist_of", "hole_of", "putting"]

C = TypeVar("C", bound=ChatCompletionChunk)

_TEXTS = ("content", "reasoning_content", "reasoning", "refusal")


def hole_of(chunk: ChatCompletionChunk) -> Hole | None:
    """Return the one piece of text in a chunk of one choice, unless the chunk has more.

    The piece is of the content, the reasoning, a refusal or a tool call's arguments. A chunk with a
    finish reason or log probabilities has more; a padding is beside the piece. Unknown fields
    belong to the chunk, and so does a usage, but then the chunk is not copied.
    """
    if not chunk.choices or len(chunk.choices) > 1 or has_unread(chunk):
        return None
    (choice,) = chunk.choices
    delta = choice.delta
    if delta is None or choice.finish_reason or choice.logprobs is not None:
        return None
    if delta.function_call or delta.audio or delta.annotations:
        return None
    is_thought = delta.reasoning_content or delta.reasoning
    if is_thought and not WHOLE.isdisjoint(choice.unknown_fields or ()):
        return None  # with an empty piece after nothing but thoughts, these would be the message
    if has_unread(choice) or has_unread(delta) or not _is_read(chunk.usage):
        return None
    if isinstance((choice.unknown_fields or {}).get("usage"), dict):
        return None  # it has an event of its own
    texts: list[str] = [getattr(delta, name) for name in _names(delta)]
    for call in delta.tool_calls or ():
        function = call.function
        if function is None or not function.arguments or call.custom is not None:
            return None
        if has_unread(call) or has_unread(function):
            return None
        texts.append(function.arguments)
    if len(texts) != 1:
        return None
    beside = {"obfuscation": chunk.obfuscation}
    return Hole(texts[0], beside, is_copied=chunk.usage is None)


def _is_read(usage: CompletionUsage | None) -> bool:
    """Return whether no count has a value that is none."""
    if usage is None:
        return True
    parts = (usage, usage.prompt_tokens_details, usage.completion_tokens_details)
    return not any(part is not None and has_unread(part) for part in parts)


_TYPES = (ChatCompletionChunk, CompletionUsage, PromptTokensDetails, CompletionTokensDetails)

CHANGING = Changing(
    never=SIGNS | ADDED_TO | {"finish_reason", "index", "role", "usage"},
    known=frozenset().union(*(type_.__struct_fields__ for type_ in _TYPES)) - {"obfuscation"},
)
"""The values of a chunk that may change beside its piece."""


def gist_of(chunk: ChatCompletionChunk) -> object:
    """Return what a chunk with a hole says besides the piece and values of which the last counts.

    These are the fields of the chunk itself, and all fields that its types do not know, but for the
    lists in its choice: their items may be added to those before.
    """
    (choice,) = Filling(chunk)("").choices or []
    delta = choice.delta or ChoiceDelta()
    return (
        replace(choice, delta=replace(delta, unknown_fields=UNSET), unknown_fields=UNSET),
        _lists_in(choice.unknown_fields or {}),
        _lists_in(delta.unknown_fields or {}),
    )


def _lists_in(value: Any) -> Any:
    """Return decoded JSON without the scalars that are in no list."""
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {name: _lists_in(item) for name, item in fields.items()}
    return cast("Any", value) if isinstance(value, list) else None


def putting(chunk: C) -> Callable[[C, str], object]:
    """Return a function that puts a piece into a chunk like this one, in place of its own."""
    (choice,) = chunk.choices or []
    (name,) = _names(choice.delta or ChoiceDelta()) or ("",)

    def put(given: C, piece: str) -> None:
        delta = (given.choices or [])[0].delta or ChoiceDelta()
        if name:
            setattr(delta, name, piece)
        else:
            function = (delta.tool_calls or [])[0].function or ChoiceDeltaToolCallFunction()
            function.arguments = piece

    return put


class Filling(Generic[C]):
    """A function of a piece and a padding that makes chunks like one that is given."""

    __slots__ = ("_new_choice", "_new_chunk", "_new_delta", "like")

    def __init__(self, chunk: C) -> None:
        choice = (chunk.choices or [])[0]
        delta = choice.delta or ChoiceDelta()
        self._new_chunk, self._new_choice = copier(chunk), copier(choice)
        self._new_delta = _with_call(delta) if delta.tool_calls else _with_text(delta)
        self.like = self._new_chunk()
        """A chunk with the same id, model and time, which no reader has."""

    def __call__(self, piece: str, padding: str | None = None) -> C:
        """Return a new chunk."""
        part, whole = self._new_choice(), self._new_chunk()
        part.delta = self._new_delta(piece)
        whole.choices = [part]
        whole.obfuscation = padding
        return whole


def _names(delta: ChoiceDelta) -> list[str]:
    """Return the names of the texts that a delta has, besides those in calls."""
    return [name for name in _TEXTS if getattr(delta, name)]


def _with_text(delta: ChoiceDelta) -> Callable[[str], ChoiceDelta]:
    (name,) = _names(delta)
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
