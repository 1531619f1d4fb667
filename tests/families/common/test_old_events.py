"""An event that is read late costs as much as one that is read as it comes, in order."""

from __future__ import annotations

import json
from typing import Any

import pytest

from streamkit import pydantic_function_tool, read
from streamkit._core.json.parser import PartialJSON
from tests.families.common.answers import (
    Answer,
    Person,
    as_chat,
    as_message,
    as_response,
    in_letters,
)

WHOLE = json.dumps({"name": "Ada" * 100})
ANSWERS = {
    "parsed": in_letters(Answer(text=[WHOLE])),
    "parsed_arguments": in_letters(Answer(calls={"call_1": [WHOLE]}, reason="tool_calls")),
}
FAMILIES: dict[Any, Any] = {"chat": as_chat, "responses": as_response, "messages": as_message}


@pytest.mark.parametrize("member", ANSWERS)
@pytest.mark.parametrize("family", FAMILIES)
def test_old_events_are_parsed_once_in_order(
    family: Any, member: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = [pydantic_function_tool(Person, name="greet")]
    body = FAMILIES[family](ANSWERS[member])
    events: Any = [*read([*body], family, format=Person, tools=tools)]
    deltas = [event for event in events if event.type.endswith(".delta")]
    assert getattr(deltas[-1], member) == json.loads(WHOLE)
    fed = 0
    feed = PartialJSON.feed

    def count(self: PartialJSON, text: str) -> None:
        nonlocal fed
        fed += len(text)
        feed(self, text)

    monkeypatch.setattr(PartialJSON, "feed", count)
    values: list[Any] = [getattr(event, member) for event in deltas]
    assert [value for value in values if value] == [
        {"name": ("Ada" * 100)[:length]} for length in (*range(301), 300, 300)
    ]
    assert fed <= len(WHOLE)
