"""A run's events to all that happens to it: the pipeline behind the handlers' callbacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.limits import DEFAULTS, Limits
from streamkit.operators.lift import lift

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable

    from streamkit.families.assistants.events import (
        AssistantEvent,
    )
    from streamkit.types.beta.assistant_stream_event import AssistantStreamEvent

__all__ = ["assistant_events"]


def assistant_events(
    *, limits: Limits = DEFAULTS
) -> Callable[[Observable[AssistantStreamEvent]], Observable[AssistantEvent]]:
    """Emit every event about the run, its messages and steps, and what is in them, in order.

        --message.created--message.delta("H")------------------message.completed--|
        [                           assistant_events()                            ]
        --message.created--(text.created,text.delta,message.delta)-(done,done)----|

    What begins is told before what is in it, and what ends or grows after. Each thing is created
    and done once, and nothing of it comes before or after; only a text to which more is added after
    the next block of its message has begun is done once more, at the end. The operators that this
    composes are ``accumulate_messages`` with ``message_content`` and ``accumulate_run`` with
    ``tool_calls``.
    An error of the stream passes with the ``run``, ``messages`` and ``run_steps`` as they were.
    """
    from streamkit.families.assistants.machine import AssistantEvents
    from streamkit.types.beta.assistant_stream_event import AssistantStreamEvent, UnknownStreamEvent

    return lift(
        lambda: AssistantEvents(limits),
        takes=AssistantStreamEvent | UnknownStreamEvent,
        name="assistant_events",
    )
