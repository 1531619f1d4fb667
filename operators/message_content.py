"""The texts and images of messages, as they are written."""

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

    Blocks are told apart by their message's id and their index. A text is done when the next block
    of its message begins, or else when the message is done or the stream ends. If more of it comes
    after its done event, or the whole message has another text than that, one more done event
    follows at the end of the message or of the stream, with the complete text. An image comes
    whole, in one event.
    """
    from streamkit.families.assistants.message_accumulator import MessageEvent
    from streamkit.families.assistants.message_content import ContentTeller

    return lift(ContentTeller, takes=MessageEvent, name="message_content")
