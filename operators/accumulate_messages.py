"""The operator that emits the events of a run's messages, each with the message so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._core.arguments import require
from streamkit.limits import DEFAULTS, Limits
from streamkit.operators.lift import lift

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable

    from streamkit.families.assistants.message_accumulator import MessageEvent
    from streamkit.types.beta.assistant_stream_event import AssistantStreamEvent

__all__ = ["accumulate_messages"]


def accumulate_messages(
    *, limits: Limits = DEFAULTS
) -> Callable[[Observable[AssistantStreamEvent]], Observable[MessageEvent]]:
    """Add each delta to the message with its id, and emit an event with both.

        --created(m)--delta(m:"H")--delta(m:"i")--completed(m)--|
        [                 accumulate_messages()                 ]
        --created-----delta("H")----delta("Hi")---done("Hi")----|

    A message that was created in an earlier stream is opened by its first delta here (``resumed``);
    without a delta, only its end is emitted. Events of a message after its end, and events of other
    things, emit nothing.
    """
    require("limits", limits, Limits, "Limits")
    from streamkit.families.assistants.message_accumulator import MessageAccumulator
    from streamkit.types.beta.assistant_stream_event import AssistantStreamEvent, UnknownStreamEvent

    return lift(
        lambda: MessageAccumulator(limits),
        takes=AssistantStreamEvent | UnknownStreamEvent,
        name="accumulate_messages",
    )
