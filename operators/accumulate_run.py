"""The operator that emits a run's states and the events of its steps, each with the step so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._core.arguments import require
from streamkit.limits import DEFAULTS, Limits
from streamkit.operators.lift import lift

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable

    from streamkit.families.assistants.run_accumulator import RunOrStepEvent
    from streamkit.types.beta.assistant_stream_event import AssistantStreamEvent

__all__ = ["accumulate_run"]


def accumulate_run(
    *, limits: Limits = DEFAULTS
) -> Callable[[Observable[AssistantStreamEvent]], Observable[RunOrStepEvent]]:
    """Emit every state of the run, and each delta with the step to which it is added.

        --queued----created(s)--delta(s:"1+")--delta(s:"1")--completed(s)--|
        [                        accumulate_run()                          ]
        --run-------created-----delta("1+")----delta("1+1")--done("1+1")---|

    A step that was created in an earlier stream is opened by its first delta here (``resumed``);
    without a delta, only its end is emitted. Events of a step after its end, and events of other
    things, emit nothing.
    """
    require("limits", limits, Limits, "Limits")
    from streamkit.families.assistants.run_accumulator import RunAccumulator
    from streamkit.types.beta.assistant_stream_event import AssistantStreamEvent, UnknownStreamEvent

    return lift(
        lambda: RunAccumulator(limits),
        takes=AssistantStreamEvent | UnknownStreamEvent,
        name="accumulate_run",
    )
