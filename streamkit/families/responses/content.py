"""The distinction between events with content, which readers wait for, and other events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._core.content import has_content
from streamkit.families.responses.log.kinds import type_of_item
from streamkit.types.responses.state_events import (
    ResponseCompletedEvent,
    ResponseErrorEvent,
    ResponseIncompleteEvent,
    ResponseStateEvent,
    StreamEvent,
)
from streamkit.types.responses.text_events import (
    ResponseContentPartAddedEvent,
    ResponseOutputItemAddedEvent,
    ResponseReasoningSummaryPartAddedEvent,
)

if TYPE_CHECKING:
    from streamkit.types.responses.stream_event import ResponseStreamEvent

__all__ = ["is_content"]

_OPENING = (
    ResponseOutputItemAddedEvent,
    ResponseContentPartAddedEvent,
    ResponseReasoningSummaryPartAddedEvent,
)
_TEXTS = frozenset({"message", "reasoning"})


@has_content.register(StreamEvent)
def is_content(event: ResponseStreamEvent) -> bool:
    """Return whether an event has a part of an answer, or its end.

    A text, a call, and any sign of work on it are content; the states of the response, and a
    message, a thought or a part of one that has only begun are not, nor is an error.
    """
    delta: object = getattr(event, "delta", None)
    if delta is not None:
        return bool(delta)
    if isinstance(event, ResponseCompletedEvent | ResponseIncompleteEvent):
        return True
    if isinstance(event, ResponseOutputItemAddedEvent):
        return event.item is not None and type_of_item(event.item) not in _TEXTS
    return not isinstance(event, (ResponseStateEvent, ResponseErrorEvent, *_OPENING))
