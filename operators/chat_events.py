"""Chunks to the documented events: the pipeline the client itself uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from streamkit._core.machine import Machine
from streamkit.errors import (
    ContentFilterFinishReasonError,
    LengthFinishReasonError,
    OpenAIError,
    ParseError,
)
from streamkit.families.chat.events import ChatCompletionStreamEvent, ChunkEvent
from streamkit.limits import DEFAULTS, Limits
from streamkit.operators.accumulate import Accumulator
from streamkit.operators.lift import lift
from streamkit.operators.logprobs import LogprobsTeller
from streamkit.operators.partial_parse import ContentParser
from streamkit.operators.reasoning import ReasoningTeller
from streamkit.operators.refusal_detect import RefusalDetector
from streamkit.operators.tool_arg_parse import ToolArgumentsParser
from streamkit.structured.reader import Reader
from streamkit.structured.response_format import response_format
from streamkit.structured.tools import tool_parsers
from streamkit.types import ChatCompletionChunk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pydantic import TypeAdapter
    from reactivex import Observable
    from typing_extensions import TypeForm

    from streamkit.structured.response_format import FormT, ResponseFormat
    from streamkit.types import ParsedChatCompletion

    _Machines = tuple[
        ReasoningTeller, ContentParser, RefusalDetector, ToolArgumentsParser, LogprobsTeller
    ]

__all__ = ["ChatEvents", "chat_events"]

T = TypeVar("T")


@overload
def chat_events(
    format: type[T] | TypeAdapter[T] | ResponseFormat[T],
    tools: Iterable[Mapping[str, Any]] = (),
    *,
    partial_strings: bool = True,
    limits: Limits = DEFAULTS,
) -> Callable[[Observable[ChatCompletionChunk]], Observable[ChatCompletionStreamEvent[T]]]: ...
@overload
def chat_events(
    format: Mapping[str, Any] | None = None,
    tools: Iterable[Mapping[str, Any]] = (),
    *,
    partial_strings: bool = True,
    limits: Limits = DEFAULTS,
) -> Callable[[Observable[ChatCompletionChunk]], Observable[ChatCompletionStreamEvent[Any]]]: ...
@overload
def chat_events(
    format: TypeForm[FormT],
    tools: Iterable[Mapping[str, Any]] = (),
    *,
    partial_strings: bool = True,
    limits: Limits = DEFAULTS,
) -> Callable[[Observable[ChatCompletionChunk]], Observable[ChatCompletionStreamEvent[FormT]]]: ...
@overload
def chat_events(
    format: object,
    tools: Iterable[Mapping[str, Any]] = (),
    *,
    partial_strings: bool = True,
    limits: Limits = DEFAULTS,
) -> Callable[[Observable[ChatCompletionChunk]], Observable[ChatCompletionStreamEvent[Any]]]: ...
def chat_events(
    format: object = None,
    tools: Iterable[Mapping[str, Any]] = (),
    *,
    partial_strings: bool = True,
    limits: Limits = DEFAULTS,
) -> Callable[[Observable[ChatCompletionChunk]], Observable[ChatCompletionStreamEvent[Any]]]:
    """Emit every documented event: ``accumulate`` and each choice's operators, in order.

        --Chunk("H")---------Chunk("i", stop)----------------|
        [                   chat_events()                    ]
        --(chunk,delta("H"))-(chunk,delta("i"),done("Hi"))---|

    First the chunk's own event, then for each choice its reasoning, content, refusal, tool calls
    and log probabilities; then what the chunk has finished. Errors about the content come after the
    last event: ``LengthFinishReasonError`` and ``ContentFilterFinishReasonError``, when there was
    something to parse, and ``ParseError``, also for an answer that is empty. Every error carries
    ``completion``, what had arrived.
    """
    reader = Reader(response_format(format), tool_parsers(tools), partial_strings=partial_strings)
    return lift(
        lambda: ChatEvents(reader, limits=limits), takes=ChatCompletionChunk, name="chat_events"
    )


class ChatEvents(Machine[ChatCompletionChunk, ChatCompletionStreamEvent[Any]]):
    """The machine of ``chat_events``."""

    def __init__(self, reader: Reader, *, limits: Limits = DEFAULTS) -> None:
        self._reader = reader
        self._accumulator = Accumulator(reader, limits=limits)
        self._log = self._accumulator.log
        self._choices: dict[int, _Machines] = {}
        self._finished: set[int] = set()
        self._parse_errors: dict[tuple[int, int], ParseError] = {}

    def feed(self, value: ChatCompletionChunk, /) -> Sequence[ChatCompletionStreamEvent[Any]]:
        """Take a chunk and return its events."""
        # A hot place: a chunk concerns one of a choice's machines, seldom two, and to look at what
        # it brings is cheaper than to ask all five.
        log = self._log
        updates = log.append(value)
        events: list[ChatCompletionStreamEvent[Any]] = [
            ChunkEvent(value, log, self._reader, log.heading, log.latest, updates)
        ]
        finished: list[int] = []
        for update in updates:
            machines = self._choices.get(update.index) or self._open(update.index)
            if update.reasoning is not None:
                events += machines[0].feed(update)
            if update.content is not None:
                events += machines[1].feed(update)
            if update.refusal is not None:
                events += machines[2].feed(update)
            if update.calls:
                events += machines[3].feed(update)
            if update.logprobs is not None:
                events += machines[4].feed(update)
            if update.finish_reason:
                finished.append(update.index)
        for index in finished:
            if index not in self._finished:  # some servers say it in every chunk
                self._finished.add(index)
                events += self._finish(index)
        return events

    def close(self) -> Iterator[ChatCompletionStreamEvent[Any]]:
        """Tell what no finish reason told, then raise what is wrong with the answer."""
        for index in sorted(self._choices):
            yield from self._finish(index)
        error = self._verdict()
        if error is not None:
            raise error

    def fail(self, error: Exception, /) -> None:
        """Let an error of the stream carry what had arrived."""
        self._accumulator.fail(error)

    def snapshot(self) -> ParsedChatCompletion[Any]:
        """The completion so far, parsed as far as it goes."""
        return self._accumulator.snapshot()

    def completion(self) -> ParsedChatCompletion[Any]:
        """The whole completion, parsed; call it after ``close``."""
        return self._accumulator.snapshot(final=True)

    def _open(self, index: int) -> _Machines:
        machines = self._choices[index] = (
            ReasoningTeller(),
            ContentParser(self._reader),
            RefusalDetector(),
            ToolArgumentsParser(self._reader),
            LogprobsTeller(),
        )
        return machines

    def _finish(self, index: int) -> list[ChatCompletionStreamEvent[Any]]:
        events: list[ChatCompletionStreamEvent[Any]] = []
        machines: Sequence[Machine[Any, Any]] = self._choices[index]
        for place, machine in enumerate(machines):
            told = len(events)
            try:
                events.extend(machine.close())
            except ParseError as error:
                # Raised last, so that no event and no usage is lost; `extend` has kept the events.
                self._parse_errors[index, place] = error
            else:
                if len(events) > told:  # more had come, and with it the text fits
                    self._parse_errors.pop((index, place), None)
        return events

    def _verdict(self) -> OpenAIError | None:
        if not self._reader.expects:
            return None
        for index, choice in sorted(self._accumulator.log.choices.items()):
            error: OpenAIError | None
            if choice.finish_reason == "length":
                error = LengthFinishReasonError(completion=self.completion())
            elif choice.finish_reason == "content_filter":
                error = ContentFilterFinishReasonError(completion=self.completion())
            else:
                misfits = sorted(key for key in self._parse_errors if key[0] == index)
                error = self._parse_errors[misfits[0]] if misfits else None
                if choice.is_empty and self._reader.expects_content:
                    reason = choice.finish_reason
                    error = ParseError(
                        f"The answer has no content to parse (finish reason {reason!r})", content=""
                    )
            if error is not None:
                error.partial = self.completion()
                return error
        return None
