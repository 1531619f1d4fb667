"""The common events of a chat completion, and its final answer in the common vocabulary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from streamkit._core.machine import Machine
from streamkit.families._common.events import AnnotationEvent, FinishEvent, UsageEvent
from streamkit.families._common.final import Final, FinalToolCall, Usage
from streamkit.families.chat.custom_calls import CustomCalls, has_custom_call
from streamkit.families.chat.events import ChunkEvent
from streamkit.families.chat.log import usage_of
from streamkit.types import ChatCompletionMessageCustomToolCall

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from streamkit.families.chat.events import ChatCompletionEvent, ChatCompletionStreamEvent
    from streamkit.types import (
        ChatCompletionChunk,
        CompletionUsage,
        ParsedChatCompletion,
        ParsedChatCompletionMessage,
    )

__all__ = ["CommonChatEvents", "final"]


class CommonChatEvents(
    Machine["Sequence[ChatCompletionStreamEvent[Any]]", "ChatCompletionEvent[Any]"]
):
    """A machine that adds to the events of chunks the common ones that ``stream()`` does not yield.

    Annotations follow the chunk event. After the other events of the chunk come those of custom
    tools, then the finish of each choice, once, and last the usage, if it has changed.
    """

    def __init__(self) -> None:
        self._custom_calls = CustomCalls()
        self._finished: set[int] = set()
        self._usage = Usage()

    def feed(
        self, value: Sequence[ChatCompletionStreamEvent[Any]], /
    ) -> Sequence[ChatCompletionEvent[Any]]:
        """Return the events of some chunks, or of the end, with the additional ones."""
        # A hot path: nearly every input is the events of one chunk, with nothing to add.
        for event in value:
            if type(event) is ChunkEvent and _adds(event):
                return self._with_additions(value)
        return value

    def passes_short_road(self, empty: ChatCompletionChunk, /) -> bool:
        """Return whether such chunks have no usage; those with more of interest have no road."""
        return empty.usage is None

    def close(self) -> Iterator[ChatCompletionEvent[Any]]:
        """Yield the done events of custom calls whose choice had no finish reason."""
        yield from self._custom_calls.close()

    def _with_additions(
        self, value: Sequence[ChatCompletionStreamEvent[Any]]
    ) -> Sequence[ChatCompletionEvent[Any]]:
        events: list[ChatCompletionEvent[Any]] = []
        last: list[ChatCompletionEvent[Any]] = []
        for event in value:
            if not isinstance(event, ChunkEvent):
                events.append(event)
                continue
            if _is_piece(event):
                events += (*last, event)
                last = [*self._usages(event.chunk)]
                continue
            events += (*last, event, *_annotations(event.chunk))
            last = []
            for update in event.updates:
                last += self._custom_calls.take(update)
            last += (*self._finishes(event), *self._usages(event.chunk))
        return events + last

    def _finishes(self, event: ChunkEvent) -> Iterator[FinishEvent]:
        for update in event.updates:
            reason, index = update.finish_reason, update.index
            if reason and index not in self._finished:  # some servers repeat it in every chunk
                self._finished.add(index)
                yield FinishEvent(index, _REASONS.get(reason, reason), reason, _part=(index,))

    def _usages(self, chunk: ChatCompletionChunk) -> Iterator[UsageEvent]:
        usage = _usage(usage_of(chunk.usage, chunk.choices or ()))
        if usage is not None and usage != self._usage:
            self._usage = usage
            yield UsageEvent(usage)


def final(completion: ParsedChatCompletion[Any]) -> Final[Any]:
    """Return the first choice of a completion as the final answer."""
    usage = _usage(completion.usage)
    if not completion.choices:
        return Final("", "", "", None, [], usage, None, completion)
    choice = completion.choices[0]
    message, reason = choice.message, choice.finish_reason
    return Final(
        message.content or "",
        message.reasoning_content or message.reasoning or "",
        message.refusal or "",
        message.parsed,
        list(_calls(message)),
        usage,
        reason and _REASONS.get(reason, reason),
        completion,
    )


_REASONS = {"function_call": "tool_calls"}


def _adds(event: ChunkEvent) -> bool:
    if _is_piece(event) and event._moment.heading.usage is None:  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - of this package
        return False
    chunk = event.chunk
    if chunk.usage is not None:
        return True
    for update in event.updates:
        if update.calls and has_custom_call(update):
            return True
    for choice in chunk.choices or ():
        if choice.finish_reason or (choice.delta is not None and choice.delta.annotations):
            return True
        if choice.unknown_fields is not UNSET and "usage" in choice.unknown_fields:
            return True
    return False


def _is_piece(event: ChunkEvent) -> bool:
    """Return whether a chunk has a piece of a text, and nothing else that is new but a usage."""
    return event._grown is not None  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - of this package


def _annotations(chunk: ChatCompletionChunk) -> Iterator[AnnotationEvent]:
    for choice in chunk.choices or ():
        for annotation in (choice.delta and choice.delta.annotations) or ():
            yield AnnotationEvent(choice.index, annotation)


def _usage(usage: CompletionUsage | None) -> Usage | None:
    if usage is None:
        return None
    prompt, completion = usage.prompt_tokens_details, usage.completion_tokens_details
    return Usage(
        usage.prompt_tokens,
        (prompt and prompt.cached_tokens) or 0,
        usage.completion_tokens,
        (completion and completion.reasoning_tokens) or 0,
    )


def _calls(message: ParsedChatCompletionMessage[Any]) -> Iterator[FinalToolCall]:
    if message.function_call is not None:
        yield FinalToolCall("", message.function_call.name, message.function_call.arguments)
    for call in message.tool_calls or ():
        if isinstance(call, ChatCompletionMessageCustomToolCall):
            yield FinalToolCall(call.id, call.custom.name, call.custom.input, type="custom")
        else:
            function = call.function
            yield FinalToolCall(
                call.id, function.name, function.arguments, function.parsed_arguments
            )
