# Made from ../_async/stream.py by .ci/unasync.py: change it there.
"""The stream of a run, which its reader drives, and which calls a handler.

A stream continues over several responses when the run requires tools and their outputs are given:
the events are one sequence, and the known state of the run carries over.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from streamkit._rx.cancel_scope import CancelScope
from streamkit.families._resource._sync.stream import Stream
from streamkit.families.assistants.callbacks import call_all, called, not_stop
from streamkit.families.assistants.follower import text_values
from streamkit.families.assistants.stream import Answer, RunStreamState
from streamkit.limits import DEFAULTS, Limits
from streamkit.types.beta.assistant_stream_event import AssistantStreamEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from streamkit._core.answer_decoder import OnTruncated
    from streamkit._http.body import SyncBody
    from streamkit._http.exchange import SyncExchange
    from streamkit._http.watch import Watch
    from streamkit.families.assistants.callbacks import Call, Callbacks
    from streamkit.families.assistants.stream import ToolOutputs
    from streamkit.types.beta.threads import Message, Run
    from streamkit.types.beta.threads.runs import RunStep

__all__ = ["AssistantStream"]


class AssistantStream(RunStreamState[Answer], Stream[AssistantStreamEvent]):
    """The events of a run as the server sends them, as an iterator.

    ``event.event`` is the name of an event and ``event.data`` its object. A handler receives an
    event before the iteration yields it.
    """

    def __init__(  # noqa: PLR0913 - two of them are settings
        self,
        body: SyncBody,
        callbacks: Callbacks[Any],
        submission: Callable[[Run, Iterable[Mapping[str, Any]]], SyncExchange],
        answer: Answer | None = None,
        *,
        on_truncated: OnTruncated = "error",
        limits: Limits = DEFAULTS,
        watch: Watch | None = None,
    ) -> None:
        self._follow(callbacks, answer, on_truncated, limits)
        self._watch = watch
        super().__init__(body, self._run_pipeline())
        self._submission = submission
        self._submitting = CancelScope()

    def __next__(self) -> AssistantStreamEvent:
        try:
            event = super().__next__()
        except StopIteration:
            self._call(self._last_calls())
            self._notify_end()
            raise
        except Exception as error:
            self._notify_end(error)
            raise
        self._call(self._callbacks.event_calls())
        return event

    @property
    def watch(self) -> Watch | None:
        """The watch of an instrument over the last request, if there is one."""
        return self._watch

    @property
    def text_deltas(self) -> Iterator[str]:
        """The pieces of text of the stream; iterating over them reads the stream."""
        return (text for event in self for text in text_values(event))

    def get_final_run(self) -> Run:
        """Read the stream to its end and return the run as it ended."""
        self.until_done()
        return self._follower.final_run()

    def get_final_run_steps(self) -> list[RunStep]:
        """Read the stream to its end and return the run's steps as they ended."""
        self.until_done()
        return self._follower.final_run_steps()

    def get_final_messages(self) -> list[Message]:
        """Read the stream to its end and return the run's messages as they ended."""
        self.until_done()
        return self._follower.final_messages()

    def close(self) -> None:
        """Close the stream; the run continues at the server, unless it is cancelled."""
        self._submitting.cancel()
        super().close()
        self._notify_end()

    def leave(self, error: BaseException | None) -> None:
        """Close the stream of a ``with``; ``error`` is the exception from its body."""
        super().close()
        self._notify_end(error if isinstance(error, Exception) else None)

    def _call(self, calls: Iterable[Call]) -> None:
        try:
            with self._callbacks.calling():
                for call in calls:
                    called(call)
        except Exception as error:
            failure = not_stop(error)
            self._fail(failure)
            self._body.close()
            self._notify_end(failure)
            raise failure from failure.__cause__

    def _notify_end(self, error: Exception | None = None) -> None:
        call_all(self._end_calls(error))

    def _goes_on(self) -> bool:
        run = None if self._answer is None else self._unanswered()
        if run is None or self._answer is None:
            return False
        if self._watch is not None:
            self._watch.ended(self._follower.snapshot(), None)
        outputs: ToolOutputs = called(partial(self._answer, run))
        if outputs is None or self._ended:
            return False
        with self._submitting:
            exchange = self._submission(run, outputs)
            body = exchange.open()
        self._watch = exchange.watch
        self._turn_to(body)
        if self._ended:  # it was closed meanwhile
            if self._watch is not None:
                self._watch.ended(None, self._failure)
            body.close()
        return True
