"""Chunks to the documented events: the pipeline the client itself uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from streamkit.families.chat.machine import ChatEvents
from streamkit.limits import DEFAULTS, Limits
from streamkit.operators.lift import lift
from streamkit.structured.reader import Reader
from streamkit.structured.response_format import response_format
from streamkit.structured.tools import tool_parsers
from streamkit.types import ChatCompletionChunk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pydantic import TypeAdapter
    from reactivex import Observable
    from typing_extensions import TypeForm

    from streamkit.families.chat.events import ChatCompletionStreamEvent
    from streamkit.structured.response_format import FormT, ResponseFormat

__all__ = ["chat_events"]

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
