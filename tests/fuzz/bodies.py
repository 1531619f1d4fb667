"""Any bytes as the body of an answer end well or in a typed error, however they are cut."""

from __future__ import annotations

from streamkit._core.answer_decoder import OnTruncated
from streamkit.errors import OpenAIError
from streamkit.events import Event
from streamkit.families.chat.machine import ChatEvents
from streamkit.structured.reader import Reader
from streamkit.structured.response_format import response_format
from streamkit.structured.tools import tool_parsers
from tests.fuzz.pieces import pieces
from tests.pipelines import chat_pipeline

OBJECT = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
FORMAT = response_format(
    {"type": "json_schema", "json_schema": {"name": "n", "schema": OBJECT, "strict": True}}
)
TOOLS = tool_parsers(
    [{"type": "function", "function": {"name": "f", "parameters": OBJECT, "strict": True}}]
)


def check(data: bytes) -> None:
    """Check a body; the first byte decides its pieces and ``on_truncated``."""
    size, body = data[0] if data else 0, data[1:]
    on_truncated: OnTruncated = "accept" if size % 2 else "error"
    events, error = taken([body], on_truncated)
    again, same = taken(pieces(body, size), on_truncated)
    assert again == events
    assert str(same) == str(error)


def taken(parts: list[bytes], on_truncated: OnTruncated) -> tuple[list[object], OpenAIError | None]:
    """Return the events as read at once and as read at the end, and the error."""
    machine = ChatEvents(Reader(FORMAT, TOOLS))
    pipeline = chat_pipeline(machine, on_truncated=on_truncated)
    events: list[Event] = []
    read: list[object] = []
    error: OpenAIError | None = None
    try:
        for part in parts:
            for event in pipeline.read(part):
                events.append(event)
                read.append(event.to_dict())
        for event in pipeline.end():
            events.append(event)
            read.append(event.to_dict())
        machine.final().to_json()
    except OpenAIError as raised:
        error = raised
        pipeline.fail(error)
        assert error.completion is not None
        error.completion.to_json()
    assert [event.to_dict() for event in events] == read
    return read, error
