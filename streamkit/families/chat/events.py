"""The events of a streamed chat completion.

An event is a position in an append-only log: ``snapshot``, ``parsed`` and the like give the state
at the moment when the event was emitted, whenever and wherever they are read, and cost nothing
until then. Reading them is cheap for the newest event; an old event may read its text again.
"""

from __future__ import annotations

from typing import Any, ClassVar, Generic, Literal, TypeVar

from streamkit._core.ending import ends_answer
from streamkit._core.events import Event, Growth
from streamkit._core.text import TextLog
from streamkit.families.chat.log import ChoiceUpdate, CompletionLog, Heading
from streamkit.structured.reader import Reader
from streamkit.types import (
    ChatCompletion,
    ChatCompletionChunk,
    ChatCompletionTokenLogprob,
    ParsedChatCompletion,
)

__all__ = [
    "ChatCompletionStreamEvent",
    "ChunkEvent",
    "ContentDeltaEvent",
    "ContentDoneEvent",
    "FunctionToolCallArgumentsDeltaEvent",
    "FunctionToolCallArgumentsDoneEvent",
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


class ChunkEvent(Event, frozen=True, gc=False, eq=False):
    """The event that is emitted first for each chunk; it holds the chunk."""

    type: ClassVar[Literal["chunk"]] = "chunk"
    _aliases = frozenset({"updates"})
    chunk: ChatCompletionChunk
    _log: CompletionLog
    _reader: Reader
    _heading: Heading
    _choices: tuple[ChoiceUpdate, ...]
    updates: tuple[ChoiceUpdate, ...]
    """The additions of the chunk to each choice, which ``split_by_choice`` separates."""

    @property
    def snapshot(self) -> ParsedChatCompletion[Any]:
        """The completion accumulated so far, built anew each time it is read."""
        return self._log.build(self._heading, self._choices, self._reader)

    def since(self, _first: ChunkEvent) -> ChunkEvent:
        """Return the event itself: its snapshot includes earlier chunks, which are not kept."""
        return self


class ReasoningDeltaEvent(Growth, frozen=True, gc=False, eq=False):
    """A new piece of reasoning, which servers send as ``reasoning_content`` or ``reasoning``."""

    type: ClassVar[Literal["reasoning.delta"]] = "reasoning.delta"
    _at = ("choice_index",)
    choice_index: int
    delta: str
    _text: TextLog
    _end: int

    @property
    def snapshot(self) -> str:
        """The reasoning so far."""
        return self._text.first(self._end)


class ReasoningDoneEvent(Event, frozen=True, gc=False, eq=False):
    """The whole reasoning of a choice, emitted when the choice is finished.

    The event does not come earlier because some models think again between parts of an answer. The
    first ``content.delta`` shows that the model has stopped thinking for now.
    """

    type: ClassVar[Literal["reasoning.done"]] = "reasoning.done"
    _at = ("choice_index",)
    choice_index: int
    reasoning: str


class ContentDeltaEvent(Growth, frozen=True, gc=False, eq=False):
    """A new piece of content."""

    type: ClassVar[Literal["content.delta"]] = "content.delta"
    _at = ("choice_index",)
    _aliases = frozenset({"content"})
    choice_index: int
    delta: str
    """The new piece of content."""
    _text: TextLog
    _end: int
    _reader: Reader

    @property
    def content(self) -> str:
        """Another name for ``delta``."""
        return self.delta

    @property
    def snapshot(self) -> str:
        """The content so far."""
        return self._text.first(self._end)

    @property
    def parsed(self) -> object:
        """The content so far, parsed; None when the request did not ask for JSON.

        Objects and arrays that are still open are read-only views of the parts that have arrived:
        ``PartialObject`` and ``PartialArray``.
        """
        return self._reader.partial_content(self._text, self._end, self.delta)


class ContentDoneEvent(Event, Generic[T], frozen=True, gc=False, eq=False):
    """The whole content of a choice."""

    type: ClassVar[Literal["content.done"]] = "content.done"
    _at = ("choice_index",)
    choice_index: int
    content: str
    parsed: T | None
    """The parsed content; None when there was nothing to parse, or it does not fit its type.

    Content that does not fit is raised as a ``ParseError`` after the last event of the stream.
    """


class RefusalDeltaEvent(Growth, frozen=True, gc=False, eq=False):
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


class RefusalDoneEvent(Event, frozen=True, gc=False, eq=False):
    """The whole refusal of a choice."""

    type: ClassVar[Literal["refusal.done"]] = "refusal.done"
    _at = ("choice_index",)
    choice_index: int
    refusal: str


class FunctionToolCallArgumentsDeltaEvent(Growth, frozen=True, gc=False, eq=False):
    """A new piece of a function call's arguments; the first piece of a call may be empty."""

    type: ClassVar[Literal["tool_calls.function.arguments.delta"]] = (
        "tool_calls.function.arguments.delta"
    )
    _at = ("choice_index", "index")
    _piece = "arguments_delta"
    choice_index: int
    index: int
    """The index of the tool call within the choice."""
    name: str
    tool_call_id: str
    arguments_delta: str
    _text: TextLog
    _end: int
    _reader: Reader

    @property
    def arguments(self) -> str:
        """The JSON text of the arguments so far."""
        return self._text.first(self._end)

    @property
    def parsed_arguments(self) -> object:
        """The arguments so far, parsed; None when the tool is not strict."""
        return self._reader.partial_arguments(
            self.name, self._text, self._end, self.arguments_delta
        )


class FunctionToolCallArgumentsDoneEvent(Event, frozen=True, gc=False, eq=False):
    """The whole arguments of a function call."""

    type: ClassVar[Literal["tool_calls.function.arguments.done"]] = (
        "tool_calls.function.arguments.done"
    )
    _at = ("choice_index", "index")
    choice_index: int
    index: int
    name: str
    tool_call_id: str
    arguments: str
    parsed_arguments: Any
    """An instance of the tool's model, plain JSON for other strict tools, or else None."""


class LogprobsContentDeltaEvent(Growth, frozen=True, gc=False, eq=False):
    """The log probabilities of new content tokens."""

    type: ClassVar[Literal["logprobs.content.delta"]] = "logprobs.content.delta"
    _at = ("choice_index",)
    _piece = "content"
    _grows_in = "_all"
    choice_index: int
    content: list[ChatCompletionTokenLogprob]
    _all: list[ChatCompletionTokenLogprob]
    _end: int

    @property
    def snapshot(self) -> list[ChatCompletionTokenLogprob]:
        """The log probabilities so far."""
        return self._all[: self._end]


class LogprobsContentDoneEvent(Event, frozen=True, gc=False, eq=False):
    """All log probabilities of a choice's content."""

    type: ClassVar[Literal["logprobs.content.done"]] = "logprobs.content.done"
    _at = ("choice_index",)
    choice_index: int
    content: list[ChatCompletionTokenLogprob]


class LogprobsRefusalDeltaEvent(Growth, frozen=True, gc=False, eq=False):
    """The log probabilities of new refusal tokens."""

    type: ClassVar[Literal["logprobs.refusal.delta"]] = "logprobs.refusal.delta"
    _at = ("choice_index",)
    _piece = "refusal"
    _grows_in = "_all"
    choice_index: int
    refusal: list[ChatCompletionTokenLogprob]
    _all: list[ChatCompletionTokenLogprob]
    _end: int

    @property
    def snapshot(self) -> list[ChatCompletionTokenLogprob]:
        """The log probabilities so far."""
        return self._all[: self._end]


class LogprobsRefusalDoneEvent(Event, frozen=True, gc=False, eq=False):
    """All log probabilities of a choice's refusal."""

    type: ClassVar[Literal["logprobs.refusal.done"]] = "logprobs.refusal.done"
    _at = ("choice_index",)
    choice_index: int
    refusal: list[ChatCompletionTokenLogprob]


ChatCompletionStreamEvent = (
    ChunkEvent
    | ReasoningDeltaEvent
    | ReasoningDoneEvent
    | ContentDeltaEvent
    | ContentDoneEvent[T]
    | RefusalDeltaEvent
    | RefusalDoneEvent
    | FunctionToolCallArgumentsDeltaEvent
    | FunctionToolCallArgumentsDoneEvent
    | LogprobsContentDeltaEvent
    | LogprobsContentDoneEvent
    | LogprobsRefusalDeltaEvent
    | LogprobsRefusalDoneEvent
)
"""Any event of a stream; type checkers narrow it by ``event.type``."""


# The finish reason of a choice shows that an answer is there.


@ends_answer.register(ChatCompletionChunk)
def _(chunk: ChatCompletionChunk) -> bool:
    return any(choice.finish_reason for choice in chunk.choices or ())


@ends_answer.register(ChunkEvent)
def _(event: ChunkEvent) -> bool:
    return any(update.finish_reason for update in event.updates)


@ends_answer.register(ChoiceUpdate)
def _(update: ChoiceUpdate) -> bool:
    return bool(update.finish_reason)


@ends_answer.register(ChatCompletion)
def _(completion: ChatCompletion) -> bool:
    return any(choice.finish_reason for choice in completion.choices)
