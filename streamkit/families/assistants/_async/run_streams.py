"""The methods that stream runs, of the resources of a client on the running loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from streamkit._http.async_exchange import AsyncExchange
from streamkit._rx.async_push import observe_async
from streamkit.families._resource._async.resource import AsyncResource
from streamkit.families.assistants import run_stream_call as calls
from streamkit.families.assistants._async.manager import AsyncAssistantStreamManager
from streamkit.families.assistants._async.stream import AsyncAssistantStream
from streamkit.families.assistants.callbacks import Callbacks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Unpack

    from reactivex import Observable

    from streamkit._core.answer_decoder import OnTruncated
    from streamkit.families.assistants._async.handler import AsyncAssistantEventHandler
    from streamkit.families.assistants.run_stream_call import RunStreamCall
    from streamkit.families.assistants.runs import RunCreateParams, ToolOutputsParams
    from streamkit.families.assistants.stream import AsyncAnswer
    from streamkit.families.assistants.threads import CreateAndRunParams
    from streamkit.types.beta.assistant_stream_event import AssistantStreamEvent
    from streamkit.types.beta.threads.run import Run

__all__ = ["AsyncRunStreams", "AsyncThreadRunStreams"]

H = TypeVar("H", bound="AsyncAssistantEventHandler")


class AsyncStreamedRuns(AsyncResource):
    """The base of the resources that open streams of runs."""

    def _stream(
        self,
        call: RunStreamCall,
        handler: AsyncAssistantEventHandler | None,
        answer: AsyncAnswer | None,
    ) -> AsyncAssistantStreamManager[Any]:
        callbacks = None if handler is None else _callbacks(handler)
        return AsyncAssistantStreamManager(
            lambda callbacks: self._open(call, callbacks, answer), callbacks, handler
        )

    def _observe(
        self, call: RunStreamCall, answer: AsyncAnswer | None
    ) -> Observable[AssistantStreamEvent]:
        return observe_async(lambda: self._open(call, answer=answer))

    async def _open(
        self,
        call: RunStreamCall,
        callbacks: Callbacks[Any] | None = None,
        answer: AsyncAnswer | None = None,
    ) -> AsyncAssistantStream:
        transport = self._transport

        def submission(run: Run, tool_outputs: Iterable[Mapping[str, Any]]) -> AsyncExchange:
            return AsyncExchange(transport, call.continuation(run, tool_outputs))

        exchange = AsyncExchange(transport, call.request)
        return AsyncAssistantStream(
            await exchange.open(),
            callbacks or Callbacks(),
            submission,
            answer,
            on_truncated=call.on_truncated,
            limits=transport.config.limits,
            watch=exchange.watch,
        )


class AsyncRunStreams(AsyncStreamedRuns):
    """The streams of a thread's runs.

    ``on_requires_action`` is called with a run that waits for the outputs of tools, when the
    response has ended. It returns the outputs, each as ``{"tool_call_id": …, "output": …}``; they
    are submitted, and the stream continues with the next events of the run. So one loop, or one
    subscription, drives a run to its end, however often it requires action. It may be a method of
    the handler instead. If it is None or returns None, the stream ends and the run waits. With the
    async client it may be a coroutine function.
    """

    @overload
    def stream(
        self,
        *,
        thread_id: str,
        event_handler: None = None,
        on_requires_action: AsyncAnswer | None = None,
        on_truncated: OnTruncated = "error",
        **params: Unpack[RunCreateParams],
    ) -> AsyncAssistantStreamManager[AsyncAssistantStream]: ...
    @overload
    def stream(
        self,
        *,
        thread_id: str,
        event_handler: H,
        on_requires_action: AsyncAnswer | None = None,
        on_truncated: OnTruncated = "error",
        **params: Unpack[RunCreateParams],
    ) -> AsyncAssistantStreamManager[H]: ...
    def stream(
        self,
        *,
        thread_id: str,
        event_handler: AsyncAssistantEventHandler | None = None,
        on_requires_action: AsyncAnswer | None = None,
        on_truncated: OnTruncated = "error",
        **params: Unpack[RunCreateParams],
    ) -> AsyncAssistantStreamManager[Any]:
        """Return a manager of the events of a new run on a thread; an ``async with`` starts it.

        Entering it returns the ``event_handler`` if there is one, else the stream; both can be
        iterated and have the current and the final state of the run.

        Args:
            thread_id: The id of the thread.
            event_handler: A handler to call with each event before the iteration yields it.
            on_requires_action: A function that returns the outputs of the tools that the run waits
                for; the stream then continues with the next events of the run. By default, the
                handler's method of this name if it has one; else the stream ends and the run waits.
            on_truncated: "error" raises an error when the stream is cut; "accept" ends it.
            **params: The parameters of the run in the API, and the options of the request.
        """
        call = calls.create(thread_id, params, on_truncated)
        return self._stream(call, event_handler, on_requires_action)

    create_and_stream = stream

    @overload
    def submit_tool_outputs_stream(
        self,
        *,
        run_id: str,
        thread_id: str,
        event_handler: None = None,
        on_requires_action: AsyncAnswer | None = None,
        on_truncated: OnTruncated = "error",
        **params: Unpack[ToolOutputsParams],
    ) -> AsyncAssistantStreamManager[AsyncAssistantStream]: ...
    @overload
    def submit_tool_outputs_stream(
        self,
        *,
        run_id: str,
        thread_id: str,
        event_handler: H,
        on_requires_action: AsyncAnswer | None = None,
        on_truncated: OnTruncated = "error",
        **params: Unpack[ToolOutputsParams],
    ) -> AsyncAssistantStreamManager[H]: ...
    def submit_tool_outputs_stream(
        self,
        *,
        run_id: str,
        thread_id: str,
        event_handler: AsyncAssistantEventHandler | None = None,
        on_requires_action: AsyncAnswer | None = None,
        on_truncated: OnTruncated = "error",
        **params: Unpack[ToolOutputsParams],
    ) -> AsyncAssistantStreamManager[Any]:
        """Return a manager of the next events of a run; an ``async with`` submits the tool outputs.

        The manager may be entered within a callback: with a handler of its own it opens another
        stream, with the handler of that callback it continues the stream of the callback. All else
        is as with ``stream``.
        """
        call = calls.submit_tool_outputs(run_id, thread_id, params, on_truncated)
        return self._stream(call, event_handler, on_requires_action)

    def observe(
        self,
        *,
        thread_id: str,
        on_requires_action: AsyncAnswer | None = None,
        on_truncated: OnTruncated = "error",
        **params: Unpack[RunCreateParams],
    ) -> Observable[AssistantStreamEvent]:
        """Return a cold observable of the events of ``stream``.

        Every subscription starts a run, and disposing of it closes the response; the run continues
        at the server, unless it is cancelled. Operators like ``assistant_events`` turn the events
        into more specific ones, and a handler can subscribe.

        The async client emits in a task of the running loop. The client that blocks emits on the
        scheduler given to ``subscribe``, by default on the subscriber's own thread, so that
        ``subscribe`` returns when the stream has ended.
        """
        return self._observe(calls.create(thread_id, params, on_truncated), on_requires_action)

    def observe_submit_tool_outputs(
        self,
        *,
        run_id: str,
        thread_id: str,
        on_requires_action: AsyncAnswer | None = None,
        on_truncated: OnTruncated = "error",
        **params: Unpack[ToolOutputsParams],
    ) -> Observable[AssistantStreamEvent]:
        """Return a cold observable of the events of ``submit_tool_outputs_stream``."""
        call = calls.submit_tool_outputs(run_id, thread_id, params, on_truncated)
        return self._observe(call, on_requires_action)


class AsyncThreadRunStreams(AsyncStreamedRuns):
    """The streams of runs that are started together with their threads."""

    @overload
    def create_and_run_stream(
        self,
        *,
        event_handler: None = None,
        on_requires_action: AsyncAnswer | None = None,
        on_truncated: OnTruncated = "error",
        **params: Unpack[CreateAndRunParams],
    ) -> AsyncAssistantStreamManager[AsyncAssistantStream]: ...
    @overload
    def create_and_run_stream(
        self,
        *,
        event_handler: H,
        on_requires_action: AsyncAnswer | None = None,
        on_truncated: OnTruncated = "error",
        **params: Unpack[CreateAndRunParams],
    ) -> AsyncAssistantStreamManager[H]: ...
    def create_and_run_stream(
        self,
        *,
        event_handler: AsyncAssistantEventHandler | None = None,
        on_requires_action: AsyncAnswer | None = None,
        on_truncated: OnTruncated = "error",
        **params: Unpack[CreateAndRunParams],
    ) -> AsyncAssistantStreamManager[Any]:
        """Return a manager of the events of a run on a new thread; an ``async with`` starts it.

        All else is as with ``runs.stream``.
        """
        call = calls.create_and_run(params, on_truncated)
        return self._stream(call, event_handler, on_requires_action)

    def observe_create_and_run(
        self,
        *,
        on_requires_action: AsyncAnswer | None = None,
        on_truncated: OnTruncated = "error",
        **params: Unpack[CreateAndRunParams],
    ) -> Observable[AssistantStreamEvent]:
        """Return a cold observable of the events of ``create_and_run_stream``.

        Every subscription makes a thread and starts a run. All else is as with ``runs.observe``.
        """
        return self._observe(calls.create_and_run(params, on_truncated), on_requires_action)


def _callbacks(handler: AsyncAssistantEventHandler) -> Callbacks[AsyncAssistantStream]:
    # The base class of handlers is one of reactivex, whose import takes time.
    from streamkit.families.assistants._async.handler import callbacks_of_handler

    return callbacks_of_handler(handler)
