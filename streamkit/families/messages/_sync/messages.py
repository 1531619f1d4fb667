# Made from ../_async/messages.py by .ci/unasync.py: change it there.
"""The resource ``client.messages``: create, parse, stream, observe, chunks, count_tokens."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from streamkit.families._resource._sync.answering import AnsweringResource
from streamkit.families._resource._sync.managers import StreamManager
from streamkit.families._resource._sync.resource import SyncResource
from streamkit.families.messages._sync.stream import MessageStream
from streamkit.families.messages.call import MAPPED, MessageCall, count_tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Unpack

    from pydantic import TypeAdapter
    from reactivex import Observable
    from typing_extensions import TypeForm

    from streamkit._core.answer_decoder import OnTruncated
    from streamkit._rx.input import Input
    from streamkit.families._common.events import CommonEvent
    from streamkit.families._common.turn_events import TurnEvent
    from streamkit.families._common.turns import AnyTool
    from streamkit.families._resource._sync.map_results import MapResults
    from streamkit.families._resource._sync.stream import Stream
    from streamkit.families._resource._sync.tool_stream import ToolStream
    from streamkit.families._resource.params import NotGiven
    from streamkit.families.messages._sync.batches import Batches
    from streamkit.families.messages.params import (
        CountTokensParams,
        MessageMapParams,
        MessageParams,
        MessageToolParams,
    )
    from streamkit.families.messages.turns import MessageTurns
    from streamkit.structured.response_format import FormT
    from streamkit.types.messages import (
        Message,
        MessageTokensCount,
        ParsedMessage,
        RawMessageStreamEvent,
    )

__all__ = ["Messages"]

T = TypeVar("T")


class Messages(AnsweringResource, SyncResource):
    """Messages; methods take the parameters of the API reference as keyword arguments."""

    _package = "anthropic"

    @cached_property
    def batches(self) -> Batches:
        """Batches of messages, which are answered within a day."""
        from streamkit.families.messages._sync.batches import Batches

        return Batches(self._transport)

    @overload
    def create(
        self,
        *,
        stream: Literal[False] | NotGiven | None = None,
        on_truncated: OnTruncated = "error",
        **params: Unpack[MessageParams],
    ) -> Message: ...
    @overload
    def create(
        self,
        *,
        stream: Literal[True],
        on_truncated: OnTruncated = "error",
        **params: Unpack[MessageParams],
    ) -> Stream[RawMessageStreamEvent]: ...
    def create(
        self,
        *,
        stream: bool | NotGiven | None = None,
        on_truncated: OnTruncated = "error",
        **params: Any,
    ) -> Message | Stream[RawMessageStreamEvent]:
        """Return the message as received; with ``stream=True``, a stream of the wire's events.

        Nothing is parsed. A cut stream raises an error, unless ``on_truncated="accept"``.
        """
        call = MessageCall(params, stream=bool(stream), on_truncated=on_truncated)
        return self._open(call.raw()) if stream else self._plain(call)

    @overload
    def parse(
        self,
        *,
        output_format: type[T] | TypeAdapter[T],
        **params: Unpack[MessageParams],
    ) -> ParsedMessage[T]: ...
    @overload
    def parse(
        self,
        *,
        output_format: NotGiven | None = None,
        **params: Unpack[MessageParams],
    ) -> ParsedMessage[Any]: ...
    @overload
    def parse(
        self,
        *,
        output_format: TypeForm[FormT],
        **params: Unpack[MessageParams],
    ) -> ParsedMessage[FormT]: ...
    @overload
    def parse(
        self,
        *,
        output_format: object,
        **params: Unpack[MessageParams],
    ) -> ParsedMessage[Any]: ...
    def parse(
        self,
        *,
        output_format: Any = None,
        **params: Any,
    ) -> ParsedMessage[Any]:
        """Return the message with its texts and tool calls read into their types.

        Args:
            output_format: The type to parse the text into: any that a ``TypeAdapter`` accepts.
            **params: The parameters of the API reference.

        Raises:
            LengthFinishReasonError: The answer was cut short at the maximum length, and there was
                something to parse. This error and the next two have the message as ``partial``.
            ContentFilterFinishReasonError: The same, but the model refused.
            ParseError: No text fits the type.
        """
        call = MessageCall(params, stream=False, output_format=output_format)
        return self._parsed(call)

    @overload
    def stream(
        self,
        *,
        output_format: type[T] | TypeAdapter[T],
        on_truncated: OnTruncated = "error",
        partial_strings: bool = True,
        **params: Unpack[MessageParams],
    ) -> StreamManager[MessageStream[T]]: ...
    @overload
    def stream(
        self,
        *,
        output_format: NotGiven | None = None,
        on_truncated: OnTruncated = "error",
        partial_strings: bool = True,
        **params: Unpack[MessageParams],
    ) -> StreamManager[MessageStream[Any]]: ...
    @overload
    def stream(
        self,
        *,
        output_format: TypeForm[FormT],
        on_truncated: OnTruncated = "error",
        partial_strings: bool = True,
        **params: Unpack[MessageParams],
    ) -> StreamManager[MessageStream[FormT]]: ...
    @overload
    def stream(
        self,
        *,
        output_format: object,
        on_truncated: OnTruncated = "error",
        partial_strings: bool = True,
        **params: Unpack[MessageParams],
    ) -> StreamManager[MessageStream[Any]]: ...
    def stream(
        self,
        *,
        output_format: Any = None,
        on_truncated: OnTruncated = "error",
        partial_strings: bool = True,
        **params: Any,
    ) -> StreamManager[MessageStream[Any]]:
        """Return a manager of the stream of typed events; a ``with`` opens the stream.

        The events are those of the ``anthropic`` package, with the ``index`` of the block, the
        ``name`` and ``id`` of the call, and ``parsed`` besides.

        Args:
            output_format: The type to parse the text into: any that a ``TypeAdapter`` accepts.
            on_truncated: "error" raises an error when the stream is cut; "accept" ends it.
            partial_strings: Whether ``parsed`` includes strings that are not complete yet.
            **params: The parameters of the API reference.
        """
        call = MessageCall(
            params,
            stream=True,
            output_format=output_format,
            on_truncated=on_truncated,
            partial_strings=partial_strings,
        )
        return StreamManager(lambda: self._open_events(call))

    @overload
    def observe(
        self,
        *,
        output_format: type[T] | TypeAdapter[T],
        on_truncated: OnTruncated = "error",
        partial_strings: bool = True,
        **params: Unpack[MessageParams],
    ) -> Observable[CommonEvent[T]]: ...
    @overload
    def observe(
        self,
        *,
        output_format: NotGiven | None = None,
        on_truncated: OnTruncated = "error",
        partial_strings: bool = True,
        **params: Unpack[MessageParams],
    ) -> Observable[CommonEvent[Any]]: ...
    @overload
    def observe(
        self,
        *,
        output_format: TypeForm[FormT],
        on_truncated: OnTruncated = "error",
        partial_strings: bool = True,
        **params: Unpack[MessageParams],
    ) -> Observable[CommonEvent[FormT]]: ...
    @overload
    def observe(
        self,
        *,
        output_format: object,
        on_truncated: OnTruncated = "error",
        partial_strings: bool = True,
        **params: Unpack[MessageParams],
    ) -> Observable[CommonEvent[Any]]: ...
    def observe(
        self,
        *,
        output_format: Any = None,
        on_truncated: OnTruncated = "error",
        partial_strings: bool = True,
        **params: Any,
    ) -> Observable[CommonEvent[Any]]:
        """Return a cold observable of common events; it takes the parameters of ``stream``.

        Every subscription sends a request; disposing of the subscription closes the response. The
        async client emits in a task of the running loop. The blocking client emits on the scheduler
        given to ``subscribe``, by default on the subscriber's own thread, so that ``subscribe``
        returns when the stream has ended.
        """
        call = MessageCall(
            params,
            stream=True,
            output_format=output_format,
            on_truncated=on_truncated,
            partial_strings=partial_strings,
        )
        return self._observe(call.streamed().in_common())

    def chunks(
        self, *, on_truncated: OnTruncated = "error", **params: Unpack[MessageParams]
    ) -> Observable[RawMessageStreamEvent]:
        """Return a cold observable of the wire's events, the source of a custom pipeline."""
        call = MessageCall(params, stream=True, on_truncated=on_truncated)
        return self._observe(call.raw())

    def count_tokens(
        self, *, output_format: Any = None, **params: Unpack[CountTokensParams]
    ) -> MessageTokensCount:
        """Return the number of input tokens that a message with these parameters would use."""
        return self._send(count_tokens(params, output_format))

    @overload
    def map(
        self,
        requests: Input[Mapping[str, Any]],
        *,
        output_format: type[T] | TypeAdapter[T],
        **params: Unpack[MessageMapParams],
    ) -> MapResults[ParsedMessage[T], T]: ...
    @overload
    def map(
        self,
        requests: Input[Mapping[str, Any]],
        *,
        output_format: NotGiven | None = None,
        **params: Unpack[MessageMapParams],
    ) -> MapResults[ParsedMessage[Any], Any]: ...
    @overload
    def map(
        self,
        requests: Input[Mapping[str, Any]],
        *,
        output_format: TypeForm[FormT],
        **params: Unpack[MessageMapParams],
    ) -> MapResults[ParsedMessage[FormT], FormT]: ...
    @overload
    def map(
        self,
        requests: Input[Mapping[str, Any]],
        *,
        output_format: object,
        **params: Unpack[MessageMapParams],
    ) -> MapResults[ParsedMessage[Any], Any]: ...
    def map(
        self, requests: Input[Mapping[str, Any]], **params: Any
    ) -> MapResults[ParsedMessage[Any], Any]:
        """Return the results of many requests, which are sent several at a time; loop over them.

        A result has its ``request``, the ``index`` of that, and the ``answer``, or the ``error`` of
        a request that failed. Each request is retried as that of ``parse``. When the server
        answers one with the status 429, or with ``Retry-After``, all wait, and then fewer are sent
        at once. At most ``2 * max_concurrent`` requests are ahead of the loop. An async client
        reads a plain iterable on its event loop, a blocking one on a thread.

        Args:
            requests: Mappings of the parameters of ``parse``, which override those given here.
            output_format: The type of the answers' text.
            **params: Parameters that all requests share; and ``max_concurrent``, ``ordered``,
                ``on_error`` and ``on_progress``.
        """
        return self._map(requests, params, MAPPED)

    @overload
    def run_tools(
        self,
        *,
        tools: Iterable[AnyTool],
        output_format: type[T] | TypeAdapter[T],
        **params: Unpack[MessageToolParams],
    ) -> StreamManager[ToolStream[T]]: ...
    @overload
    def run_tools(
        self,
        *,
        tools: Iterable[AnyTool],
        output_format: object = None,
        **params: Unpack[MessageToolParams],
    ) -> StreamManager[ToolStream[Any]]: ...
    def run_tools(
        self, *, tools: Iterable[AnyTool], **params: Any
    ) -> StreamManager[ToolStream[Any]]:
        """Return a manager of the stream of a conversation in which the model calls tools.

        The stream has the common events of all turns, ``turn.started`` and ``turn.done``, and the
        events of tools as ``ops.call_tools`` emits them. It ends when the model answers without a
        call, when it calls a tool that is not run here, or with a ``TurnLimitError``. Each turn is
        retried and limited as a ``stream``.

        Args:
            tools: Functions with type hints, ``Tool``s, and definitions of tools that the server
                runs, or that your program runs itself.
            output_format: The type of the answers' text.
            **params: The parameters of ``stream``; and ``max_turns``, ``max_concurrent``,
                ``tool_timeout`` and ``on_tool_error``.
        """
        return StreamManager(self._conversation(params, tools))

    @overload
    def observe_run_tools(
        self,
        *,
        tools: Iterable[AnyTool],
        output_format: type[T] | TypeAdapter[T],
        **params: Unpack[MessageToolParams],
    ) -> Observable[CommonEvent[T] | TurnEvent[T]]: ...
    @overload
    def observe_run_tools(
        self,
        *,
        tools: Iterable[AnyTool],
        output_format: object = None,
        **params: Unpack[MessageToolParams],
    ) -> Observable[CommonEvent[Any] | TurnEvent[Any]]: ...
    def observe_run_tools(
        self, *, tools: Iterable[AnyTool], **params: Any
    ) -> Observable[CommonEvent[Any] | TurnEvent[Any]]:
        """Return a cold observable of the same events; each subscription is a conversation.

        A tool that is held is approved by ``event.approve()``.
        """
        from streamkit._rx.push import observe

        return observe(self._conversation(params, tools))

    def _turns(self, params: Mapping[str, Any], tools: Iterable[AnyTool]) -> MessageTurns:
        from streamkit.families.messages.turns import MessageTurns

        return MessageTurns(params, tools)

    def _open_events(self, call: MessageCall) -> MessageStream[Any]:
        streamed = call.streamed()
        return MessageStream(*self._begin(streamed), streamed.family)
