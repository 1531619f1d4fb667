"""A run's events to its states and its steps, each with the step so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._core.machine import Machine
from streamkit.families.assistants.events import (
    RunEvent,
    RunStepCreatedEvent,
    RunStepDeltaEvent,
    RunStepDoneEvent,
    state_of,
)
from streamkit.families.assistants.growing import Growing
from streamkit.limits import DEFAULTS, Limits
from streamkit.operators.lift import lift
from streamkit.types.beta.assistant_stream_event import (
    AssistantStreamEvent,
    ThreadRunStepCancelled,
    ThreadRunStepCompleted,
    ThreadRunStepCreated,
    ThreadRunStepDelta,
    ThreadRunStepExpired,
    ThreadRunStepFailed,
    ThreadRunStepInProgress,
    UnknownStreamEvent,
)
from streamkit.types.beta.threads.runs import RunStep

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reactivex import Observable

    from streamkit.types.beta.threads import Run

__all__ = ["RunAccumulator", "RunOrStepEvent", "accumulate_run"]

RunOrStepEvent = RunEvent | RunStepCreatedEvent | RunStepDeltaEvent | RunStepDoneEvent
"""Any event about a run or one of its steps as a whole."""


def accumulate_run(
    *, limits: Limits = DEFAULTS
) -> Callable[[Observable[AssistantStreamEvent]], Observable[RunOrStepEvent]]:
    """Emit every state of the run, and add each delta to the step of its id.

        --queued----created(s)--delta(s:"1+")--delta(s:"1")--completed(s)--|
        [                        accumulate_run()                          ]
        --run-------created-----delta("1+")----delta("1+1")--done("1+1")---|

    A step of which the stream has no beginning, for it was in an earlier one, is opened by its
    first delta (``resumed``); if it has none, its end is all there is. What is said of a step after
    its end is nothing. Other events emit nothing.
    """
    return lift(
        lambda: RunAccumulator(limits),
        takes=AssistantStreamEvent | UnknownStreamEvent,
        name="accumulate_run",
    )


class RunAccumulator(Machine[AssistantStreamEvent, RunOrStepEvent]):
    """The machine of ``accumulate_run``."""

    def __init__(self, limits: Limits = DEFAULTS) -> None:
        self.run: Run | None = None
        self.status = ""
        self.steps: Growing[RunStep] = Growing(RunStep, limits)

    def feed(self, value: AssistantStreamEvent, /) -> Sequence[RunOrStepEvent]:
        """Take an event and return what it says of the run or a step."""
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
