"""The machine that turns the chunks of a streamed chat completion into the documented events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import UNSET
from msgspec.structs import replace

from streamkit._core.machine import AnswerMachine, Machine
from streamkit.errors import (
    ContentFilterFinishReasonError,
    LengthFinishReasonError,
    ParseError,
    StreamkitError,
)
from streamkit.families.chat.emitters import (
    ContentParser,
    LogprobsEmitter,
    ReasoningEmitter,
    RefusalEmitter,
    ToolArgumentsParser,
)
from streamkit.families.chat.events import ChatCompletionStreamEvent, ChunkEvent
from streamkit.families.chat.log import CompletionLog, Moment
from streamkit.families.chat.short_roads import (
    Feeding,
    arguments_road,
    content_road,
    reasoning_road,
    refusal_road,
)
from streamkit.limits import DEFAULTS, Limits
from streamkit.types import (
    ChatCompletionChunk,
    ChoiceDelta,
    ChoiceDeltaToolCall,
    ChoiceDeltaToolCallFunction,
    ChunkChoice,
    ParsedChatCompletion,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from streamkit._core.template import Fill, Road
    from streamkit.structured.reader import Reader

    _Machines = tuple[
        ReasoningEmitter, ContentParser, RefusalEmitter, ToolArgumentsParser, LogprobsEmitter
    ]

__all__ = ["ChatEvents"]


class ChatEvents(
    AnswerMachine[ChatCompletionChunk, ChatCompletionStreamEvent[Any], ParsedChatCompletion[Any]]
):
    """The machine of ``chat_events``, which turns chunks into events."""

    def __init__(self, reader: Reader, *, limits: Limits = DEFAULTS) -> None:
        self._reader = reader
        self._log = CompletionLog(limits)
        self._choices: dict[int, _Machines] = {}
        self._finished: set[int] = set()
        self._parse_errors: dict[tuple[int, int], ParseError] = {}

    def feed(self, value: ChatCompletionChunk, /) -> Sequence[ChatCompletionStreamEvent[Any]]:
        """Return the events of a chunk."""
        # A hot path: a chunk concerns one of a choice's machines, seldom two, and checking the
        # fields of a chunk is cheaper than feeding all five machines.
        log = self._log
        updates = log.append(value)
        events: list[ChatCompletionStreamEvent[Any]] = [
            ChunkEvent(value, Moment(log, self._reader, log.heading, log.latest, updates))
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
            if index not in self._finished:  # some servers repeat it in every chunk
                self._finished.add(index)
                events += self._finish(index)
        return events

    def short_road(
        self, empty: ChatCompletionChunk, fill: Fill[ChatCompletionChunk], /
    ) -> Road[ChatCompletionStreamEvent[Any]] | None:
        """Return a function that takes the pieces of a text, or of the arguments of a call."""
        part = (empty.choices or [])[0]
        delta = part.delta
        if delta is not None and delta.tool_calls:
            return self._road_of_call(part, delta.tool_calls[0], fill)
        if delta is None or (name := _only_text(delta)) is None:
            return None
        index = part.index
        choice = self._log.choices[index]
        if not choice.adds_nothing_again(part):
            return None
        reasoning, content, refusal, *_ = self._choices[index]
        machine = Feeding(self.feed, self._log, self._reader)
        # Pieces of templates have whole characters.
        if name == "content":
            if not content.has_begun or choice.content.has_half:
                return None
            has_notes = part.unknown_fields is not UNSET or delta.unknown_fields is not UNSET
            return content_road(machine, choice, fill, has_notes=has_notes)
        if name == "refusal":
            if not refusal.has_begun or choice.refusal.has_half:
                return None
            return refusal_road(machine, choice, fill)
        if not reasoning.has_begun or choice.reasoning.has_half:
            return None
        return reasoning_road(machine, choice, fill) if choice.thinks_in(name) else None

    def _road_of_call(
        self, empty: ChunkChoice, fragment: ChoiceDeltaToolCall, fill: Fill[ChatCompletionChunk]
    ) -> Road[ChatCompletionStreamEvent[Any]] | None:
        place = fragment.index
        nothing_else = ChoiceDeltaToolCall(
            index=place, function=ChoiceDeltaToolCallFunction(arguments="")
        )
        if place is None or empty != ChunkChoice(
            index=empty.index, delta=ChoiceDelta(tool_calls=[nothing_else])
        ):
            return None
        machine = Feeding(self.feed, self._log, self._reader)
        choice, parser = self._log.choices[empty.index], self._choices[empty.index][3]
        return arguments_road(machine, choice, place, parser, fill)

    def close(self) -> Iterator[ChatCompletionStreamEvent[Any]]:
        """Emit the final events of unfinished choices, then raise the answer's error, if any."""
        for index in sorted(self._choices):
            yield from self._finish(index)
        error = self._verdict()
        if error is not None:
            raise error

    def snapshot(self) -> ParsedChatCompletion[Any]:
        """Return the completion so far, parsed as far as it has arrived."""
        return self._log.now(self._reader)

    def final(self) -> ParsedChatCompletion[Any]:
        """Return the whole parsed completion; call this after ``close``."""
        return self._log.now(self._reader, final=True)

    def _open(self, index: int) -> _Machines:
        machines = self._choices[index] = (
            ReasoningEmitter(),
            ContentParser(self._reader),
            RefusalEmitter(),
            ToolArgumentsParser(self._reader),
            LogprobsEmitter(),
        )
        return machines

    def _finish(self, index: int) -> list[ChatCompletionStreamEvent[Any]]:
        events: list[ChatCompletionStreamEvent[Any]] = []
        machines: Sequence[Machine[Any, Any]] = self._choices[index]
        for place, machine in enumerate(machines):
            emitted = len(events)
            try:
                events.extend(machine.close())
            except ParseError as error:
                # Raised last, so that no event and no usage is lost; `extend` has kept the events.
                self._parse_errors[index, place] = error
            else:
                if len(events) > emitted:  # more text came, and now it fits its type
                    self._parse_errors.pop((index, place), None)
        return events

    def _verdict(self) -> StreamkitError | None:
        if not self._reader.expects:
            return None
        for index, choice in sorted(self._log.choices.items()):
            error: StreamkitError | None
            if choice.finish_reason == "length":
                error = LengthFinishReasonError(completion=self.final())
            elif choice.finish_reason == "content_filter":
                error = ContentFilterFinishReasonError(completion=self.final())
            else:
                misfits = sorted(key for key in self._parse_errors if key[0] == index)
                error = self._parse_errors[misfits[0]] if misfits else None
                if choice.is_empty and self._reader.expects_content:
                    reason = choice.finish_reason
                    error = ParseError(
                        f"The answer has no content to parse (finish reason {reason!r})", content=""
                    )
            if error is not None:
                error.partial = self.final()
                return error
        return None


def _only_text(delta: ChoiceDelta) -> str | None:
    """Return the name of the empty text that a delta has, if it has nothing else that is known."""
    # Some servers send an empty list of calls with each piece.
    known = replace(delta, unknown_fields=UNSET, tool_calls=delta.tool_calls or None)
    return next((name for name, only in _TEXTS.items() if only == known), None)


_TEXTS = {
    "content": ChoiceDelta(content=""),
    "reasoning_content": ChoiceDelta(reasoning_content=""),
    "reasoning": ChoiceDelta(reasoning=""),
    "refusal": ChoiceDelta(refusal=""),
}
