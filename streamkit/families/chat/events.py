"""The events of a streamed chat completion.

An event is a position in an append-only log: what ``snapshot``, ``parsed`` and the like say is what
was true when the event was emitted, whenever and wherever they are read, and they cost nothing
until then. To read the newest one is cheap; an old one may read its text again.
"""

from __future__ import annotations

import functools
from typing import Any, ClassVar, Generic, Literal, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from streamkit._core.wire import json_of, plain
from streamkit.families.chat.log import ChoiceUpdate, CompletionLog, Heading, TextLog
from streamkit.structured.reader import Reader
from streamkit.types import (
    ChatCompletion,
    ChatCompletionChunk,
    ChatCompletionTokenLogprob,
    ParsedChatCompletion,
)

__all__ = [
    "AttemptResetEvent",
    "ChatCompletionStreamEvent",
    "ChunkEvent",
    "ContentDeltaEvent",
    "ContentDoneEvent",
    "Event",
    "EventsDroppedEvent",
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


class Event(Struct, frozen=True, gc=False, eq=False):
    """What all events share; ``type`` tells them apart.

    Two events are equal when they are of one type and say the same.
    """

    def to_dict(self, *, delta: bool = False) -> dict[str, Any]:
        """Everything the event says, as plain data; reads it as of the event.

        Args:
            delta: leave out what grows with the stream, such as ``snapshot`` and ``parsed``. Then
                all events of a stream together are about as long as the stream; with it their
                length grows with its square.
        """
        type_ = type(self)
        names = _names_of_news(type_) if delta else _names(type_)
        return {name: plain(getattr(self, name), "json", drop_none=True) for name in names}

    def to_json(self, *, delta: bool = False) -> str:
        """The JSON text of ``to_dict``, on one line."""
        return json_of(self.to_dict(delta=delta))

    def model_dump(self) -> dict[str, Any]:
        """The same as ``to_dict``, under the name pydantic uses."""
        return self.to_dict()

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and all(
            getattr(self, name) == getattr(other, name) for name in _names(type(self))
        )

    __hash__ = None  # type: ignore[assignment]  # what is compared by what it says may be a dict

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in _names(type(self))[1:])
        return f"{type(self).__name__}({fields})"


class ChunkEvent(Event, frozen=True, gc=False, eq=False):
    """A chunk arrived; the first event of each."""

    type: ClassVar[Literal["chunk"]] = "chunk"
    chunk: ChatCompletionChunk
    _log: CompletionLog
    _reader: Reader
    _heading: Heading
    _choices: tuple[ChoiceUpdate, ...]
    updates: tuple[ChoiceUpdate, ...]
    """What the chunk added to each choice; what ``split_by_choice`` takes apart."""

    @property
    def snapshot(self) -> ParsedChatCompletion[Any]:
        """The completion accumulated so far, built anew each time it is read."""
        return self._log.build(self._heading, self._choices, self._reader)

    def since(self, _first: ChunkEvent) -> ChunkEvent:
        """The event: its snapshot has what earlier chunks brought, which themselves are gone."""
        return self


class ReasoningDeltaEvent(Event, frozen=True, gc=False, eq=False):
    """The model thought on, and its server tells: ``reasoning_content`` or ``reasoning``."""

    type: ClassVar[Literal["reasoning.delta"]] = "reasoning.delta"
    choice_index: int
    delta: str
    _text: TextLog
    _end: int

    @property
    def snapshot(self) -> str:
        """The reasoning so far."""
        return self._text.first(self._end)

    def since(self, first: ReasoningDeltaEvent) -> ReasoningDeltaEvent:
        """The event, with what came from ``first`` on: an earlier one of its kind and choice."""
        start = first._end - len(first.delta)
        return replace(self, delta=self._text.between(start, self._end))


class ReasoningDoneEvent(Event, frozen=True, gc=False, eq=False):
    """The reasoning of a choice is complete: told when the choice is finished.

    Not before, since some models think again between parts of an answer; that they have stopped for
    now is what the first ``content.delta`` says.
    """

    type: ClassVar[Literal["reasoning.done"]] = "reasoning.done"
    choice_index: int
    reasoning: str


class ContentDeltaEvent(Event, frozen=True, gc=False, eq=False):
    """New content arrived."""

    type: ClassVar[Literal["content.delta"]] = "content.delta"
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
        """What is known of the parsed content; None when it is not JSON that was asked for.

        Objects and arrays that are still open are read-only views of what has arrived:
        ``PartialObject`` and ``PartialArray``.
        """
        return self._reader.partial_content(self._text, self._end, self.delta)

    def since(self, first: ContentDeltaEvent) -> ContentDeltaEvent:
        """The event, with what came from ``first`` on: an earlier one of its kind and choice."""
        start = first._end - len(first.delta)
        return replace(self, delta=self._text.between(start, self._end))


class ContentDoneEvent(Event, Generic[T], frozen=True, gc=False, eq=False):
    """The content of a choice is complete."""

    type: ClassVar[Literal["content.done"]] = "content.done"
    choice_index: int
    content: str
    parsed: T | None
    """None when there was nothing to parse, or the content does not fit its type.

    The latter is raised as a ``ParseError`` after the last event of the stream.
    """


class RefusalDeltaEvent(Event, frozen=True, gc=False, eq=False):
    """A piece of a refusal arrived."""

    type: ClassVar[Literal["refusal.delta"]] = "refusal.delta"
    choice_index: int
    delta: str
    _text: TextLog
    _end: int

    @property
    def snapshot(self) -> str:
        """The refusal so far."""
        return self._text.first(self._end)

    def since(self, first: RefusalDeltaEvent) -> RefusalDeltaEvent:
        """The event, with what came from ``first`` on: an earlier one of its kind and choice."""
        start = first._end - len(first.delta)
        return replace(self, delta=self._text.between(start, self._end))


