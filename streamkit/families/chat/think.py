"""The machine that moves thoughts between tags from the content to the reasoning."""

from __future__ import annotations

from operator import is_not
from typing import TYPE_CHECKING, TypeVar

from msgspec import UNSET
from msgspec.structs import replace

from streamkit._core.machine import Machine
from streamkit._core.tags import TagSplitter, ThinkTags
from streamkit.types import ChatCompletionChunk, ChoiceDelta, ChunkChoice

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from streamkit._core.wire import Wire

    W = TypeVar("W", bound=Wire)

__all__ = ["ThinkSplitter"]


class ThinkSplitter(Machine[ChatCompletionChunk, ChatCompletionChunk]):
    """The machine of ``split_think``, which moves thoughts from the content to the reasoning."""

    def __init__(self, tags: ThinkTags | None = None) -> None:
        self._tags = tags or ThinkTags()
        self._contents: dict[int, TagSplitter] = {}
        self._last = ChatCompletionChunk()

    def feed(self, value: ChatCompletionChunk, /) -> Sequence[ChatCompletionChunk]:
        """Return the chunk, or a copy with its thoughts moved to ``reasoning_content``."""
        self._last = value
        choices = value.choices or []
        split = [self._split(choice) for choice in choices]
        changed = any(map(is_not, split, choices))
        return (_changed(value, choices=split) if changed else value,)

    def close(self) -> Iterable[ChatCompletionChunk]:
        """Emit the held-back text of unfinished choices, in a chunk of its own."""
        rests = [(index, *content.rest()) for index, content in sorted(self._contents.items())]
        choices = [
            ChunkChoice(index=index, delta=_delta(ChoiceDelta(), thought, answer))
            for index, thought, answer in rests
            if thought or answer
        ]
        if choices:
            last = self._last
            yield ChatCompletionChunk(
                id=last.id,
                choices=choices,
                created=last.created,
                model=last.model,
                object=last.object,
            )

    def _split(self, choice: ChunkChoice) -> ChunkChoice:
        delta = choice.delta
        piece = (delta.content or "") if delta else ""
        if not piece and not choice.finish_reason:
            return choice
        content = self._contents.get(choice.index)
        if content is None:
            content = self._contents[choice.index] = TagSplitter(self._tags)
        thought, answer = content.split(piece)
        if choice.finish_reason and not content.finished:
            content.finished = True
            last_thought, last_answer = content.rest()
            thought, answer = thought + last_thought, answer + last_answer
        if answer == piece and not thought:
            return choice
        return _changed(choice, delta=_delta(delta or ChoiceDelta(), thought, answer))


def _delta(delta: ChoiceDelta, thought: str, answer: str) -> ChoiceDelta:
    thoughts = delta.reasoning_content
    if thought:
        thoughts = (thoughts or delta.reasoning or "") + thought
    return _changed(delta, content=answer or None, reasoning_content=thoughts)


def _changed(wire: W, **changes: Any) -> W:
    if wire.unknown_fields is UNSET:
        return replace(wire, **changes)
    from copy import copy

    changed = copy(wire)  # a copy keeps the unknown fields
    for name, value in changes.items():
        setattr(changed, name, value)
    return changed
