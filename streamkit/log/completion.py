"""A streamed completion, as it arrives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from streamkit.log.choice import ChoiceLog, ChoiceMark, ChoiceUpdate
from streamkit.log.merge import EMPTY, merged, resolved
from streamkit.types import CompletionUsage, ParsedChatCompletion

if TYPE_CHECKING:
    from streamkit.log.reading import Reading
    from streamkit.types import ChatCompletionChunk

__all__ = ["CompletionLog", "CompletionMark"]


class Heading(Struct, frozen=True, gc=False):
    """The fields of a completion besides its choices; the last that was not null wins."""

    id: str = ""
    created: int = 0
    model: str = ""
    service_tier: str | None = None
    system_fingerprint: str | None = None
    usage: CompletionUsage | None = None
    extra: Mapping[str, Any] = EMPTY


class CompletionMark(Struct, frozen=True, gc=False):
    """A completion as of a moment."""

    heading: Heading
    choices: tuple[ChoiceMark, ...]


class CompletionLog:
    """Everything that came of a completion: append-only, readable as of any mark.

    Choices are keyed by their index: any may come first, and gaps are fine.
    """

    __slots__ = ("_heading", "_marks", "_places", "choices")

    def __init__(self) -> None:
        self.choices: dict[int, ChoiceLog] = {}
        self._heading = Heading()
        self._marks: tuple[ChoiceMark, ...] = ()
        self._places: dict[int, int] = {}

    def append(self, chunk: ChatCompletionChunk) -> tuple[ChoiceUpdate, ...]:
        """Take a chunk and return what it added to each choice it speaks of."""
        heading = self._heading
        if (
            chunk.id != heading.id
            or chunk.usage is not None
            or chunk.model != heading.model
            or chunk.created != heading.created
            or chunk.system_fingerprint != heading.system_fingerprint
            or chunk.service_tier != heading.service_tier
            or vars(chunk)
        ):
            self._heading = _continued(heading, chunk)
        updates: list[ChoiceUpdate] = []
        for part in chunk.choices or ():
            choice = self.choices.get(part.index)
            if choice is None:
                choice = self._open(part.index)
            updates.append(choice.append(part))
            place = self._places[part.index]
            marks = self._marks
            if len(marks) == 1:
                self._marks = (choice.mark(),)
            else:
                self._marks = (*marks[:place], choice.mark(), *marks[place + 1 :])
        return tuple(updates)

    def mark(self) -> CompletionMark:
        """The completion as it is now."""
        return CompletionMark(self._heading, self._marks)

    def build(
        self, mark: CompletionMark, reader: Reading, *, final: bool = False
    ) -> ParsedChatCompletion[Any]:
        """The wire type of the completion as of ``mark``.

        What is to be parsed is read as a whole when ``final``, else as far as it goes.
        """
        heading = mark.heading
        completion: ParsedChatCompletion[Any] = ParsedChatCompletion(
            id=heading.id,
            created=heading.created,
            model=heading.model,
            service_tier=heading.service_tier,
            system_fingerprint=heading.system_fingerprint,
            usage=heading.usage,
            choices=[
                self.choices[choice.index].build(choice, reader, final=final)
                for choice in mark.choices
            ],
        )
        vars(completion).update(resolved(heading.extra))
        return completion

    def _open(self, index: int) -> ChoiceLog:
        choice = self.choices[index] = ChoiceLog(index)
        marks = sorted((*self._marks, choice.mark()), key=_index)
        self._marks = tuple(marks)
        self._places = {mark.index: place for place, mark in enumerate(marks)}
        return choice


def _continued(heading: Heading, chunk: ChatCompletionChunk) -> Heading:
    fingerprint = chunk.system_fingerprint
    return Heading(
        chunk.id or heading.id,
        heading.created if chunk.created is None else chunk.created,
        chunk.model or heading.model,
        chunk.service_tier or heading.service_tier,
        heading.system_fingerprint if fingerprint is None else fingerprint,
        heading.usage if chunk.usage is None else chunk.usage,
        merged(heading.extra, chunk.model_extra) if vars(chunk) else heading.extra,
    )


def _index(mark: ChoiceMark) -> int:
    return mark.index
