"""The parts of which messages and reasoning consist."""

from __future__ import annotations

from typing import ClassVar, Literal

from streamkit._core.wire import Wire
from streamkit.types.completion import ChatCompletionTokenLogprob, TopLogprob

__all__ = [
    "Annotation",
    "ContentPart",
    "Logprob",
    "LogprobTopLogprob",
    "MessagePart",
    "PartReasoningText",
    "ResponseOutputRefusal",
    "ResponseOutputText",
    "SummaryPart",
]


Logprob = ChatCompletionTokenLogprob
"""A token of the text and the natural logarithm of its probability."""

LogprobTopLogprob = TopLogprob
"""One of the likeliest tokens at a position."""


class Annotation(Wire):
    """A remark about a part of a text, of the kind that ``type`` names.

    A ``url_citation`` has a URL and a title; a ``file_citation``, ``container_file_citation`` or
    ``file_path`` names a file. Fields of other kinds are None.
    """

    type: str = ""
    url: str | None = None
    title: str | None = None
    file_id: str | None = None
    filename: str | None = None
    container_id: str | None = None
    index: int | None = None
    start_index: int | None = None
    end_index: int | None = None


class ResponseOutputText(Wire, tag_field="type", tag="output_text"):
    """A part of a message with a text."""

    type: ClassVar[Literal["output_text"]] = "output_text"
    text: str = ""
    annotations: list[Annotation] = []
    logprobs: list[Logprob] | None = None


class ResponseOutputRefusal(Wire, tag_field="type", tag="refusal"):
    """A part of a message in which the model refuses."""

    type: ClassVar[Literal["refusal"]] = "refusal"
    refusal: str = ""


class PartReasoningText(Wire, tag_field="type", tag="reasoning_text"):
    """A part of the reasoning itself."""

    type: ClassVar[Literal["reasoning_text"]] = "reasoning_text"
    text: str = ""


class SummaryPart(Wire, tag_field="type", tag="summary_text"):
    """A part of the reasoning's summary."""

    type: ClassVar[Literal["summary_text"]] = "summary_text"
    text: str = ""


MessagePart = ResponseOutputText | ResponseOutputRefusal
"""A part of a message, distinguished by ``type``."""

ContentPart = ResponseOutputText | ResponseOutputRefusal | PartReasoningText
"""A part of a message or of reasoning, distinguished by ``type``."""
