"""The common events of growing texts: content, reasoning, refusals, and log probabilities.

An event is a position in an append-only log: ``snapshot``, ``parsed`` and the like give the state
at the moment when the event was emitted, whenever and wherever they are read, and cost nothing
until then. Reading them is cheap for the newest event, and for older ones in order; an old event
that is read alone may read its text again.

``choice_index`` is the index of the choice; it is 0 in protocols without choices.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypeVar

from msgspec.structs import replace

from streamkit._core.content import has_content
from streamkit._core.emitters.events import TextEvent
from streamkit._core.packed import PackedList
from streamkit._core.reading import Reading
from streamkit._core.text import TextLog, whole_text
from streamkit.families._common.part_event import PartEvent, PartGrowth
from streamkit.types import ChatCompletionTokenLogprob

if TYPE_CHECKING:
    from streamkit.errors import ParseError

__all__ = [
    "ContentDeltaEvent",
    "ContentDoneEvent",
    "LogprobsContentDeltaEvent",
    "LogprobsContentDoneEvent",
    "LogprobsRefusalDeltaEvent",
    "LogprobsRefusalDoneEvent",
    "ReasoningDeltaEvent",
    "ReasoningDoneEvent",
    "RefusalDeltaEvent",
    "RefusalDoneEvent",
]

T = TypeVar("T")


class ReasoningDeltaEvent(PartGrowth, frozen=True, gc=False, eq=False):
    """A new piece of reasoning, which servers send as ``reasoning_content`` or ``reasoning``."""

    type: ClassVar[Literal["reasoning.delta"]] = "reasoning.delta"
    _at = ("choice_index",)
    _implied: ClassVar[Mapping[str, object]] = {"kind": "text"}
    choice_index: int
    delta: str
    _text: TextLog
    _end: int
    kind: Literal["text", "summary"] = "text"
    """Whether this is the reasoning itself, or the server's summary of it."""

    @property
    def snapshot(self) -> str:
        """The reasoning so far."""
        return self._text.first(self._end)


class ReasoningDoneEvent(PartEvent, frozen=True, gc=False, eq=False):
    """The whole reasoning of a choice, emitted when the choice is finished.

    The event does not come earlier because some models think again between parts of an answer. The
    first ``content.delta`` shows that the model has stopped thinking for now.
    """

    type: ClassVar[Literal["reasoning.done"]] = "reasoning.done"
    _at = ("choice_index",)
    _implied: ClassVar[Mapping[str, object]] = {
        "kind": "text",
        "signature": None,
        "encrypted": None,
    }
    choice_index: int
    reasoning: str
    kind: Literal["text", "summary"] = "text"
    signature: str | None = None
    """The server's signature of the reasoning, which it asks for when the conversation goes on."""
    encrypted: str | None = None
    """The reasoning in a form that only the server reads; ``reasoning`` may be empty then."""


class ContentDeltaEvent(PartGrowth, TextEvent, frozen=True, gc=False, eq=False):
    """A new piece of content."""

    type: ClassVar[Literal["content.delta"]] = "content.delta"
    _at = ("choice_index",)
    _aliases = frozenset({"content"})
    choice_index: int
    delta: str
    """The new piece of content."""
    _text: TextLog
    _end: int
    _reader: Reading

    @property
    def content(self) -> str:
        """Another name for ``delta``."""
        return self.delta

    @property
    def snapshot(self) -> str:
        """The content so far."""
        return self._text.first(self._end)

    @property
    def parsed(self) -> Any:
        """The content so far, parsed; None when the request did not ask for JSON.

        An object or array, and what is still open in it, is a read-only view of what has arrived:
        ``PartialObject`` and ``PartialArray``.
        """
        return self._reader.partial_content(self._text, self._end, self.delta)

    def read_by(self, reader: Reading) -> tuple[ContentDeltaEvent, None]:
        """Return the event with the content so far, parsed by ``reader``, and no error."""
        return replace(self, _reader=reader), None


