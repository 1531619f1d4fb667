"""A run's events to its states and its steps, each with the step so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    """Emit every state of the run, and add each delta to the step of its id.

        --queued----created(s)--delta(s:"1+")--delta(s:"1")--completed(s)--|
        [                        accumulate_run()                          ]
        --run-------created-----delta("1+")----delta("1+1")--done("1+1")---|

    A step of which the stream has no beginning, for it was in an earlier one, is opened by its
    first delta (``resumed``); if it has none, its end is all there is. What is said of a step after
    its end is nothing. Other events emit nothing.
    """
    from streamkit.families.assistants.run_accumulator import RunAccumulator
    from streamkit.types.beta.assistant_stream_event import AssistantStreamEvent, UnknownStreamEvent

    return lift(
        lambda: RunAccumulator(limits),
        takes=AssistantStreamEvent | UnknownStreamEvent,
        name="accumulate_run",
    )
