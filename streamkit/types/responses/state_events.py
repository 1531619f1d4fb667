"""The events about a response as a whole, and the bases of all events of its stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast

from msgspec import field

from streamkit._core.marked import MarkedEvent
from streamkit.types.responses.response import Response

if TYPE_CHECKING:
    pass

__all__ = [
    "CommandEvent",
    "ContentEvent",
    "ItemEvent",
    "PlacedEvent",
    "ResponseCompletedEvent",
    "ResponseCreatedEvent",
    "ResponseErrorEvent",
    "ResponseFailedEvent",
    "ResponseInProgressEvent",
    "ResponseIncompleteEvent",
    "ResponseQueuedEvent",
    "ResponseStateEvent",
    "StreamEvent",
    "SummaryEvent",
]


class StreamEvent(MarkedEvent, eq=False):
    """The base of the events of a response's stream."""

    sequence_number: int | None = None
    """The place of the event in the stream, to resume it from; some servers send none."""


class ResponseStateEvent(StreamEvent):
    """The base of the events that hold the response."""

    response: Response = field(default_factory=Response)


class PlacedEvent(StreamEvent):
    """The base of the events about one item of the output."""

    output_index: int | None = None


class ItemEvent(PlacedEvent):
    """The base of the events that name their item."""

    item_id: str | None = None


class ContentEvent(ItemEvent):
    """The base of the events about a part of an item's content."""

    content_index: int | None = None


class SummaryEvent(ItemEvent):
    """The base of the events about a part of the reasoning's summary."""

    summary_index: int | None = None


class CommandEvent(ItemEvent):
    """The base of the events about a command of a shell call."""

    command_index: int | None = None


class ResponseCreatedEvent(ResponseStateEvent, tag_field="type", tag="response.created"):
    """A response was created."""

    type: ClassVar[Literal["response.created"]] = "response.created"


class ResponseQueuedEvent(ResponseStateEvent, tag_field="type", tag="response.queued"):
    """A response in the background waits for its turn."""

    type: ClassVar[Literal["response.queued"]] = "response.queued"


class ResponseInProgressEvent(ResponseStateEvent, tag_field="type", tag="response.in_progress"):
    """A response is being generated."""

    type: ClassVar[Literal["response.in_progress"]] = "response.in_progress"


class ResponseCompletedEvent(ResponseStateEvent, tag_field="type", tag="response.completed"):
    """A response is complete: the last event of its stream."""

    type: ClassVar[Literal["response.completed"]] = "response.completed"


class ResponseIncompleteEvent(ResponseStateEvent, tag_field="type", tag="response.incomplete"):
    """A response was cut short: the last event of its stream."""

    type: ClassVar[Literal["response.incomplete"]] = "response.incomplete"


class ResponseFailedEvent(ResponseStateEvent, tag_field="type", tag="response.failed"):
    """A response failed: the last event of its stream."""

    type: ClassVar[Literal["response.failed"]] = "response.failed"


class ResponseErrorEvent(StreamEvent, tag_field="type", tag="error"):
    """The server reports an error: the last event of a stream, and sometimes the only one."""

    type: ClassVar[Literal["error"]] = "error"
    message: str = ""
    code: str | int | None = None
    param: str | None = None

    @classmethod
    def normalized(cls, data: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Return the fields flat; some servers nest them in ``error``."""
        nested: object = data.get("error")
        if isinstance(nested, str):
            return data | {"message": data.get("message") or nested}, {}
        if not isinstance(nested, dict):
            return data, {}
        error = cast("dict[str, Any]", nested)
        inner = {name: error[name] for name in _OF_AN_ERROR if error.get(name) is not None}
        return data | inner, {}


_OF_AN_ERROR = ("message", "code", "param")
