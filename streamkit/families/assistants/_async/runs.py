"""``async_client.beta.threads.runs``: the runs of an assistant on a thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, overload

from streamkit.families.assistants import run_stream_call as streams
from streamkit.families.assistants import runs as calls
from streamkit.families.assistants._async.run_streams import AsyncRunStreams
from streamkit.families.assistants._async.steps import AsyncSteps

if TYPE_CHECKING:
    from typing import Unpack

    from reactivex import Observable

    from streamkit._http._async.transport import AsyncTransport
    from streamkit.families._resource.async_listing import AsyncPages
    from streamkit.families._resource.params import ListParams, NotGiven, RequestOptions
    from streamkit.families.assistants._async.stream import AsyncAssistantStream
    from streamkit.families.assistants.runs import (
        RunCreateAndPollParams,
        RunCreateParams,
        RunPollParams,
        RunUpdateParams,
        ToolOutputsAndPollParams,
        ToolOutputsParams,
    )
    from streamkit.types.beta.threads.run import Run

__all__ = ["AsyncRuns"]


class AsyncRuns(AsyncRunStreams):
    """The runs of an assistant on a thread."""

    def __init__(self, transport: AsyncTransport) -> None:
        super().__init__(transport)
        self.steps = AsyncSteps(transport)

    @overload
    async def create(
        self,
        thread_id: str,
        *,
        stream: Literal[False] | NotGiven | None = None,
        **params: Unpack[RunCreateParams],
    ) -> Run: ...
    @overload
    async def create(
        self, thread_id: str, *, stream: Literal[True], **params: Unpack[RunCreateParams]
    ) -> AsyncAssistantStream: ...
    async def create(
        self,
        thread_id: str,
        *,
        stream: bool | NotGiven | None = None,
        **params: Unpack[RunCreateParams],
    ) -> Run | AsyncAssistantStream:
        """Start a run of an assistant on a thread, and return the run, which has only begun.

        With ``stream=True``, return the stream of its events.
        """
        if stream:
            return await self._open(streams.create(thread_id, params))
        return await self._send(calls.create(thread_id, params))

    async def retrieve(
        self, run_id: str, *, thread_id: str, **params: Unpack[RequestOptions]
    ) -> Run:
        """Fetch a run."""
        return await self._send(calls.retrieve(run_id, thread_id, params))

    async def update(
        self, run_id: str, *, thread_id: str, **params: Unpack[RunUpdateParams]
    ) -> Run:
        """Change the given fields of a run; the others stay."""
        return await self._send(calls.update(run_id, thread_id, params))

    def list(self, thread_id: str, **params: Unpack[ListParams]) -> AsyncPages[Run]:
        """Return the runs of a thread, the newest first."""
        return self._list(calls.list_(thread_id, params))

    async def cancel(self, run_id: str, *, thread_id: str, **params: Unpack[RequestOptions]) -> Run:
        """Request that a run is cancelled; the returned run may still be ``cancelling``."""
        return await self._send(calls.cancel(run_id, thread_id, params))

    @overload
    async def submit_tool_outputs(
        self,
        run_id: str,
        *,
        thread_id: str,
        stream: Literal[False] | NotGiven | None = None,
        **params: Unpack[ToolOutputsParams],
    ) -> Run: ...
    @overload
    async def submit_tool_outputs(
        self,
        run_id: str,
        *,
        thread_id: str,
        stream: Literal[True],
        **params: Unpack[ToolOutputsParams],
    ) -> AsyncAssistantStream: ...
    async def submit_tool_outputs(
        self,
        run_id: str,
        *,
        thread_id: str,
        stream: bool | NotGiven | None = None,
        **params: Unpack[ToolOutputsParams],
    ) -> Run | AsyncAssistantStream:
        """Submit the outputs of all tool calls that a run waits for, and return the run.

        With ``stream=True``, return the stream of the run's next events.
        """
        if stream:
            return await self._open(streams.submit_tool_outputs(run_id, thread_id, params))
        return await self._send(calls.submit_tool_outputs(run_id, thread_id, params))

    async def poll(self, run_id: str, thread_id: str, **params: Unpack[RunPollParams]) -> Run:
        """Poll a run until it is over or requires action, and return it, also when it failed."""
        return await self._poll(calls.poll(run_id, thread_id, params))

    async def create_and_poll(
        self, *, thread_id: str, **params: Unpack[RunCreateAndPollParams]
    ) -> Run:
        """Start a run of an assistant on a thread, and ``poll`` the run."""
        return await self._poll(calls.create_and_poll(thread_id, params))

    async def submit_tool_outputs_and_poll(
        self, *, run_id: str, thread_id: str, **params: Unpack[ToolOutputsAndPollParams]
    ) -> Run:
        """Submit the outputs of all tool calls that a run waits for, and ``poll`` the run."""
        return await self._poll(calls.submit_tool_outputs_and_poll(run_id, thread_id, params))

    def observe_poll(
        self, run_id: str, thread_id: str, **params: Unpack[RunPollParams]
    ) -> Observable[Run]:
        """Return a cold observable of the states of a run that ``poll`` fetches."""
        return self._observe_poll(calls.poll(run_id, thread_id, params))

    def observe_create_and_poll(
        self, *, thread_id: str, **params: Unpack[RunCreateAndPollParams]
    ) -> Observable[Run]:
        """Return a cold observable of the states of a run; every subscription starts one."""
        return self._observe_poll(calls.create_and_poll(thread_id, params))

    def observe_submit_tool_outputs_and_poll(
        self, *, run_id: str, thread_id: str, **params: Unpack[ToolOutputsAndPollParams]
    ) -> Observable[Run]:
        """Return a cold observable of the states of a run; a subscription submits the outputs."""
        return self._observe_poll(calls.submit_tool_outputs_and_poll(run_id, thread_id, params))
