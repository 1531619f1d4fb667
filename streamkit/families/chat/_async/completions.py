"""The resource ``async_client.chat.completions``: create, parse, stream, observe, chunks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from streamkit.families._resource._async.answering import AsyncAnsweringResource
from streamkit.families._resource._async.managers import AsyncStreamManager
from streamkit.families.chat._async.stream import AsyncChatCompletionStream
from streamkit.families.chat.call import MAPPED, CompletionCall, plain_format

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Unpack

    from pydantic import TypeAdapter
    from reactivex import Observable
    from typing_extensions import TypeForm

    from streamkit._core.answer_decoder import OnTruncated
    from streamkit._core.tags import ThinkTags
    from streamkit._rx.async_input import AsyncInput
    from streamkit.families._common.events import CommonEvent
    from streamkit.families._common.turn_events import TurnEvent
    from streamkit.families._common.turns import AnyTool
    from streamkit.families._resource._async.map_results import AsyncMapResults
    from streamkit.families._resource._async.stream import AsyncStream
    from streamkit.families._resource._async.tool_stream import AsyncToolStream
    from streamkit.families._resource.params import NotGiven
    from streamkit.families.chat.events import ChatCompletionEvent
    from streamkit.families.chat.params import ChatMapParams, ChatToolParams, CompletionParams
    from streamkit.families.chat.turns import ChatTurns
    from streamkit.structured.response_format import FormT, ResponseFormat
    from streamkit.types import ChatCompletion, ChatCompletionChunk, ParsedChatCompletion

__all__ = ["AsyncCompletions"]

T = TypeVar("T")


class AsyncCompletions(AsyncAnsweringResource):
    """Chat completions; methods take the parameters of the API reference as keyword arguments."""

    @overload
    async def create(
        self,
        *,
        stream: Literal[False] | NotGiven | None = None,
        response_format: Mapping[str, Any] | NotGiven | None = None,
        on_truncated: OnTruncated = "error",
        **params: Unpack[CompletionParams],
    ) -> ChatCompletion: ...
    @overload
    async def create(
        self,
        *,
        stream: Literal[True],
        response_format: Mapping[str, Any] | NotGiven | None = None,
        on_truncated: OnTruncated = "error",
        **params: Unpack[CompletionParams],
    ) -> AsyncStream[ChatCompletionChunk]: ...
    async def create(
        self,
        *,
        stream: bool | NotGiven | None = None,
        response_format: Mapping[str, Any] | NotGiven | None = None,
        on_truncated: OnTruncated = "error",
        **params: Any,
    ) -> ChatCompletion | AsyncStream[ChatCompletionChunk]:
        """Return the completion as received; with ``stream=True``, a stream of its chunks.

        Nothing is parsed. A cut stream raises an error, unless ``on_truncated="accept"``.
        """
        call = CompletionCall(
            params | {"response_format": plain_format(response_format)},
            stream=bool(stream),
            on_truncated=on_truncated,
        )
        return await self._open(call.chunks()) if stream else await self._plain(call)

    @overload
    async def parse(
        self,
        *,
        response_format: type[T] | TypeAdapter[T] | ResponseFormat[T],
        think_tags: ThinkTags | None = None,
        **params: Unpack[CompletionParams],
    ) -> ParsedChatCompletion[T]: ...
    @overload
    async def parse(
        self,
        *,
        response_format: Mapping[str, Any] | NotGiven | None = None,
        think_tags: ThinkTags | None = None,
        **params: Unpack[CompletionParams],
    ) -> ParsedChatCompletion[Any]: ...
    @overload
    async def parse(
        self,
        *,
        response_format: TypeForm[FormT],
        think_tags: ThinkTags | None = None,
        **params: Unpack[CompletionParams],
    ) -> ParsedChatCompletion[FormT]: ...
    @overload
    async def parse(
        self,
        *,
        response_format: object,
        think_tags: ThinkTags | None = None,
        **params: Unpack[CompletionParams],
    ) -> ParsedChatCompletion[Any]: ...
    async def parse(
        self,
        *,
        response_format: Any = None,
        think_tags: ThinkTags | None = None,
        **params: Any,
    ) -> ParsedChatCompletion[Any]:
        """Return the completion with its content and its tools' arguments read into their types.

        Args:
            response_format: The type to parse the content into, or a schema as a dict.
            think_tags: The tags around thoughts in the content, which become reasoning and are not
                parsed. None leaves the content as it is.
            **params: The parameters of the API reference. Function tools must be strict.

        Raises:
            ValueError: A function tool is not strict.
            LengthFinishReasonError: The answer was cut short at the maximum length, and there was
                something to parse. This error and the next two have the ``completion``.
            ContentFilterFinishReasonError: The same, but a content filter cut the answer short.
            ParseError: The answer does not fit its type, or it is empty and was to be parsed.
        """
        call = CompletionCall(
            params | {"response_format": response_format},
            stream=False,
            strict_tools=True,
            think_tags=think_tags,
        )
        return await self._parsed(call)

    @overload
    def stream(
        self,
        *,
        response_format: type[T] | TypeAdapter[T] | ResponseFormat[T],
        on_truncated: OnTruncated = "error",
        partial_strings: bool = True,
        think_tags: ThinkTags | None = None,
        **params: Unpack[CompletionParams],
    ) -> AsyncStreamManager[AsyncChatCompletionStream[T]]: ...
    @overload
    def stream(
        self,
        *,
        response_format: Mapping[str, Any] | NotGiven | None = None,
        on_truncated: OnTruncated = "error",
        partial_strings: bool = True,
        think_tags: ThinkTags | None = None,
        **params: Unpack[CompletionParams],
    ) -> AsyncStreamManager[AsyncChatCompletionStream[Any]]: ...
    @overload
    def stream(
        self,
        *,
        response_format: TypeForm[FormT],
        on_truncated: OnTruncated = "error",
        partial_strings: bool = True,
        think_tags: ThinkTags | None = None,
        **params: Unpack[CompletionParams],
    ) -> AsyncStreamManager[AsyncChatCompletionStream[FormT]]: ...
    @overload
    def stream(
        self,
        *,
        response_format: object,
        on_truncated: OnTruncated = "error",
        partial_strings: bool = True,
        think_tags: ThinkTags | None = None,
        **params: Unpack[CompletionParams],
    ) -> AsyncStreamManager[AsyncChatCompletionStream[Any]]: ...
    def stream(
        self,
        *,
        on_truncated: OnTruncated = "error",
        partial_strings: bool = True,
        think_tags: ThinkTags | None = None,
        **params: Any,
    ) -> AsyncStreamManager[AsyncChatCompletionStream[Any]]:
        """Return a manager of the stream of typed events; an ``async with`` opens the stream.

        Args:
            on_truncated: "error" raises an error when the stream is cut; "accept" ends it.
            partial_strings: Whether ``parsed`` includes strings that are not complete yet.
            think_tags: The tags around thoughts in the content, which become reasoning. None leaves
                the content as it is.
            **params: The parameters of ``parse``. Tools need not be strict: only the arguments of
                strict tools are parsed.
        """
        call = CompletionCall(
            params,
            stream=True,
            on_truncated=on_truncated,
            partial_strings=partial_strings,
            think_tags=think_tags,
        )
        return AsyncStreamManager(lambda: self._open_events(call))

    @overload
    def observe(
        self,
        *,
        response_format: type[T] | TypeAdapter[T] | ResponseFormat[T],
        on_truncated: OnTruncated = "error",
        partial_strings: bool = True,
        think_tags: ThinkTags | None = None,
        **params: Unpack[CompletionParams],
    ) -> Observable[ChatCompletionEvent[T]]: ...
    @overload
    def observe(
        self,
        *,
        response_format: Mapping[str, Any] | NotGiven | None = None,
        on_truncated: OnTruncated = "error",
        partial_strings: bool = True,
        think_tags: ThinkTags | None = None,
        **params: Unpack[CompletionParams],
    ) -> Observable[ChatCompletionEvent[Any]]: ...
    @overload
    def observe(
        self,
        *,
        response_format: TypeForm[FormT],
        on_truncated: OnTruncated = "error",
        partial_strings: bool = True,
        think_tags: ThinkTags | None = None,
        **params: Unpack[CompletionParams],
    ) -> Observable[ChatCompletionEvent[FormT]]: ...
    @overload
    def observe(
        self,
        *,
        response_format: object,
        on_truncated: OnTruncated = "error",
        partial_strings: bool = True,
        think_tags: ThinkTags | None = None,
        **params: Unpack[CompletionParams],
    ) -> Observable[ChatCompletionEvent[Any]]: ...
    def observe(
        self,
        *,
        on_truncated: OnTruncated = "error",
        partial_strings: bool = True,
        think_tags: ThinkTags | None = None,
        **params: Any,
    ) -> Observable[ChatCompletionEvent[Any]]:
        """Return a cold observable of common events; it takes the parameters of ``stream``.

        The events are those of ``stream``, and ``annotation``, ``usage`` and ``finish``.

        Every subscription sends a request; disposing of the subscription closes the response. The
        async client emits in a task of the running loop. The blocking client emits on the scheduler
        given to ``subscribe``, by default on the subscriber's own thread, so that ``subscribe``
        returns when the stream has ended.
        """
        call = CompletionCall(
            params,
            stream=True,
            on_truncated=on_truncated,
            partial_strings=partial_strings,
            think_tags=think_tags,
        )
        return self._observe(call.streamed().in_common())

    def chunks(
        self,
        *,
        response_format: Mapping[str, Any] | NotGiven | None = None,
        on_truncated: OnTruncated = "error",
        **params: Unpack[CompletionParams],
    ) -> Observable[ChatCompletionChunk]:
        """Return a cold observable of the raw chunks, the source of a custom pipeline.

        A response format is sent unchanged; the operators of ``streamkit.operators`` parse.
        """
        call = CompletionCall(
            {**params, "response_format": plain_format(response_format)},
            stream=True,
            on_truncated=on_truncated,
        )
        return self._observe(call.chunks())

    @overload
    def map(
        self,
        requests: AsyncInput[Mapping[str, Any]],
        *,
        response_format: type[T] | TypeAdapter[T] | ResponseFormat[T],
        **params: Unpack[ChatMapParams],
    ) -> AsyncMapResults[ParsedChatCompletion[T], T]: ...
    @overload
    def map(
        self,
        requests: AsyncInput[Mapping[str, Any]],
        *,
        response_format: Mapping[str, Any] | NotGiven | None = None,
        **params: Unpack[ChatMapParams],
    ) -> AsyncMapResults[ParsedChatCompletion[Any], Any]: ...
    @overload
    def map(
        self,
        requests: AsyncInput[Mapping[str, Any]],
        *,
        response_format: TypeForm[FormT],
        **params: Unpack[ChatMapParams],
    ) -> AsyncMapResults[ParsedChatCompletion[FormT], FormT]: ...
    @overload
    def map(
        self,
        requests: AsyncInput[Mapping[str, Any]],
        *,
        response_format: object,
        **params: Unpack[ChatMapParams],
    ) -> AsyncMapResults[ParsedChatCompletion[Any], Any]: ...
    def map(
        self, requests: AsyncInput[Mapping[str, Any]], **params: Any
    ) -> AsyncMapResults[ParsedChatCompletion[Any], Any]:
        """Return the results of many requests, which are sent several at a time; loop over them.

        A result has its ``request``, the ``index`` of that, and the ``answer``, or the ``error`` of
        a request that failed. Each request is retried as that of ``parse``. When the server
        answers one with the status 429, or with ``Retry-After``, all wait, and then fewer are sent
        at once. At most ``2 * max_concurrent`` requests are ahead of the loop. An async client
        reads a plain iterable on its event loop, a blocking one on a thread.

        Args:
            requests: Mappings of the parameters of ``parse``, which override those given here.
            response_format: The type of the answers' content.
            **params: Parameters that all requests share; and ``max_concurrent``, ``ordered``,
                ``on_error`` and ``on_progress``.
        """
        return self._map(requests, params, MAPPED)

    @overload
    def run_tools(
        self,
        *,
        tools: Iterable[AnyTool],
        response_format: type[T] | TypeAdapter[T] | ResponseFormat[T],
        **params: Unpack[ChatToolParams],
    ) -> AsyncStreamManager[AsyncToolStream[T]]: ...
    @overload
    def run_tools(
        self,
        *,
        tools: Iterable[AnyTool],
        response_format: object = None,
        **params: Unpack[ChatToolParams],
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
            response_format: The type of the answers' content.
            **params: The parameters of ``stream``; and ``max_turns``, ``max_concurrent``,
                ``tool_timeout`` and ``on_tool_error``.
        """
        return AsyncStreamManager(self._conversation(params, tools))

    @overload
    def observe_run_tools(
        self,
        *,
        tools: Iterable[AnyTool],
        response_format: type[T] | TypeAdapter[T] | ResponseFormat[T],
        **params: Unpack[ChatToolParams],
    ) -> Observable[CommonEvent[T] | TurnEvent[T]]: ...
    @overload
    def observe_run_tools(
        self,
        *,
        tools: Iterable[AnyTool],
        response_format: object = None,
        **params: Unpack[ChatToolParams],
    ) -> Observable[CommonEvent[Any] | TurnEvent[Any]]: ...
    def observe_run_tools(
        self, *, tools: Iterable[AnyTool], **params: Any
    ) -> Observable[CommonEvent[Any] | TurnEvent[Any]]:
        """Return a cold observable of the same events; each subscription is a conversation.

        A tool that is held is approved by ``event.approve()``.
        """
        from streamkit._rx.async_push import observe_async

        return observe_async(self._conversation(params, tools))

    def _turns(self, params: Mapping[str, Any], tools: Iterable[AnyTool]) -> ChatTurns:
        from streamkit.families.chat.turns import ChatTurns

        return ChatTurns(params, tools)

    async def _open_events(self, call: CompletionCall) -> AsyncChatCompletionStream[Any]:
        streamed = call.streamed()
        return AsyncChatCompletionStream(*await self._begin(streamed), streamed.family)
