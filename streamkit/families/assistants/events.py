"""The events of a streamed run: of its state, its messages and their content, its steps and calls.

As with the events of chat completions, an event is a position in an append-only log: ``snapshot``
and similar members hold the state at the event, and are built when they are read.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from streamkit._core.ending import ends_answer
from streamkit._core.events import Event
from streamkit.errors import PartialRun
from streamkit.families.assistants.message_events import (
    ImageFileDoneEvent,
    MessageCreatedEvent,
    MessageDeltaEvent,
    MessageDoneEvent,
    TextCreatedEvent,
    TextDeltaEvent,
    TextDoneEvent,
)
from streamkit.families.assistants.step_events import (
    RunStepCreatedEvent,
    RunStepDeltaEvent,
    RunStepDoneEvent,
    ToolCallCreatedEvent,
    ToolCallDeltaEvent,
    ToolCallDoneEvent,
)
from streamkit.types.beta.assistant_stream_event import (
    AssistantStreamEvent,
    ThreadRunCancelled,
    ThreadRunCancelling,
    ThreadRunCompleted,
    ThreadRunCreated,
    ThreadRunExpired,
    ThreadRunFailed,
    ThreadRunIncomplete,
    ThreadRunInProgress,
    ThreadRunQueued,
    ThreadRunRequiresAction,
)
from streamkit.types.beta.threads import Run

__all__ = ["AssistantEvent", "RunEvent", "state_of"]


class RunEvent(Event, frozen=True, gc=False, eq=False):
    """An event that a run has changed its state."""

    type: ClassVar[Literal["run"]] = "run"
    run: Run
    status: str
    """The status of the run; from the event's name where the server gives it nowhere else."""

    @property
    def rests(self) -> bool:
        """Whether no more events follow: the run has ended, or waits for the outputs of tools."""
        return self.status in _RESTING


AssistantEvent = (
    RunEvent
    | MessageCreatedEvent
    | MessageDeltaEvent
    | MessageDoneEvent
    | TextCreatedEvent
    | TextDeltaEvent
    | TextDoneEvent
    | ImageFileDoneEvent
    | RunStepCreatedEvent
    | RunStepDeltaEvent
    | RunStepDoneEvent
    | ToolCallCreatedEvent
    | ToolCallDeltaEvent
    | ToolCallDoneEvent
)
"""Any event about a run; type checkers distinguish them by ``event.type``."""


_OF_RUNS = (
    ThreadRunCreated,
    ThreadRunQueued,
    ThreadRunInProgress,
    ThreadRunRequiresAction,
    ThreadRunCompleted,
    ThreadRunIncomplete,
    ThreadRunFailed,
    ThreadRunCancelling,
    ThreadRunCancelled,
    ThreadRunExpired,
)


def state_of(event: AssistantStreamEvent) -> RunEvent | None:
    """Return the state of the run in an event, or None for an event about something else."""
    if not isinstance(event, _OF_RUNS):
        return None
    run = event.data
    return RunEvent(run, run.status or event.event.removeprefix("thread.run."))


_RESTING = frozenset(
    {"cancelled", "completed", "expired", "failed", "incomplete", "requires_action"}
)


# A run that rests shows that the answer is complete: another request would start another run.


@ends_answer.register(RunEvent)
def _(event: RunEvent) -> bool:
    return event.rests


@ends_answer.register(PartialRun)
def _(partial: PartialRun) -> bool:
    run = partial.run
    return run is not None and RunEvent(run, run.status or "").rests


def _ends_run(event: AssistantStreamEvent) -> bool:
    state = state_of(event)
    return state is not None and state.rests


for _of_run in _OF_RUNS:
    ends_answer.register(_of_run, _ends_run)