class RefusalDoneEvent(Event, frozen=True, gc=False, eq=False):
    """The refusal of a choice is complete."""

    type: ClassVar[Literal["refusal.done"]] = "refusal.done"
    choice_index: int
    refusal: str


class FunctionToolCallArgumentsDeltaEvent(Event, frozen=True, gc=False, eq=False):
    """A piece of a function call's arguments arrived; the first one of a call may be empty."""

    type: ClassVar[Literal["tool_calls.function.arguments.delta"]] = (
        "tool_calls.function.arguments.delta"
    )
    choice_index: int
    index: int
    """Which tool call of the choice."""
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
        """What is known of the arguments; None when the tool is not strict."""
        return self._reader.partial_arguments(
            self.name, self._text, self._end, self.arguments_delta
        )

    def since(
        self, first: FunctionToolCallArgumentsDeltaEvent
    ) -> FunctionToolCallArgumentsDeltaEvent:
        """The event, with what came from ``first`` on: an earlier one of its kind and call."""
        start = first._end - len(first.arguments_delta)
        return replace(self, arguments_delta=self._text.between(start, self._end))


class FunctionToolCallArgumentsDoneEvent(Event, frozen=True, gc=False, eq=False):
    """The arguments of a function call are complete."""

    type: ClassVar[Literal["tool_calls.function.arguments.done"]] = (
        "tool_calls.function.arguments.done"
    )
    choice_index: int
    index: int
    name: str
    tool_call_id: str
    arguments: str
    parsed_arguments: Any
    """An instance of the tool's model, plain JSON for other strict tools, else None."""


class LogprobsContentDeltaEvent(Event, frozen=True, gc=False, eq=False):
    """Log probabilities of content tokens arrived."""

    type: ClassVar[Literal["logprobs.content.delta"]] = "logprobs.content.delta"
    choice_index: int
    content: list[ChatCompletionTokenLogprob]
    _all: list[ChatCompletionTokenLogprob]
    _end: int

    @property
    def snapshot(self) -> list[ChatCompletionTokenLogprob]:
        """The log probabilities so far."""
        return self._all[: self._end]

    def since(self, first: LogprobsContentDeltaEvent) -> LogprobsContentDeltaEvent:
        """The event, with what came from ``first`` on: an earlier one of its kind and choice."""
        start = first._end - len(first.content)
        return replace(self, content=self._all[start : self._end])


class LogprobsContentDoneEvent(Event, frozen=True, gc=False, eq=False):
    """All log probabilities of a choice's content have arrived."""

    type: ClassVar[Literal["logprobs.content.done"]] = "logprobs.content.done"
    choice_index: int
    content: list[ChatCompletionTokenLogprob]


class LogprobsRefusalDeltaEvent(Event, frozen=True, gc=False, eq=False):
    """Log probabilities of refusal tokens arrived."""

    type: ClassVar[Literal["logprobs.refusal.delta"]] = "logprobs.refusal.delta"
    choice_index: int
    refusal: list[ChatCompletionTokenLogprob]
    _all: list[ChatCompletionTokenLogprob]
    _end: int

    @property
    def snapshot(self) -> list[ChatCompletionTokenLogprob]:
        """The log probabilities so far."""
        return self._all[: self._end]

    def since(self, first: LogprobsRefusalDeltaEvent) -> LogprobsRefusalDeltaEvent:
        """The event, with what came from ``first`` on: an earlier one of its kind and choice."""
        start = first._end - len(first.refusal)
        return replace(self, refusal=self._all[start : self._end])


class LogprobsRefusalDoneEvent(Event, frozen=True, gc=False, eq=False):
    """All log probabilities of a choice's refusal have arrived."""

    type: ClassVar[Literal["logprobs.refusal.done"]] = "logprobs.refusal.done"
    choice_index: int
    refusal: list[ChatCompletionTokenLogprob]


# An error leads to frames, and those may lead back here: so the collector is to know of this one.
class AttemptResetEvent(Event, frozen=True, gc=True, eq=False):
    """The stream failed and is begun anew: what it has told is void. See ``retry_stream``."""

    type: ClassVar[Literal["attempt.reset"]] = "attempt.reset"
    attempt: int
    """The number of the attempt that follows; the first one, which nobody announces, was 1."""
    wait: float
    """Seconds until it is made."""
    error: Exception
    """What ended the last one."""

    @property
    def completion(self) -> ChatCompletion | ParsedChatCompletion[Any] | None:
        """What had arrived of the answer."""
        return getattr(self.error, "completion", None)


class EventsDroppedEvent(Event, frozen=True, gc=False, eq=False):
    """A consumer of a hub was slow, and missed events at this place in its stream."""

    type: ClassVar[Literal["events.dropped"]] = "events.dropped"
    count: int
    """How many were dropped here."""


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
"""Any event of a stream; ``event.type`` tells a type checker which."""


@functools.cache
def _names(type_: type[Event]) -> tuple[str, ...]:
    fields = type_.__struct_fields__
    views = [name for name, member in vars(type_).items() if isinstance(member, property)]
    said_again = {"updates", "content" if "delta" in fields else ""}
    names = [name for name in (*fields, *views) if name[0] != "_" and name not in said_again]
    return ("type", *names)


_GROWING = frozenset({"arguments", "parsed", "parsed_arguments", "snapshot"})


@functools.cache
def _names_of_news(type_: type[Event]) -> tuple[str, ...]:
    """What an event says besides views of all that has come; done events have that in fields."""
    fields = type_.__struct_fields__
    return tuple(name for name in _names(type_) if name in fields or name not in _GROWING)
