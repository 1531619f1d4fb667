"""The accumulator of the states and the steps of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._core.machine import Machine
from streamkit.families.assistants.events import RunEvent, state_of
from streamkit.families.assistants.growing import Growing
from streamkit.families.assistants.step_events import (
    RunStepCreatedEvent,
    RunStepDeltaEvent,
    RunStepDoneEvent,
)
from streamkit.limits import DEFAULTS, Limits
from streamkit.types.beta.assistant_stream_event import (
    AssistantStreamEvent,
    ThreadRunStepCancelled,
    ThreadRunStepCompleted,
    ThreadRunStepCreated,
    ThreadRunStepDelta,
    ThreadRunStepExpired,
    ThreadRunStepFailed,
    ThreadRunStepInProgress,
)
from streamkit.types.beta.threads.runs import RunStep

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamkit.types.beta.threads import Run

__all__ = ["RunAccumulator", "RunOrStepEvent"]

RunOrStepEvent = RunEvent | RunStepCreatedEvent | RunStepDeltaEvent | RunStepDoneEvent
"""Any event about a run or one of its steps as a whole."""


class RunAccumulator(Machine[AssistantStreamEvent, RunOrStepEvent]):
    """A machine that accumulates a run and its steps and emits their events: ``accumulate_run``."""

    def __init__(self, limits: Limits = DEFAULTS) -> None:
        self.run: Run | None = None
        self.status = ""
        self.steps: Growing[RunStep] = Growing(RunStep, limits)

    def feed(self, value: AssistantStreamEvent, /) -> Sequence[RunOrStepEvent]:
        """Take an event of the stream and return the events about the run or a step."""
        steps = self.steps
        match value:
            case ThreadRunStepDelta(data=delta):
                added = steps.add(delta.id, delta.delta)
                if added is None:
                    return ()
                event = RunStepDeltaEvent(delta.id, delta.delta, added.mark, added.places)
                if not added.opened:
                    return (event,)
                return (RunStepCreatedEvent(delta.id, True, {"id": delta.id}), event)  # noqa: FBT003 - it is resumed
            case ThreadRunStepCreated(data=step) | ThreadRunStepInProgress(data=step):
                if not steps.open(step):
                    return ()
                resumed = isinstance(value, ThreadRunStepInProgress)
                return (RunStepCreatedEvent(step.id, resumed, steps.mark(step.id)),)
            case (
                ThreadRunStepCompleted(data=step)
                | ThreadRunStepFailed(data=step)
                | ThreadRunStepCancelled(data=step)
                | ThreadRunStepExpired(data=step)
            ):
                return (RunStepDoneEvent(step.id, step),) if steps.finish(step) else ()
            case _:
                state = state_of(value)
                if state is None:
                    return ()
                self.run, self.status = state.run, state.status
                return (state,)
