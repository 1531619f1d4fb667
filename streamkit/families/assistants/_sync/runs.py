# Made from ../_async/runs.py by .ci/unasync.py: change it there.
"""``client.beta.threads.runs``: the runs of an assistant on a thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, overload

from streamkit.families.assistants import run_stream_call as streams
from streamkit.families.assistants import runs as calls
from streamkit.families.assistants._sync.run_streams import RunStreams
from streamkit.families.assistants._sync.steps import Steps

if TYPE_CHECKING:
    from typing import Unpack

    from reactivex import Observable

    from streamkit._http._sync.transport import SyncTransport
    from streamkit.families._resource.listing import SyncCursorPage
    from streamkit.families._resource.params import ListParams, NotGiven, RequestOptions
    from streamkit.families.assistants._sync.stream import AssistantStream
    from streamkit.families.assistants.runs import (
        RunCreateAndPollParams,
        RunCreateParams,
        RunPollParams,
        RunUpdateParams,
        ToolOutputsAndPollParams,
        ToolOutputsParams,
    )
    from streamkit.types.beta.threads.run import Run

__all__ = ["Runs"]


class Runs(RunStreams):
    """The runs of an assistant on a thread."""

    def __init__(self, transport: SyncTransport) -> None:
        super().__init__(transport)
        self.steps = Steps(transport)

    @overload
    def create(
        self,
        thread_id: str,
        *,
        stream: Literal[False] | NotGiven | None = None,
        **params: Unpack[RunCreateParams],
    ) -> Run: ...
    @overload
    def create(
        self, thread_id: str, *, stream: Literal[True], **params: Unpack[RunCreateParams]
    ) -> AssistantStream: ...
    def create(
        self,
        thread_id: str,
        *,
        stream: bool | NotGiven | None = None,
        **params: Unpack[RunCreateParams],
    ) -> Run | AssistantStream:
        """Start a run of an assistant on a thread, and return the run, which has only begun.

        With ``stream=True``, return the stream of its events.
        """
        if stream:
            return self._open(streams.create(thread_id, params))
        return self._send(calls.create(thread_id, params))

    def retrieve(self, run_id: str, *, thread_id: str, **params: Unpack[RequestOptions]) -> Run:
        """Fetch a run."""
        return self._send(calls.retrieve(run_id, thread_id, params))

    def update(self, run_id: str, *, thread_id: str, **params: Unpack[RunUpdateParams]) -> Run:
        """Change the given fields of a run; the others stay."""
        return self._send(calls.update(run_id, thread_id, params))

    def list(self, thread_id: str, **params: Unpack[ListParams]) -> SyncCursorPage[Run]:
        """Return the runs of a thread, the newest first."""
        return self._list(calls.list_(thread_id, params))

    def cancel(self, run_id: str, *, thread_id: str, **params: Unpack[RequestOptions]) -> Run:
        """Request that a run is cancelled; the returned run may still be ``cancelling``."""
        return self._send(calls.cancel(run_id, thread_id, params))

    @overload
    def submit_tool_outputs(
        self,
        run_id: str,
        *,
        thread_id: str,
        stream: Literal[False] | NotGiven | None = None,
        **params: Unpack[ToolOutputsParams],
    ) -> Run: ...
    @overload
    def submit_tool_outputs(
        self,
        run_id: str,
        *,
        thread_id: str,
        stream: Literal[True],
        **params: Unpack[ToolOutputsParams],
    ) -> AssistantStream: ...
    def submit_tool_outputs(
        self,
        run_id: str,
        *,
        thread_id: str,
        stream: bool | NotGiven | None = None,
        **params: Unpack[ToolOutputsParams],
    ) -> Run | AssistantStream:
        """Submit the outputs of all tool calls that a run waits for, and return the run.

        With ``stream=True``, return the stream of the run's next events.
        """
        if stream:
            return self._open(streams.submit_tool_outputs(run_id, thread_id, params))
        return self._send(calls.submit_tool_outputs(run_id, thread_id, params))

    def poll(self, run_id: str, thread_id: str, **params: Unpack[RunPollParams]) -> Run:
        """Poll a run until it is over or requires action, and return it, also when it failed."""
        return self._poll(calls.poll(run_id, thread_id, params))

    def create_and_poll(self, *, thread_id: str, **params: Unpack[RunCreateAndPollParams]) -> Run:
        """Start a run of an assistant on a thread, and ``poll`` the run."""
        return self._poll(calls.create_and_poll(thread_id, params))

    def submit_tool_outputs_and_poll(
        self, *, run_id: str, thread_id: str, **params: Unpack[ToolOutputsAndPollParams]
    ) -> Run:
        """Submit the outputs of all tool calls that a run waits for, and ``poll`` the run."""
        return self._poll(calls.submit_tool_outputs_and_poll(run_id, thread_id, params))

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
