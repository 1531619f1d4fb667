# Made from ../_async/threads.py by .ci/unasync.py: change it there.
"""``client.beta.threads``: threads, conversations that the server keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, overload

from streamkit.families.assistants import run_stream_call as streams
from streamkit.families.assistants import threads as calls
from streamkit.families.assistants._sync.messages import Messages
from streamkit.families.assistants._sync.run_streams import ThreadRunStreams
from streamkit.families.assistants._sync.runs import Runs

if TYPE_CHECKING:
    from typing import Unpack

    from reactivex import Observable

    from streamkit._http._sync.transport import SyncTransport
    from streamkit.families._resource.params import NotGiven, RequestOptions
    from streamkit.families.assistants._sync.stream import AssistantStream
    from streamkit.families.assistants.threads import (
        CreateAndRunParams,
        CreateAndRunPollParams,
        ThreadCreateParams,
        ThreadUpdateParams,
    )
    from streamkit.types.beta.thread import Thread, ThreadDeleted
    from streamkit.types.beta.threads.run import Run

__all__ = ["Threads"]


class Threads(ThreadRunStreams):
    """Threads, which are conversations that the server keeps."""

    def __init__(self, transport: SyncTransport) -> None:
        super().__init__(transport)
        self.messages = Messages(transport)
        self.runs = Runs(transport)

    def create(self, **params: Unpack[ThreadCreateParams]) -> Thread:
        """Make a thread."""
        return self._send(calls.create(params))

    def retrieve(self, thread_id: str, **params: Unpack[RequestOptions]) -> Thread:
        """Fetch a thread."""
        return self._send(calls.retrieve(thread_id, params))

    def update(self, thread_id: str, **params: Unpack[ThreadUpdateParams]) -> Thread:
        """Change the given fields of a thread; the others stay."""
        return self._send(calls.update(thread_id, params))

    def delete(self, thread_id: str, **params: Unpack[RequestOptions]) -> ThreadDeleted:
        """Delete a thread."""
        return self._send(calls.delete_(thread_id, params))

    @overload
    def create_and_run(
        self,
        *,
        stream: Literal[False] | NotGiven | None = None,
        **params: Unpack[CreateAndRunParams],
    ) -> Run: ...
    @overload
    def create_and_run(
        self, *, stream: Literal[True], **params: Unpack[CreateAndRunParams]
    ) -> AssistantStream: ...
    def create_and_run(
        self, *, stream: bool | NotGiven | None = None, **params: Unpack[CreateAndRunParams]
    ) -> Run | AssistantStream:
        """Make a thread, start a run of an assistant on it, and return the run as it begins.

        With ``stream=True``, return the stream of its events.
        """
        if stream:
            return self._open(streams.create_and_run(params))
        return self._send(calls.create_and_run(params))

    def create_and_run_poll(self, **params: Unpack[CreateAndRunPollParams]) -> Run:
        """Make a thread, start a run of an assistant on it, and ``poll`` the run."""
        return self._poll(calls.create_and_run_poll(params))

    def observe_create_and_run_poll(
        self, **params: Unpack[CreateAndRunPollParams]
    ) -> Observable[Run]:
        """Return a cold observable of the states of a run; a subscription makes thread and run."""
        return self._observe_poll(calls.create_and_run_poll(params))
