"""The events of a streamed chat completion: the common ones, and its chunks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from streamkit._core.ending import ends_answer
from streamkit.families._common.events import (
    AnnotationEvent,
    AnswerChunkEvent,
    ContentDeltaEvent,
    ContentDoneEvent,
    CustomToolCallInputDeltaEvent,
    CustomToolCallInputDoneEvent,
    FinishEvent,
    FunctionToolCallArgumentsDeltaEvent,
    FunctionToolCallArgumentsDoneEvent,
    LogprobsContentDeltaEvent,
    LogprobsContentDoneEvent,
    LogprobsRefusalDeltaEvent,
    LogprobsRefusalDoneEvent,
    ReasoningDeltaEvent,
    ReasoningDoneEvent,
    RefusalDeltaEvent,
    RefusalDoneEvent,
    UsageEvent,
)
from streamkit.families.chat.log import ChoiceUpdate, Moment
from streamkit.types import ChatCompletion, ChatCompletionChunk, ParsedChatCompletion

__all__ = ["ChatCompletionEvent", "ChatCompletionStreamEvent", "ChunkEvent"]

T = TypeVar("T")

_Grown: TypeAlias = (
    ContentDeltaEvent
    | ReasoningDeltaEvent
    | RefusalDeltaEvent
    | FunctionToolCallArgumentsDeltaEvent
)


class ChunkEvent(AnswerChunkEvent, frozen=True, gc=False, eq=False):
    """The event that is emitted first for each chunk; it holds the chunk."""

    # A chunk that a template has read, as nearly all are, is made when it is read: it is None until
    # then. Its piece is in ``_grown``, the event beside it, and ``_rest`` has what else
    # the chunk is made of: its padding, or its frame.
    _aliases = frozenset({"updates"})
    _moment: Moment
    _grown: _Grown | None = None
    _rest: str | bytes | None = None

    if TYPE_CHECKING:
        chunk: ChatCompletionChunk
    else:

        @property
        def chunk(self) -> ChatCompletionChunk:
            """The chunk as the server sent it."""
            chunk = _chunk.__get__(self)
            if chunk is None:
                chunk = self._moment.fill(_piece_of(self._grown), self._rest)
                _chunk.__set__(self, chunk)
            return chunk

    @property
    def _identified(self) -> Any:
        like = _chunk.__get__(self) or getattr(self._moment.fill, "like", None)
        return self.chunk if like is None else like

    @property
    def updates(self) -> tuple[ChoiceUpdate, ...]:
        """The additions of the chunk to each choice, which ``split_by_choice`` separates."""
        return self._whole_moment.updates

    @property
    def snapshot(self) -> ParsedChatCompletion[Any]:
        """The completion accumulated so far, built anew each time it is read."""
        return self._whole_moment.build()

    @property
    def _whole_moment(self) -> Moment:
        grown = self._grown
        if grown is None:
            return self._moment
        return self._moment.after(_piece_of(grown), grown._end, self._rest)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - the event beside it

    def __copy__(self) -> ChunkEvent:
        return ChunkEvent(self.chunk, self._whole_moment)

    def __reduce__(self) -> tuple[Any, ...]:
        return ChunkEvent, (self.chunk, self._whole_moment)


_chunk: Any = vars(AnswerChunkEvent)["chunk"]  # where the chunk is held


def _piece_of(grown: _Grown) -> str:
    if isinstance(grown, FunctionToolCallArgumentsDeltaEvent):
        return grown.arguments_delta
    return grown.delta


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
"""Any event of ``stream()``; type checkers narrow it by ``event.type``."""

ChatCompletionEvent = (
    ChatCompletionStreamEvent[T]
    | CustomToolCallInputDeltaEvent
    | CustomToolCallInputDoneEvent
    | AnnotationEvent
    | UsageEvent
    | FinishEvent
)
"""Any event of ``observe()``: those of ``stream()``, and more that are common to all protocols."""


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
