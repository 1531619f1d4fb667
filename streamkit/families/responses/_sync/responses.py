# Made from ../_async/responses.py by .ci/unasync.py: change it there.
"""The resource ``client.responses``: create, parse, stream, observe, poll, resume."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from streamkit._rx.push import observe
from streamkit.families._resource._sync.answering import AnsweringResource
from streamkit.families._resource._sync.managers import StreamManager
from streamkit.families._resource._sync.resource import SyncResource
from streamkit.families.responses import call as calls
from streamkit.families.responses._sync.input_items import InputItems
from streamkit.families.responses._sync.resuming import ResumingStream
from streamkit.families.responses._sync.stream import ResponseStream
from streamkit.families.responses.call import MAPPED, ResponseCall

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Unpack

    from pydantic import TypeAdapter
    from reactivex import Observable
    from typing_extensions import TypeForm

    from streamkit._http._sync.transport import SyncTransport
    from streamkit._rx.input import Input
    from streamkit.families._common.events import CommonEvent
    from streamkit.families._common.turn_events import TurnEvent
    from streamkit.families._common.turns import AnyTool
    from streamkit.families._resource._sync.map_results import MapResults
    from streamkit.families._resource._sync.stream import Stream
    from streamkit.families._resource._sync.tool_stream import ToolStream
    from streamkit.families._resource.params import NotGiven, RequestOptions
    from streamkit.families.responses.params import (
        CreateParams,
        ResponseAndPollParams,
        ResponseMapParams,
        ResponseParams,
        ResponsePollParams,
        ResponseToolParams,
        RetrieveParams,
        StreamParams,
    )
    from streamkit.families.responses.turns import ResponseTurns
    from streamkit.structured.response_format import FormT, ResponseFormat
    from streamkit.types.responses.parsed import ParsedResponse
    from streamkit.types.responses.response import Response, ResponseDeleted
    from streamkit.types.responses.stream_event import ResponseStreamEvent

__all__ = ["Responses"]

T = TypeVar("T")


class Responses(AnsweringResource, SyncResource):
    """Responses; methods take the parameters of the API reference as keyword arguments."""

    def __init__(self, transport: SyncTransport) -> None:
        super().__init__(transport)
        self.input_items = InputItems(transport)

    @overload
    def create(
        self,
        *,
        stream: Literal[False] | NotGiven | None = None,
        **params: Unpack[CreateParams],
    ) -> Response: ...
    @overload
    def create(
        self, *, stream: Literal[True], **params: Unpack[CreateParams]
    ) -> Stream[ResponseStreamEvent]: ...
    def create(
        self, *, stream: bool | NotGiven | None = None, **params: Any
    ) -> Response | Stream[ResponseStreamEvent]:
        """Return the response as received; with ``stream=True``, a stream of its events.

        Nothing is parsed. A cut stream raises an error, unless ``on_truncated="accept"``.
        """
        call = ResponseCall(params, stream=bool(stream))
        return self._open(call.chunks()) if stream else self._plain(call)

    @overload
    def parse(
        self,
        *,
        text_format: type[T] | TypeAdapter[T] | ResponseFormat[T],
        **params: Unpack[ResponseParams],
    ) -> ParsedResponse[T]: ...
    @overload
    def parse(
        self,
        *,
        text_format: NotGiven | None = None,
        parse_as: object = ...,
        **params: Unpack[ResponseParams],
    ) -> ParsedResponse[Any]: ...
    @overload
    def parse(
        self, *, text_format: TypeForm[FormT], **params: Unpack[ResponseParams]
    ) -> ParsedResponse[FormT]: ...
    @overload
    def parse(
        self, *, text_format: object, parse_as: object = ..., **params: Unpack[ResponseParams]
    ) -> ParsedResponse[Any]: ...
    def parse(self, **params: Any) -> ParsedResponse[Any]:
        """Return the response with its texts and its tools' arguments read into their types.

        Args:
            **params: The parameters of the API reference; ``text_format``, the type to read the
                texts as, whose schema is sent; and ``parse_as``, another type to read them as,
                or None to leave them as they are.

        Raises:
            APIError: The response failed.
            LengthFinishReasonError: The response was cut short at the maximum length, and there was
                something to parse. This error and the next two have the response as ``partial``.
            ContentFilterFinishReasonError: The same, but a content filter cut it short.
            ParseError: A text does not fit its type, or there is none and one was to be parsed.
        """
        call = ResponseCall(params, stream=False)
        return self._parsed(call)

    @overload
    def stream(
        self,
        *,
        text_format: type[T] | TypeAdapter[T] | ResponseFormat[T],
        **params: Unpack[StreamParams],
    ) -> StreamManager[ResponseStream[T]]: ...
    @overload
    def stream(
        self,
        *,
        text_format: NotGiven | None = None,
        **params: Unpack[StreamParams],
    ) -> StreamManager[ResponseStream[Any]]: ...
    @overload
    def stream(
        self,
        *,
        text_format: TypeForm[FormT],
        **params: Unpack[StreamParams],
    ) -> StreamManager[ResponseStream[FormT]]: ...
    @overload
    def stream(
        self,
        *,
        text_format: object,
        **params: Unpack[StreamParams],
    ) -> StreamManager[ResponseStream[Any]]: ...
    def stream(self, **params: Any) -> StreamManager[ResponseStream[Any]]:
        """Return a manager of the stream of typed events; a ``with`` opens the stream.

        With ``response_id`` it is the stream of an existing response, after the event whose number
        is ``starting_after``. Where the response is generated in the background, a stream that
        breaks off is resumed.

        Args:
            **params: The parameters of ``parse``, or ``response_id``; ``on_truncated``: "error"
                raises an error when the stream is cut, "accept" ends it; ``partial_strings``:
                whether ``parsed`` includes strings that are not complete yet.
        """
        call = ResponseCall(params, stream=True)
        return StreamManager(lambda: self._open_events(call))

    @overload
    def observe(
        self,
        *,
        text_format: type[T] | TypeAdapter[T] | ResponseFormat[T],
        **params: Unpack[StreamParams],
    ) -> Observable[CommonEvent[T]]: ...
    @overload
    def observe(
        self,
        *,
        text_format: NotGiven | None = None,
        **params: Unpack[StreamParams],
    ) -> Observable[CommonEvent[Any]]: ...
    @overload
    def observe(
        self,
        *,
        text_format: TypeForm[FormT],
        **params: Unpack[StreamParams],
    ) -> Observable[CommonEvent[FormT]]: ...
    @overload
    def observe(
        self,
        *,
        text_format: object,
        **params: Unpack[StreamParams],
    ) -> Observable[CommonEvent[Any]]: ...
    def observe(self, **params: Any) -> Observable[CommonEvent[Any]]:
        """Return a cold observable of common events; it takes the parameters of ``stream``.

        Every subscription sends a request; disposing of the subscription closes the response. The
        async client emits in a task of the running loop. The blocking client emits on the scheduler
        given to ``subscribe``, by default on the subscriber's own thread, so that ``subscribe``
        returns when the stream has ended.
        """
        call = ResponseCall(params, stream=True)
        return observe(lambda: self._open_common(call))

    def chunks(self, **params: Unpack[StreamParams]) -> Observable[ResponseStreamEvent]:
        """Return a cold observable of the events as they came, the source of a custom pipeline."""
        return self._observe(ResponseCall(params, stream=True).chunks())

    @overload
    def retrieve(
        self,
        response_id: str,
        *,
        stream: Literal[False] | NotGiven | None = None,
        **params: Unpack[RetrieveParams],
    ) -> Response: ...
    @overload
    def retrieve(
        self,
        response_id: str,
        *,
        stream: Literal[True],
        **params: Unpack[RetrieveParams],
    ) -> Stream[ResponseStreamEvent]: ...
    def retrieve(
        self,
        response_id: str,
        *,
        stream: bool | NotGiven | None = None,
        **params: Unpack[RetrieveParams],
    ) -> Response | Stream[ResponseStreamEvent]:
        """Fetch a response; with ``stream=True``, as the stream of its events as they came."""
        if stream:
            return self._open(calls.retrieve_stream(response_id, params))
        return self._send(calls.retrieve(response_id, params))

    def cancel(self, response_id: str, **params: Unpack[RequestOptions]) -> Response:
        """Cancel a response in the background; to cancel one twice is no error."""
        return self._send(calls.cancel(response_id, params))

    def delete(self, response_id: str, **params: Unpack[RequestOptions]) -> ResponseDeleted:
        """Delete a response."""
        return self._send(calls.delete(response_id, params))

    def poll(self, response_id: str, **params: Unpack[ResponsePollParams]) -> Response:
        """Poll a response in the background until it has ended, and return it, also if it failed.

        After ``max_wait_seconds`` a ``PollTimeoutError`` is raised, and the response goes on.
        """
        return self._poll(calls.poll(response_id, params))

    @overload
    def create_and_poll(
        self,
        *,
        text_format: type[T] | TypeAdapter[T] | ResponseFormat[T],
        **params: Unpack[ResponseAndPollParams],
    ) -> ParsedResponse[T]: ...
    @overload
    def create_and_poll(
        self, *, text_format: object = ..., **params: Unpack[ResponseAndPollParams]
    ) -> ParsedResponse[Any]: ...
    def create_and_poll(self, **params: Any) -> ParsedResponse[Any]:
        """Begin a response in the background, ``poll`` it, and return it as ``parse`` does."""
        call, plan = calls.create_and_poll(params)
        return call.read(self._poll(plan), self._limits)

    def observe_poll(
        self, response_id: str, **params: Unpack[ResponsePollParams]
    ) -> Observable[Response]:
        """Return a cold observable of the states of a response that ``poll`` fetches."""
        return self._observe_poll(calls.poll(response_id, params))

    def observe_create_and_poll(
        self, *, text_format: object = None, **params: Unpack[ResponseAndPollParams]
    ) -> Observable[Response]:
        """Return a cold observable of the states of a response; every subscription begins one."""
        _, plan = calls.create_and_poll({**params, "text_format": text_format})
        return self._observe_poll(plan)

    @overload
    def map(
        self,
        requests: Input[Mapping[str, Any]],
        *,
        text_format: type[T] | TypeAdapter[T] | ResponseFormat[T],
        **params: Unpack[ResponseMapParams],
    ) -> MapResults[ParsedResponse[T], T]: ...
    @overload
    def map(
        self,
        requests: Input[Mapping[str, Any]],
        *,
        text_format: NotGiven | None = None,
        **params: Unpack[ResponseMapParams],
    ) -> MapResults[ParsedResponse[Any], Any]: ...
    @overload
    def map(
        self,
        requests: Input[Mapping[str, Any]],
        *,
        text_format: TypeForm[FormT],
        **params: Unpack[ResponseMapParams],
    ) -> MapResults[ParsedResponse[FormT], FormT]: ...
    @overload
    def map(
        self,
        requests: Input[Mapping[str, Any]],
        *,
        text_format: object,
        **params: Unpack[ResponseMapParams],
    ) -> MapResults[ParsedResponse[Any], Any]: ...
    def map(
        self, requests: Input[Mapping[str, Any]], **params: Any
    ) -> MapResults[ParsedResponse[Any], Any]:
        """Return the results of many requests, which are sent several at a time; loop over them.

        A result has its ``request``, the ``index`` of that, and the ``answer``, or the ``error`` of
        a request that failed. Each request is retried as that of ``parse``. When the server
        answers one with the status 429, or with ``Retry-After``, all wait, and then fewer are sent
        at once. At most ``2 * max_concurrent`` requests are ahead of the loop. An async client
        reads a plain iterable on its event loop, a blocking one on a thread.

        Args:
            requests: Mappings of the parameters of ``parse``, which override those given here.
            text_format: The type of the answers' texts.
            **params: Parameters that all requests share; and ``max_concurrent``, ``ordered``,
                ``on_error`` and ``on_progress``.
        """
        return self._map(requests, params, MAPPED)

    @overload
    def run_tools(
        self,
        *,
        tools: Iterable[AnyTool],
        text_format: type[T] | TypeAdapter[T] | ResponseFormat[T],
        **params: Unpack[ResponseToolParams],
    ) -> StreamManager[ToolStream[T]]: ...
    @overload
    def run_tools(
        self,
        *,
        tools: Iterable[AnyTool],
        text_format: object = None,
        **params: Unpack[ResponseToolParams],
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
            text_format: The type of the answers' texts.
            **params: The parameters of ``stream``; and ``max_turns``, ``max_concurrent``,
                ``tool_timeout`` and ``on_tool_error``.
        """
        return StreamManager(self._conversation(params, tools))

    @overload
    def observe_run_tools(
        self,
        *,
        tools: Iterable[AnyTool],
        text_format: type[T] | TypeAdapter[T] | ResponseFormat[T],
        **params: Unpack[ResponseToolParams],
    ) -> Observable[CommonEvent[T] | TurnEvent[T]]: ...
    @overload
    def observe_run_tools(
        self,
        *,
        tools: Iterable[AnyTool],
        text_format: object = None,
        **params: Unpack[ResponseToolParams],
    ) -> Observable[CommonEvent[Any] | TurnEvent[Any]]: ...
    def observe_run_tools(
        self, *, tools: Iterable[AnyTool], **params: Any
    ) -> Observable[CommonEvent[Any] | TurnEvent[Any]]:
        """Return a cold observable of the same events; each subscription is a conversation.

        A tool that is held is approved by ``event.approve()``.
        """
        return observe(self._conversation(params, tools))

    def _turns(self, params: Mapping[str, Any], tools: Iterable[AnyTool]) -> ResponseTurns:
        from streamkit.families.responses.turns import ResponseTurns

        return ResponseTurns(params, tools)

    def _open_events(self, call: ResponseCall) -> ResponseStream[Any]:
        streamed = call.streamed()
        stream = ResponseStream[Any](*self._begin(streamed), streamed.family)
        return stream.resumed_by(call, self._transport)

    def _open_common(self, call: ResponseCall) -> ResumingStream[CommonEvent[Any]]:
        stream = ResumingStream(*self._begin(call.streamed().in_common()))
        return stream.resumed_by(call, self._transport)
