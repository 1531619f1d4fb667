"""The tool calls of a run's steps, as they are written."""

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
    """Emit the beginning, each fragment and the end of every tool call.

        --delta(0:"1+")-----------delta(0:"1")--done---------------|
        [                       tool_calls()                       ]
        --(created,delta("1+"))---delta("1")----done("1+1")--------|

    Calls are told apart by their step's id and their index. A call is done when its step is, as the
    step then has it; or, as far as it got, when the run ends or waits for the call's output, or at
    the end of the stream.
    """
    from streamkit.families.assistants.run_accumulator import RunOrStepEvent
    from streamkit.families.assistants.tool_calls import ToolCallTeller

    return lift(ToolCallTeller, takes=RunOrStepEvent, name="tool_calls")
