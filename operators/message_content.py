"""The operator that emits the texts and images of a run's messages, as they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.operators.lift import lift

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable

    from streamkit.families.assistants.message_accumulator import MessageEvent
    from streamkit.families.assistants.message_content import ContentEvent

__all__ = ["message_content"]


def message_content() -> Callable[[Observable[MessageEvent]], Observable[ContentEvent]]:
    """Emit the beginning, each piece and the end of every text, and every image.

        --delta(0:"H")----------delta(0:"i")---delta(1:img)-------done---|
        [                        message_content()                       ]
        --(created,delta("H"))--delta("i")-----(done("Hi"),image)--------|

    The id of its message and its index identify a block. A text is done when the next block of its
    message begins, or else when the message is done or the stream ends. If more of the text comes
    after its done event, or the text in the whole message differs, one more done event with the
    complete text follows at the end of the message or of the stream. An image is one event.
    """
    from streamkit.families.assistants.message_accumulator import MessageEvent
    from streamkit.families.assistants.message_content import ContentEmitter

    return lift(ContentEmitter, takes=MessageEvent, name="message_content")
