"""The events about items of the output, their texts and their reasoning."""

from __future__ import annotations

from typing import ClassVar, Literal

from streamkit.types.responses.content import Annotation, ContentPart, Logprob, SummaryPart
from streamkit.types.responses.items import ResponseOutputItem
from streamkit.types.responses.state_events import ContentEvent, PlacedEvent, SummaryEvent

__all__ = [
    "ResponseContentPartAddedEvent",
    "ResponseContentPartDoneEvent",
    "ResponseOutputItemAddedEvent",
    "ResponseOutputItemDoneEvent",
    "ResponseOutputTextAnnotationAddedEvent",
    "ResponseReasoningSummaryPartAddedEvent",
    "ResponseReasoningSummaryPartDoneEvent",
    "ResponseReasoningSummaryTextDeltaEvent",
    "ResponseReasoningSummaryTextDoneEvent",
    "ResponseReasoningTextDeltaEvent",
    "ResponseReasoningTextDoneEvent",
    "ResponseRefusalDeltaEvent",
    "ResponseRefusalDoneEvent",
    "ResponseTextDeltaEvent",
    "ResponseTextDoneEvent",
]


class ResponseOutputItemAddedEvent(PlacedEvent, tag_field="type", tag="response.output_item.added"):
    """An item of the output has begun."""

    type: ClassVar[Literal["response.output_item.added"]] = "response.output_item.added"
    item: ResponseOutputItem | None = None


class ResponseOutputItemDoneEvent(PlacedEvent, tag_field="type", tag="response.output_item.done"):
    """An item of the output is whole."""

    type: ClassVar[Literal["response.output_item.done"]] = "response.output_item.done"
    item: ResponseOutputItem | None = None


class ResponseContentPartAddedEvent(
    ContentEvent, tag_field="type", tag="response.content_part.added"
):
    """A part of an item's content has begun."""

    type: ClassVar[Literal["response.content_part.added"]] = "response.content_part.added"
    part: ContentPart | None = None


class ResponseContentPartDoneEvent(
    ContentEvent, tag_field="type", tag="response.content_part.done"
):
    """A part of an item's content is whole."""

    type: ClassVar[Literal["response.content_part.done"]] = "response.content_part.done"
    part: ContentPart | None = None


class ResponseTextDeltaEvent(ContentEvent, tag_field="type", tag="response.output_text.delta"):
    """A new piece of a message's text."""

    type: ClassVar[Literal["response.output_text.delta"]] = "response.output_text.delta"
    delta: str = ""
    logprobs: list[Logprob] | None = None
    obfuscation: str | None = None


class ResponseTextDoneEvent(ContentEvent, tag_field="type", tag="response.output_text.done"):
    """The whole text of a part of a message."""

    type: ClassVar[Literal["response.output_text.done"]] = "response.output_text.done"
    text: str = ""
    logprobs: list[Logprob] | None = None


class ResponseOutputTextAnnotationAddedEvent(
    ContentEvent, tag_field="type", tag="response.output_text.annotation.added"
):
    """An annotation of a message's text."""

    type: ClassVar[Literal["response.output_text.annotation.added"]] = (
        "response.output_text.annotation.added"
    )
    annotation: Annotation | None = None
    annotation_index: int | None = None


class ResponseRefusalDeltaEvent(ContentEvent, tag_field="type", tag="response.refusal.delta"):
    """A new piece of a refusal."""

    type: ClassVar[Literal["response.refusal.delta"]] = "response.refusal.delta"
    delta: str = ""
    obfuscation: str | None = None


class ResponseRefusalDoneEvent(ContentEvent, tag_field="type", tag="response.refusal.done"):
    """The whole refusal."""

    type: ClassVar[Literal["response.refusal.done"]] = "response.refusal.done"
    refusal: str = ""


class ResponseReasoningTextDeltaEvent(
    ContentEvent, tag_field="type", tag="response.reasoning_text.delta"
):
    """A new piece of the reasoning itself, which open-weight models show."""

    type: ClassVar[Literal["response.reasoning_text.delta"]] = "response.reasoning_text.delta"
    delta: str = ""
    obfuscation: str | None = None


class ResponseReasoningTextDoneEvent(
    ContentEvent, tag_field="type", tag="response.reasoning_text.done"
):
    """The whole text of a part of the reasoning."""

    type: ClassVar[Literal["response.reasoning_text.done"]] = "response.reasoning_text.done"
    text: str = ""


class ResponseReasoningSummaryPartAddedEvent(
    SummaryEvent, tag_field="type", tag="response.reasoning_summary_part.added"
):
    """A part of the reasoning's summary has begun."""

    type: ClassVar[Literal["response.reasoning_summary_part.added"]] = (
        "response.reasoning_summary_part.added"
    )
    part: SummaryPart | None = None


class ResponseReasoningSummaryPartDoneEvent(
    SummaryEvent, tag_field="type", tag="response.reasoning_summary_part.done"
):
    """A part of the reasoning's summary is whole, or was cut short."""

    type: ClassVar[Literal["response.reasoning_summary_part.done"]] = (
        "response.reasoning_summary_part.done"
    )
    part: SummaryPart | None = None
    status: str | None = None


class ResponseReasoningSummaryTextDeltaEvent(
    SummaryEvent, tag_field="type", tag="response.reasoning_summary_text.delta"
):
    """A new piece of the reasoning's summary."""

    type: ClassVar[Literal["response.reasoning_summary_text.delta"]] = (
        "response.reasoning_summary_text.delta"
    )
    delta: str = ""
    obfuscation: str | None = None


class ResponseReasoningSummaryTextDoneEvent(
    SummaryEvent, tag_field="type", tag="response.reasoning_summary_text.done"
):
    """The whole text of a part of the reasoning's summary."""

    type: ClassVar[Literal["response.reasoning_summary_text.done"]] = (
        "response.reasoning_summary_text.done"
    )
    text: str = ""
