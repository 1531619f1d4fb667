"""Thoughts that a model writes between tags, taken out of its content."""

from __future__ import annotations

import copy
from operator import is_not
from typing import TYPE_CHECKING, TypeVar

from msgspec import UNSET, Struct
from msgspec.structs import replace

from streamkit._core.machine import Machine
from streamkit.operators.lift import lift
from streamkit.types import ChatCompletionChunk, ChoiceDelta, ChunkChoice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from reactivex import Observable

    from streamkit._core.wire import Wire

    W = TypeVar("W", bound=Wire)

__all__ = ["ThinkSplitter", "ThinkTags", "split_think"]


class ThinkTags(Struct, frozen=True, kw_only=True):
    """What stands around a thought, and where one may begin.

    By default only where the content begins, white space aside: further on such a tag is what the
    model speaks of, be it in the strings of JSON.
    """

    open: str = "<think>"
    close: str = "</think>"
    opened: bool = False
    """Whether the prompt has opened the thought, as chat templates of DeepSeek do.

    All is thought then until ``close``; ``open``, should the model write it all the same, is
    dropped where the content begins.
    """
    anywhere: bool = False
    """Whether more thoughts may follow the first, and the first some content."""

    def __post_init__(self) -> None:
        for tag in (self.open, self.close):
            if not tag or tag != tag.strip():
                raise ValueError(f"a tag begins and ends with something to see, unlike {tag!r}")


def split_think(
    tags: ThinkTags | None = None,
) -> Callable[[Observable[ChatCompletionChunk]], Observable[ChatCompletionChunk]]:
    """Move thoughts between ``<think>`` and ``</think>`` from the content to the reasoning.

        --"<th"---"ink>Hm"-------"</think>Hi"--|
        [            split_think()             ]
        --null----reasoning "Hm"-"Hi"----------|

    What follows sees a server that tells its reasoning as ``reasoning_content``, whatever the cut.
    The tags are dropped, and so is the white space between them and an answer that has not begun.
    A thought that is never closed goes on to the end. What may be the beginning of a tag waits for
    the next piece, the finish reason or the end. Chunks are not changed but copied; log
    probabilities stay, those of the thoughts too.
    """
    return lift(lambda: ThinkSplitter(tags), takes=ChatCompletionChunk, name="split_think")


class ThinkSplitter(Machine[ChatCompletionChunk, ChatCompletionChunk]):
    """The machine of ``split_think``."""

    def __init__(self, tags: ThinkTags | None = None) -> None:
        self._tags = tags or ThinkTags()
        self._contents: dict[int, _Content] = {}
        self._last = ChatCompletionChunk()

    def feed(self, value: ChatCompletionChunk, /) -> Sequence[ChatCompletionChunk]:
        """Take a chunk and return it, or a copy with its thoughts where they belong."""
        self._last = value
        choices = value.choices or []
        split = [self._split(choice) for choice in choices]
        changed = any(map(is_not, split, choices))
        return (_changed(value, choices=split) if changed else value,)

    def close(self) -> Iterable[ChatCompletionChunk]:
        """Give what no finish reason has, in a chunk of its own."""
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
            content = self._contents[choice.index] = _Content(self._tags)
        thought, answer = content.split(piece)
        if choice.finish_reason and not content.finished:
            content.finished = True
            last_thought, last_answer = content.rest()
            thought, answer = thought + last_thought, answer + last_answer
        if answer == piece and not thought:
            return choice
        return _changed(choice, delta=_delta(delta or ChoiceDelta(), thought, answer))


class _Content:
    """The content of one choice: where in it we are, and what cannot be told apart yet."""

    def __init__(self, tags: ThinkTags) -> None:
        self.finished = False
        """Whether a finish reason came; some servers send it with every chunk."""
        self._tags = tags
        self._begun = False
        """Whether more has come than white space and what may be the first tag."""
        self._thinking = tags.opened
        self._is_bare = tags.opened
        """Whether a tag and white space are all that the answer could begin after."""
        self._blank: list[str] = []
        self._held = ""

    def split(self, piece: str) -> tuple[str, str]:
        """The thought and the answer in what was held and a piece."""
        if self._begun and not (self._thinking or self._is_bare or self._tags.anywhere):
            return "", piece
        text, self._held = self._held + piece, ""
        if not self._begun:
            text = self._begin(text)
        thought: list[str] = []
        answer: list[str] = []
        start = 0
        while start < len(text):
            if self._thinking:
                part, start = self._until(self._tags.close, text, start)
                thought.append(part)
            elif self._is_bare and text[start].isspace():
                start += 1
            elif self._tags.anywhere:
                part, start = self._until(self._tags.open, text, start)
                answer.append(part)
                self._is_bare = self._is_bare and not part
            else:
                answer.append(text[start:])
                self._is_bare = False
                break
        return "".join(thought), "".join(answer)

    def rest(self) -> tuple[str, str]:
        """The same of what was held, now that nothing follows it."""
        text, self._held = "".join(self._blank) + self._held, ""
        self._blank.clear()
        return (text, "") if self._thinking else ("", text)

    def _begin(self, text: str) -> str:
        """What is left of the text once it is known how the content begins."""
        tag, begin = self._tags.open, text.lstrip()
        # In pieces, for a server may send much of it, a little at a time.
        self._blank.append(text[: len(text) - len(begin)])
        if begin.startswith(tag):
            self._blank.clear()
            self._begun = self._thinking = self._is_bare = True
            return begin[len(tag) :]
        if tag.startswith(begin):
            self._held = begin
            return ""
        text = "".join((*self._blank, begin))
        self._blank.clear()
        self._begun = True
        return text

    def _until(self, tag: str, text: str, start: int) -> tuple[str, int]:
        """What stands before the tag, and where it ends; of one that has begun, that is held."""
        found = text.find(tag, start)
        if found >= 0:
            self._thinking = not self._thinking
            return text[start:found], found + len(tag)
        longest = min(len(tag) - 1, len(text) - start)
        begun = next((size for size in range(longest, 0, -1) if text.endswith(tag[:size])), 0)
        end = len(text) - begun
        self._held = text[end:]
        return text[start:end], len(text)


def _delta(delta: ChoiceDelta, thought: str, answer: str) -> ChoiceDelta:
    told = delta.reasoning_content
    if thought:
        told = (told or delta.reasoning or "") + thought
    return _changed(delta, content=answer or None, reasoning_content=told)


def _changed(wire: W, **changes: Any) -> W:
    if wire.unknown_fields is UNSET:
        return replace(wire, **changes)
    changed = copy.copy(wire)  # which the unknown fields are copied with
    for name, value in changes.items():
        setattr(changed, name, value)
    return changed
