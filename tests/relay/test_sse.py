"""Our own events as server-sent events."""

from __future__ import annotations

from typing import Any

import httpx
import httpx_sse
import pytest

from streamkit.events import EventDecoder
from streamkit.relay import SSEEncoder
from tests.relay.scenes import SCENES, Scene, relayed

scenes = pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)


def read_back(wire: bytes) -> list[Any]:
    """Return the server-sent events that another library reads."""
    headers = {"content-type": "text/event-stream"}
    response = httpx.Response(200, content=wire, headers=headers)
    return [*httpx_sse.EventSource(response).iter_sse()]


@scenes
def test_events_come_back_and_the_end_with_them(scene: Scene) -> None:
    decoder = EventDecoder()
    back: list[Any] = [
        event for sse in read_back(relayed(SSEEncoder(), scene)) for event in decoder.feed(sse.data)
    ]
    assert back.pop().type == "end"
    was = [event for event in scene.events if event.type != "chunk"]
    assert [event.type for event in back if event.type != "chunk"] == [event.type for event in was]
    texts = [event.snapshot for event in back if event.type == "content.delta"]
    assert texts == [event.snapshot for event in was if event.type == "content.delta"]


@scenes
def test_ids_are_numbers_without_a_gap(scene: Scene) -> None:
    ids = [sse.id for sse in read_back(relayed(SSEEncoder(), scene))]
    assert ids == [str(number + 1) for number in range(len(ids))]


def test_ids_go_on_after_those_before_and_name_their_log() -> None:
    first, *_ = read_back(relayed(SSEEncoder(after=41, prefix="epoch-"), SCENES["text, chat"]))
    assert first.id == "epoch-42"


@pytest.mark.parametrize("prefix", ["a\nb", "a\0", "\r"])
def test_an_id_is_one_line(prefix: str) -> None:
    with pytest.raises(ValueError, match="printable"):
        SSEEncoder(prefix=prefix)


def test_errors_in_the_midst_have_the_text_for_the_reader_too() -> None:
    said = [sse.json() for sse in read_back(relayed(SSEEncoder(), SCENES["a second attempt"]))]
    (reset,) = [each for each in said if each["type"] == "attempt.reset"]
    assert reset["error"]["message"] == "An error occurred."
    said = [sse.json() for sse in read_back(relayed(SSEEncoder(), SCENES["turns"]))]
    (failed,) = [each for each in said if each["type"] == "tool.failed"]
    assert failed["output"] == failed["error"]["message"] == "An error occurred."
