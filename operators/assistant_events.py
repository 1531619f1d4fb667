"""The operator that emits all events of a run: the pipeline behind the handlers' callbacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._core.arguments import require
from streamkit.limits import DEFAULTS, Limits
from streamkit.operators.lift import lift

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable

    from streamkit.families.assistants.events import AssistantEvent
    from streamkit.types.beta.assistant_stream_event import AssistantStreamEvent

__all__ = ["assistant_events"]


def assistant_events(
    *, limits: Limits = DEFAULTS
) -> Callable[[Observable[AssistantStreamEvent]], Observable[AssistantEvent]]:
    """Emit every event of the run, its messages and steps, and of their contents, in order.

        --message.created--message.delta("H")------------------message.completed--|
        [                           assistant_events()                            ]
        --message.created--(text.created,text.delta,message.delta)-(done,done)----|

    A message or step is created before its contents are, and its deltas and end come after theirs.
    Each thing is created and done once, and all its events come between; only a text that grows
    after the next block of its message has begun is done a second time, at the end. The operator
    composes ``accumulate_messages`` with ``message_content``, and ``accumulate_run`` with
    ``tool_calls``.
    An error of the stream is passed on with the ``run``, ``messages`` and ``run_steps`` so far.
    """
    require("limits", limits, Limits, "Limits")
    from streamkit.families.assistants.machine import AssistantEvents
    from streamkit.types.beta.assistant_stream_event import AssistantStreamEvent, UnknownStreamEvent

    return lift(
        lambda: AssistantEvents(limits),
        takes=AssistantStreamEvent | UnknownStreamEvent,
        name="assistant_events",
    )
