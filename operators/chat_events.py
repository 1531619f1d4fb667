"""The operator that turns chunks into common events, as the client itself does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from streamkit._core.arguments import require, require_flag
from streamkit._core.chain import Chain
from streamkit._core.dumped import DictLike
from streamkit._rx.lifted import lifted
from streamkit._rx.operator_input import OperatorInput
from streamkit.families.chat.common import CommonChatEvents
from streamkit.families.chat.dumped import Dumped
from streamkit.families.chat.machine import ChatEvents
from streamkit.limits import DEFAULTS, Limits
from streamkit.structured.reader import Reader
from streamkit.structured.response_format import response_format
from streamkit.structured.tools import definitions, tool_parsers
from streamkit.types import ChatCompletionChunk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pydantic import TypeAdapter
    from reactivex import Observable
    from typing_extensions import TypeForm

    from streamkit._core.machine import Machine
    from streamkit.families.chat.dumped import AnyChunk
    from streamkit.families.chat.events import ChatCompletionEvent
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
) -> Callable[[Observable[AnyChunk]], Observable[ChatCompletionEvent[T]]]: ...
@overload
def chat_events(
    format: Mapping[str, Any] | None = None,
    tools: Iterable[Mapping[str, Any]] = (),
    *,
    partial_strings: bool = True,
    limits: Limits = DEFAULTS,
) -> Callable[[Observable[AnyChunk]], Observable[ChatCompletionEvent[Any]]]: ...
@overload
def chat_events(
    format: TypeForm[FormT],
    tools: Iterable[Mapping[str, Any]] = (),
    *,
    partial_strings: bool = True,
    limits: Limits = DEFAULTS,
) -> Callable[[Observable[AnyChunk]], Observable[ChatCompletionEvent[FormT]]]: ...
@overload
def chat_events(
    format: object,
    tools: Iterable[Mapping[str, Any]] = (),
    *,
    partial_strings: bool = True,
    limits: Limits = DEFAULTS,
) -> Callable[[Observable[AnyChunk]], Observable[ChatCompletionEvent[Any]]]: ...
def chat_events(
    format: object = None,
    tools: Iterable[Mapping[str, Any]] = (),
    *,
    partial_strings: bool = True,
    limits: Limits = DEFAULTS,
) -> Callable[[Observable[AnyChunk]], Observable[ChatCompletionEvent[Any]]]:
    """Emit the events of ``observe``: of ``accumulate`` and each choice's operators, and more.

        --Chunk("H")---------Chunk("i", stop)-----------------------|
        [                      chat_events()                        ]
        --(chunk,delta("H"))-(chunk,delta("i"),done("Hi"),finish)---|

    The events of a chunk are its own, its annotations, then each choice's reasoning, content,
    refusal, tool calls and log probabilities, then the done events of the parts that it finishes, a
    ``finish`` for each choice that ends, and ``usage`` when the counts change. Errors about the
    content are raised after the last event: ``LengthFinishReasonError`` and
    ``ContentFilterFinishReasonError`` if there was something to parse, and ``ParseError``, also for
    an empty answer. Every error has the part that had arrived as its ``completion``.

    Chunks may also be dicts, or objects of another library that dump to dicts, such as those of the
    ``openai`` package; then an answer that stops before its end is a ``StreamTruncatedError``.

    Args:
        format: The type of the content, or the dict that a request takes; by default plain text.
        tools: The tools of the request, as it takes them.
        partial_strings: Whether parsed values show strings that are still open.
        limits: The maximum amounts that are accepted from the server.
    """
    require("limits", limits, Limits, "Limits")
    require_flag("partial_strings", partial_strings)
    parsers = tool_parsers(definitions(tools))
    reader = Reader(response_format(format), parsers, partial_strings=partial_strings)

    def new_machine() -> Machine[Any, ChatCompletionEvent[Any]]:
        return Chain(ChatEvents(reader, limits=limits), CommonChatEvents())

    taken = OperatorInput("chat_events", ChatCompletionChunk, also=lambda: DictLike)
    return lifted(new_machine, taken, lambda: Dumped(new_machine(), limits))
