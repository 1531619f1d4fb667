"""Content is what a reader waits for: after it a request is not repeated."""

from __future__ import annotations

from typing import Any

import pytest

from streamkit.families.responses.content import is_content
from streamkit.types import construct
from streamkit.types.responses import ResponseCompletedEvent as Completed
from streamkit.types.responses import (
    ResponseContentPartAddedEvent,
    ResponseErrorEvent,
    ResponseOutputItemAddedEvent,
    ResponseOutputItemDoneEvent,
    ResponseTextDeltaEvent,
    ResponseTextDoneEvent,
    ResponseWebSearchCallSearchingEvent,
)
from streamkit.types.responses import ResponseCreatedEvent as Created
from streamkit.types.responses import ResponseFailedEvent as Failed
from streamkit.types.responses import ResponseIncompleteEvent as Incomplete

Added = ResponseOutputItemAddedEvent

EVENTS: list[tuple[Any, dict[str, Any], bool]] = [
    (ResponseTextDeltaEvent, {"delta": "Hi"}, True),
    (ResponseTextDeltaEvent, {"delta": ""}, False),
    (ResponseTextDoneEvent, {"text": "Hi"}, True),
    (ResponseWebSearchCallSearchingEvent, {}, True),
    (Added, {"item": {"type": "function_call", "name": "f"}}, True),
    (Added, {"item": {"type": "message"}}, False),
    (Added, {"item": {"type": "reasoning"}}, False),
    (Added, {"item": {"type": {"a": 1}}}, True),
    (Added, {}, False),
    (ResponseContentPartAddedEvent, {"part": {"type": "output_text", "text": ""}}, False),
    (ResponseOutputItemDoneEvent, {"item": {"type": "message"}}, True),
    (Completed, {}, True),
    (Incomplete, {}, True),
    (Created, {}, False),
    (Failed, {}, False),
    (ResponseErrorEvent, {"message": "no"}, False),
]


@pytest.mark.parametrize(("type_", "fields", "expected"), EVENTS)
def test_content_is_a_part_of_an_answer_or_its_end(
    type_: Any, fields: dict[str, Any], expected: bool
) -> None:
    assert is_content(construct(type_, fields)) is expected