class ContentDoneEvent(PartEvent, TextEvent, Generic[T], frozen=True, gc=False, eq=False):
    """The whole content of a choice."""

    type: ClassVar[Literal["content.done"]] = "content.done"
    _at = ("choice_index",)
    _implied: ClassVar[Mapping[str, object]] = {"phase": None}
    choice_index: int
    content: str
    parsed: T | None
    """The parsed content; None when there was nothing to parse, or it does not fit its type.

    Content that does not fit is raised as a ``ParseError`` after the last event of the stream.
    """
    phase: str | None = None
    """The role of the text in the answer, as ``commentary`` or ``final_answer``, if it has one."""

    def read_by(self, reader: Reading) -> tuple[ContentDoneEvent[Any], ParseError | None]:
        """Return the event with the content parsed by ``reader``, and the error of parsing it."""
        outcome = reader.content(whole_text(self.content))
        event: ContentDoneEvent[Any] = replace(self, parsed=outcome.value)
        return event, outcome.error


class RefusalDeltaEvent(PartGrowth, frozen=True, gc=False, eq=False):
    """A new piece of a refusal."""

    type: ClassVar[Literal["refusal.delta"]] = "refusal.delta"
    _at = ("choice_index",)
    choice_index: int
    delta: str
    _text: TextLog
    _end: int

    @property
    def snapshot(self) -> str:
        """The refusal so far."""
        return self._text.first(self._end)


class RefusalDoneEvent(PartEvent, frozen=True, gc=False, eq=False):
    """The whole refusal of a choice."""

    type: ClassVar[Literal["refusal.done"]] = "refusal.done"
    _at = ("choice_index",)
    choice_index: int
    refusal: str


class LogprobsContentDeltaEvent(PartGrowth, frozen=True, gc=False, eq=False):
    """The log probabilities of new content tokens."""

    type: ClassVar[Literal["logprobs.content.delta"]] = "logprobs.content.delta"
    _at = ("choice_index",)
    _piece = "content"
    _grows_in = "_all"
    choice_index: int
    content: list[ChatCompletionTokenLogprob]
    _all: PackedList[Any]
    _end: int

    @property
    def snapshot(self) -> list[ChatCompletionTokenLogprob]:
        """The log probabilities so far."""
        return self._all.first(self._end)


class LogprobsContentDoneEvent(PartEvent, frozen=True, gc=False, eq=False):
    """All log probabilities of a choice's content."""

    type: ClassVar[Literal["logprobs.content.done"]] = "logprobs.content.done"
    _at = ("choice_index",)
    choice_index: int
    _all: PackedList[Any]
    _end: int

    @property
    def content(self) -> list[ChatCompletionTokenLogprob]:
        """The log probabilities, which are decoded when they are read."""
        return self._all.first(self._end)


class LogprobsRefusalDeltaEvent(PartGrowth, frozen=True, gc=False, eq=False):
    """The log probabilities of new refusal tokens."""

    type: ClassVar[Literal["logprobs.refusal.delta"]] = "logprobs.refusal.delta"
    _at = ("choice_index",)
    _piece = "refusal"
    _grows_in = "_all"
    choice_index: int
    refusal: list[ChatCompletionTokenLogprob]
    _all: PackedList[Any]
    _end: int

    @property
    def snapshot(self) -> list[ChatCompletionTokenLogprob]:
        """The log probabilities so far."""
        return self._all.first(self._end)


class LogprobsRefusalDoneEvent(PartEvent, frozen=True, gc=False, eq=False):
    """All log probabilities of a choice's refusal."""

    type: ClassVar[Literal["logprobs.refusal.done"]] = "logprobs.refusal.done"
    _at = ("choice_index",)
    choice_index: int
    _all: PackedList[Any]
    _end: int

    @property
    def refusal(self) -> list[ChatCompletionTokenLogprob]:
        """The log probabilities, which are decoded when they are read."""
        return self._all.first(self._end)


@has_content.register(ContentDeltaEvent)
@has_content.register(ReasoningDeltaEvent)
@has_content.register(RefusalDeltaEvent)
def _(event: ContentDeltaEvent | ReasoningDeltaEvent | RefusalDeltaEvent) -> bool:
    return bool(event.delta)
