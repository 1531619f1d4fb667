"""The resource ``async_client.responses``: create, parse, stream, observe, poll, resume."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from streamkit._rx.async_push import observe_async
from streamkit.families._resource._async.answering import AsyncAnsweringResource
from streamkit.families._resource._async.managers import AsyncStreamManager
from streamkit.families._resource._async.resource import AsyncResource
from streamkit.families.responses import call as calls
from streamkit.families.responses._async.input_items import AsyncInputItems
from streamkit.families.responses._async.resuming import AsyncResumingStream
from streamkit.families.responses._async.stream import AsyncResponseStream
from streamkit.families.responses.call import MAPPED, ResponseCall

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Unpack

    from pydantic import TypeAdapter
    from reactivex import Observable
    from typing_extensions import TypeForm

    from streamkit._http._async.transport import AsyncTransport
    from streamkit._rx.async_input import AsyncInput
    from streamkit.families._common.events import CommonEvent
    from streamkit.families._common.turn_events import TurnEvent
    from streamkit.families._common.turns import AnyTool
    from streamkit.families._resource._async.map_results import AsyncMapResults
    from streamkit.families._resource._async.stream import AsyncStream
    from streamkit.families._resource._async.tool_stream import AsyncToolStream
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

__all__ = ["AsyncResponses"]

T = TypeVar("T")


class AsyncResponses(AsyncAnsweringResource, AsyncResource):
    """Responses; methods take the parameters of the API reference as keyword arguments."""

    def __init__(self, transport: AsyncTransport) -> None:
        super().__init__(transport)
        self.input_items = AsyncInputItems(transport)

    @overload
    async def create(
        self,
        *,
        stream: Literal[False] | NotGiven | None = None,
        **params: Unpack[CreateParams],
    ) -> Response: ...
    @overload
    async def create(
        self, *, stream: Literal[True], **params: Unpack[CreateParams]
    ) -> AsyncStream[ResponseStreamEvent]: ...
    async def create(
        self, *, stream: bool | NotGiven | None = None, **params: Any
    ) -> Response | AsyncStream[ResponseStreamEvent]:
        """Return the response as received; with ``stream=True``, a stream of its events.

        Nothing is parsed. A cut stream raises an error, unless ``on_truncated="accept"``.
        """
        call = ResponseCall(params, stream=bool(stream))
        return await self._open(call.chunks()) if stream else await self._plain(call)

    @overload
    async def parse(
        self,
        *,
        text_format: type[T] | TypeAdapter[T] | ResponseFormat[T],
        **params: Unpack[ResponseParams],
    ) -> ParsedResponse[T]: ...
    @overload
    async def parse(
        self,
        *,
        text_format: NotGiven | None = None,
        parse_as: object = ...,
        **params: Unpack[ResponseParams],
    ) -> ParsedResponse[Any]: ...
    @overload
    async def parse(
        self, *, text_format: TypeForm[FormT], **params: Unpack[ResponseParams]
    ) -> ParsedResponse[FormT]: ...
    @overload
    async def parse(
        self, *, text_format: object, parse_as: object = ..., **params: Unpack[ResponseParams]
    ) -> ParsedResponse[Any]: ...
    async def parse(self, **params: Any) -> ParsedResponse[Any]:
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
        return await self._parsed(call)

    @overload
    def stream(
        self,
        *,
        text_format: type[T] | TypeAdapter[T] | ResponseFormat[T],
        **params: Unpack[StreamParams],
    ) -> AsyncStreamManager[AsyncResponseStream[T]]: ...
    @overload
    def stream(
        self,
        *,
        text_format: NotGiven | None = None,
        **params: Unpack[StreamParams],
    ) -> AsyncStreamManager[AsyncResponseStream[Any]]: ...
    @overload
    def stream(
        self,
        *,
        text_format: TypeForm[FormT],
        **params: Unpack[StreamParams],
    ) -> AsyncStreamManager[AsyncResponseStream[FormT]]: ...
    @overload
    def stream(
        self,
        *,
        text_format: object,
        **params: Unpack[StreamParams],
    ) -> AsyncStreamManager[AsyncResponseStream[Any]]: ...
    def stream(self, **params: Any) -> AsyncStreamManager[AsyncResponseStream[Any]]:
        """Return a manager of the stream of typed events; an ``async with`` opens the stream.

        With ``response_id`` it is the stream of an existing response, after the event whose number
        is ``starting_after``. Where the response is generated in the background, a stream that
        breaks off is resumed.

        Args:
            **params: The parameters of ``parse``, or ``response_id``; ``on_truncated``: "error"
                raises an error when the stream is cut, "accept" ends it; ``partial_strings``:
                whether ``parsed`` includes strings that are not complete yet.
        """
        call = ResponseCall(params, stream=True)
        return AsyncStreamManager(lambda: self._open_events(call))

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
        return observe_async(lambda: self._open_common(call))

    def chunks(self, **params: Unpack[StreamParams]) -> Observable[ResponseStreamEvent]:
        """Return a cold observable of the events as they came, the source of a custom pipeline."""
        return self._observe(ResponseCall(params, stream=True).chunks())

    @overload
    async def retrieve(
        self,
        response_id: str,
        *,
        stream: Literal[False] | NotGiven | None = None,
        **params: Unpack[RetrieveParams],
    ) -> Response: ...
    @overload
    async def retrieve(
        self,
        response_id: str,
        *,
        stream: Literal[True],
        **params: Unpack[RetrieveParams],
    ) -> AsyncStream[ResponseStreamEvent]: ...
    async def retrieve(
        self,
        response_id: str,
        *,
        stream: bool | NotGiven | None = None,
        **params: Unpack[RetrieveParams],
    ) -> Response | AsyncStream[ResponseStreamEvent]:
        """Fetch a response; with ``stream=True``, as the stream of its events as they came."""
        if stream:
            return await self._open(calls.retrieve_stream(response_id, params))
        return await self._send(calls.retrieve(response_id, params))

    async def cancel(self, response_id: str, **params: Unpack[RequestOptions]) -> Response:
        """Cancel a response in the background; to cancel one twice is no error."""
        return await self._send(calls.cancel(response_id, params))

    async def delete(self, response_id: str, **params: Unpack[RequestOptions]) -> ResponseDeleted:
        """Delete a response."""
        return await self._send(calls.delete(response_id, params))

    async def poll(self, response_id: str, **params: Unpack[ResponsePollParams]) -> Response:
        """Poll a response in the background until it has ended, and return it, also if it failed.

        After ``max_wait_seconds`` a ``PollTimeoutError`` is raised, and the response goes on.
        """
        return await self._poll(calls.poll(response_id, params))

    @overload
    async def create_and_poll(
        self,
        *,
        text_format: type[T] | TypeAdapter[T] | ResponseFormat[T],
        **params: Unpack[ResponseAndPollParams],
    ) -> ParsedResponse[T]: ...
    @overload
    async def create_and_poll(
        self, *, text_format: object = ..., **params: Unpack[ResponseAndPollParams]
    ) -> ParsedResponse[Any]: ...
    async def create_and_poll(self, **params: Any) -> ParsedResponse[Any]:
        """Begin a response in the background, ``poll`` it, and return it as ``parse`` does."""
        call, plan = calls.create_and_poll(params)
        return call.read(await self._poll(plan), self._limits)

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
        requests: AsyncInput[Mapping[str, Any]],
        *,
        text_format: type[T] | TypeAdapter[T] | ResponseFormat[T],
        **params: Unpack[ResponseMapParams],
    ) -> AsyncMapResults[ParsedResponse[T], T]: ...
    @overload
    def map(
        self,
        requests: AsyncInput[Mapping[str, Any]],
        *,
        text_format: NotGiven | None = None,
        **params: Unpack[ResponseMapParams],
    ) -> AsyncMapResults[ParsedResponse[Any], Any]: ...
    @overload
    def map(
        self,
        requests: AsyncInput[Mapping[str, Any]],
        *,
        text_format: TypeForm[FormT],
        **params: Unpack[ResponseMapParams],
    ) -> AsyncMapResults[ParsedResponse[FormT], FormT]: ...
    @overload
    def map(
        self,
        requests: AsyncInput[Mapping[str, Any]],
        *,
        text_format: object,
        **params: Unpack[ResponseMapParams],
    ) -> AsyncMapResults[ParsedResponse[Any], Any]: ...
    def map(
        self, requests: AsyncInput[Mapping[str, Any]], **params: Any
    ) -> AsyncMapResults[ParsedResponse[Any], Any]:
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
    ) -> AsyncStreamManager[AsyncToolStream[T]]: ...
    @overload
    def run_tools(
        self,
        *,
        tools: Iterable[AnyTool],
        text_format: object = None,
        **params: Unpack[ResponseToolParams],
    ) -> AsyncStreamManager[AsyncToolStream[Any]]: ...
    def run_tools(
        self, *, tools: Iterable[AnyTool], **params: Any
    ) -> AsyncStreamManager[AsyncToolStream[Any]]:
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
        return AsyncStreamManager(self._conversation(params, tools))

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
        return observe_async(self._conversation(params, tools))

    def _turns(self, params: Mapping[str, Any], tools: Iterable[AnyTool]) -> ResponseTurns:
        from streamkit.families.responses.turns import ResponseTurns

        return ResponseTurns(params, tools)

    async def _open_events(self, call: ResponseCall) -> AsyncResponseStream[Any]:
        streamed = call.streamed()
        stream = AsyncResponseStream[Any](*await self._begin(streamed), streamed.family)
        return stream.resumed_by(call, self._transport)

    async def _open_common(self, call: ResponseCall) -> AsyncResumingStream[CommonEvent[Any]]:
        stream = AsyncResumingStream(*await self._begin(call.streamed().in_common()))
        return stream.resumed_by(call, self._transport)
