"""The operator that emits the tool calls of a run's steps, as they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.operators.lift import lift

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable

    from streamkit.families.assistants.run_accumulator import RunOrStepEvent
    from streamkit.families.assistants.tool_calls import ToolCallEvent

__all__ = ["tool_calls"]


def tool_calls() -> Callable[[Observable[RunOrStepEvent]], Observable[ToolCallEvent]]:
    """Emit the beginning, each piece and the end of every tool call of a run.

        --delta(0:"1+")-----------delta(0:"1")--done---------------|
        [                       tool_calls()                       ]
        --(created,delta("1+"))---delta("1")----done("1+1")--------|

    The id of its step and its index identify a call. A call is done when its step is, and its done
    event then shows it as the step has it. A call whose step is not done is done, as far as it has
    arrived, when the run ends or waits for the call's output, or when the stream ends.
    """
    from streamkit.families.assistants.run_accumulator import RunOrStepEvent
    from streamkit.families.assistants.tool_calls import ToolCallEmitter

    return lift(ToolCallEmitter, takes=RunOrStepEvent, name="tool_calls")
