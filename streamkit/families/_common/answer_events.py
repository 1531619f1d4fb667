"""The common events about an answer beside its texts and calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

from streamkit._core.content import has_content
from streamkit._core.ending import ends_answer
from streamkit.families._common.final import Usage
from streamkit.families._common.part_event import PartEvent

if TYPE_CHECKING:
    from typing import Self

__all__ = [
    "AnnotationEvent",
    "AnswerChunkEvent",
    "AnswerLog",
    "FinishEvent",
    "ImagePartialEvent",
    "RawChunkEvent",
    "UsageEvent",
]


class AnswerLog(Protocol):
    """The log of an answer, readable as of any mark."""

    def as_of(self, mark: Any, /) -> object:
        """Return the answer as of a mark, built anew, and parsed as far as it had arrived."""
        ...


class AnswerChunkEvent(PartEvent, frozen=True, gc=False, eq=False):
    """The event that is emitted first for each chunk of an answer; it holds the chunk."""

    type: ClassVar[Literal["chunk"]] = "chunk"
    chunk: Any
    """The chunk as the server sent it, as the type of its protocol."""

    @property
    def _identified(self) -> Any:
        """An object with the identity of the answer that the chunk has."""
        return self.chunk

    @property
    def snapshot(self) -> Any:
        """The answer accumulated so far, built anew each time it is read."""
        # Abstract in all but name: a Struct has a metaclass of its own, so it cannot be an ABC.
        raise NotImplementedError

    def since(self, _first: Self) -> Self:
        """Return the event itself: its snapshot includes earlier chunks, which are not kept."""
        return self


class RawChunkEvent(AnswerChunkEvent, frozen=True, gc=False, eq=False):
    """The chunk event of a protocol whose chunks are events of many kinds."""

    _log: AnswerLog
    _mark: Any

    @property
    def snapshot(self) -> Any:
        """The answer accumulated so far, built anew each time it is read."""
        return self._log.as_of(self._mark)


class AnnotationEvent(PartEvent, frozen=True, gc=False, eq=False):
    """A citation or another note on the content before it."""

    type: ClassVar[Literal["annotation"]] = "annotation"
    _at = ("choice_index",)
    choice_index: int
    annotation: Any
    """The annotation as the server sent it, as the type of its protocol."""


class ImagePartialEvent(PartEvent, frozen=True, gc=False, eq=False):
    """A preliminary version of an image that is being made."""

    type: ClassVar[Literal["image.partial"]] = "image.partial"
    _at = ("choice_index", "index")
    choice_index: int
    index: int
    """The index of the image's call; a later version of the image has the same."""
    b64: str
    """The bytes of the image, in Base64."""

    def since(self, _first: Self) -> Self:
        """Return the event itself: a later version replaces an earlier one."""
        return self


class UsageEvent(PartEvent, frozen=True, gc=False, eq=False):
    """The tokens that the answer has used so far; a later event replaces an earlier one."""

    type: ClassVar[Literal["usage"]] = "usage"
    usage: Usage

    def since(self, _first: Self) -> Self:
        """Return the event itself: its counts include those of earlier events."""
        return self


class FinishEvent(PartEvent, frozen=True, gc=False, eq=False):
    """The end of the answer, or of a choice; an answer that was cut has no such event."""

    type: ClassVar[Literal["finish"]] = "finish"
    choice_index: int
    reason: str
    """``stop``, ``tool_calls``, ``length``, ``content_filter``, ``pause``, ``cancelled``, or the
    protocol's word if it means none of these."""
    raw_reason: str
    """The protocol's own word for the reason."""


@ends_answer.register(FinishEvent)
def _(_: FinishEvent) -> bool:
    return True


@has_content.register(AnswerChunkEvent)
@has_content.register(UsageEvent)
def _(_: AnswerChunkEvent | UsageEvent) -> bool:
    return False
