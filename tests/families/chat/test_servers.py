"""The quirks of real servers are read as they are meant, wherever the bytes are cut."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, cast

import pytest

from streamkit import OpenAIError
from streamkit.events import Event
from streamkit.families.chat.machine import ChatEvents
from streamkit.structured.reader import Reader
from streamkit.structured.response_format import response_format
from tests.pipelines import chat_pipeline
from tests.server_quirks import QUIRKS, Quirk

pytestmark = pytest.mark.diagonal

JSON = response_format({"type": "json_object"})

EMITTED = {
    "content.delta": "{choice_index}+{delta}",
    "content.done": "{choice_index}={content}",
    "reasoning.delta": "{choice_index}~{delta}",
    "reasoning.done": "{choice_index}~={reasoning}",
    "tool_calls.function.arguments.delta": "{choice_index}.{index}+{arguments_delta}",
    "tool_calls.function.arguments.done": (
        "{choice_index}.{index}={name}#{tool_call_id}({arguments})"
    ),
}


@pytest.mark.parametrize("size", [0, 1, 7], ids=["at once", "byte by byte", "in sevens"])
@pytest.mark.parametrize("quirk", QUIRKS.values(), ids=QUIRKS)
def test_what_servers_send_is_what_was_meant(quirk: Quirk, size: int) -> None:
    body = quirk.body
    pieces = [body[at : at + size] for at in range(0, len(body), size)] if size else [body]
    emitted, completion, error = taken(pieces, quirk.n)
    assert emitted == quirk.emitted
    assert type(error) is (quirk.error or type(None))
    assert quirk.said in str(error)
    assert has(completion, quirk.has), completion
    assert error is None or (error.completion and error.completion.to_dict()) == completion


def taken(pieces: list[bytes], n: int) -> tuple[list[str], Any, OpenAIError | None]:
    machine = ChatEvents(Reader(JSON))
    pipeline = chat_pipeline(machine, choices=n)
    emitted: list[str] = []
    try:
        for piece in pieces:
            emitted.extend(written(pipeline.read(piece)))
        emitted.extend(written(pipeline.end()))
    except OpenAIError as error:
        pipeline.fail(error)
        return emitted, machine.snapshot().to_dict(), error
    return emitted, machine.final().to_dict(), None


def written(events: Iterable[Event]) -> Iterator[str]:
    """Yield the events besides the chunks in a short notation."""
    for event in events:
        said = event.to_dict()
        if said["type"] != "chunk":
            yield EMITTED[said["type"]].format(**said)


def has(value: Any, expected: Any) -> bool:
    """Return whether a value contains all that is expected; lists must have equal lengths."""
    if isinstance(expected, dict):
        fields = cast("dict[str, Any]", expected)
        return all(name in value and has(value[name], item) for name, item in fields.items())
    if isinstance(expected, list):
        items = cast("list[Any]", expected)
        return len(value) == len(items) and all(map(has, value, items))
    return bool(value == expected)


@pytest.mark.parametrize("expected", [{"a": 2}, {"b": 1}, {"c": [{"d": 1}]}, {"c": []}])
def test_the_check_sees_what_is_not_there(expected: Any) -> None:
    assert not has({"a": 1, "c": [{"d": 2}]}, expected)
