"""The rules that hold for every protocol that streams are relayed in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from streamkit import relay
from streamkit._core.text import TextLog
from streamkit.events import ContentDeltaEvent, EndEvent, EventDecoder, encode, end_of
from streamkit.structured.reader import Reader
from tests.families.common.answers import Answer
from tests.families.common.recorded import RECORDINGS, events_of
from tests.relay.scenes import SCENES, SECRET, Scene, answered, relayed
from tests.relay.wire import data_of, nulls_in, objects

PROTOCOLS: tuple[relay.Protocol, ...] = ("ui-message", "ag-ui", "sse", "chat", "responses")

protocols = pytest.mark.parametrize("protocol", PROTOCOLS)
scenes = pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)

OF_OTHERS = {"data", "input", "output", "value", "result", "operations", "snapshot", "delta"}
"""The fields with values of the model, the server or the program, which may be null."""


@pytest.mark.diagonal
@protocols
@scenes
def test_no_error_shows_what_is_not_for_everybody(protocol: Any, scene: Scene) -> None:
    assert SECRET.encode() not in relayed(relay.encoder(protocol), scene)


@pytest.mark.diagonal
@protocols
@scenes
def test_no_field_is_null(protocol: Any, scene: Scene) -> None:
    for each in objects(relayed(relay.encoder(protocol), scene)):
        own = {name: value for name, value in each.items() if name not in OF_OTHERS}
        assert nulls_in(own) == []


@pytest.mark.diagonal
@protocols
@scenes
def test_the_same_events_give_the_same_bytes(protocol: Any, scene: Scene) -> None:
    assert relayed(relay.encoder(protocol), scene) == relayed(relay.encoder(protocol), scene)


@pytest.mark.diagonal
@protocols
@scenes
def test_events_from_a_log_give_the_same_bytes(protocol: Any, scene: Scene) -> None:
    decoder = EventDecoder()
    decoded = [back for event in scene.events for back in decoder.feed(encode(event))]
    again = relayed(relay.encoder(protocol), Scene(decoded, scene.error))
    assert again == relayed(relay.encoder(protocol), scene)


@pytest.mark.diagonal
@protocols
@scenes
def test_nothing_comes_after_the_end(protocol: Any, scene: Scene) -> None:
    encoder = relay.encoder(protocol)
    relayed(encoder, scene)
    for event in [*scene.events, end_of()]:
        assert not encoder.feed(event)
    assert not list(encoder.close())


@pytest.mark.diagonal
@protocols
@scenes
def test_a_stream_that_completes_needs_no_end_event(protocol: Any, scene: Scene) -> None:
    encoder = relay.encoder(protocol)
    frames = [frame for event in scene.events for frame in encoder.feed(event)]
    closed = b"".join([*frames, *encoder.close()])
    assert closed == relayed(relay.encoder(protocol), Scene(scene.events))


def last_word(protocol: str, wire: bytes) -> str:
    """Return how a stream says its end: the type of its last object, or what stands for it."""
    *_, last = data_of(wire)
    if last == "[DONE]":
        return str(objects(wire)[-1]["type"]) if protocol == "ui-message" else last
    end: dict[str, str] = json.loads(last)
    return end["status"] if protocol == "sse" else end.get("type") or next(iter(end))


ENDS = {
    "text, chat": ("finish", "RUN_FINISHED", "complete", "[DONE]", "response.completed"),
    "cut short, chat": ("finish", "RUN_FINISHED", "complete", "[DONE]", "response.incomplete"),
    "an error": ("finish", "RUN_ERROR", "error", "error", "error"),
    "a cut": ("finish", "RUN_ERROR", "truncated", "error", "error"),
    "a limit": ("finish", "RUN_ERROR", "limit", "error", "error"),
    "a cancellation": ("abort", "RUN_ERROR", "cancelled", "error", "error"),
    "nothing": ("finish", "RUN_FINISHED", "complete", "[DONE]", "response.completed"),
}


@pytest.mark.parametrize("name", ENDS)
def test_every_end_is_said_in_the_words_of_the_protocol(name: str) -> None:
    scene = SCENES[name]
    last = [last_word(each, relayed(relay.encoder(each), scene)) for each in PROTOCOLS]
    assert tuple(last) == ENDS[name]


@pytest.mark.diagonal
@protocols
@pytest.mark.parametrize("name", RECORDINGS)
def test_a_recording_is_relayed_from_a_log_as_it_came(protocol: Any, name: str) -> None:
    events, error = events_of(name)
    decoder = EventDecoder()
    decoded = [back for event in events for back in decoder.feed(encode(event))]
    first = relayed(relay.encoder(protocol), Scene(events, error))
    assert relayed(relay.encoder(protocol), Scene(decoded, error)) == first


@protocols
def test_headers_keep_proxies_from_collecting_events(protocol: Any) -> None:
    headers = relay.encoder(protocol).headers
    assert headers["content-type"] == "text/event-stream"
    assert headers["x-accel-buffering"] == "no"
    assert "no-cache" in headers["cache-control"]


@protocols
def test_the_size_is_that_of_the_text(protocol: Any) -> None:
    def size(count: int) -> int:
        encoder = relay.encoder(protocol)
        return len(relayed(encoder, Scene(answered(Answer(text=["word"] * count)))))

    assert size(2000) < 2.2 * size(1000)


@protocols
def test_text_of_any_kind_is_one_frame(protocol: Any) -> None:
    encoder = relay.encoder(protocol)
    log = TextLog()
    odd = log.append('a\n\ndata: x\r\u2028"\\\x00é😀')
    event = ContentDeltaEvent(0, odd, log, log.length, Reader())
    wire = relayed(encoder, Scene([event]))
    assert json.dumps(odd, ensure_ascii=True)[1:-1] in json.dumps(objects(wire), ensure_ascii=True)


def test_there_are_encoders_of_five_protocols_and_no_others() -> None:
    with pytest.raises(ValueError, match="must be one of ui-message, ag-ui, sse, chat, responses"):
        relay.encoder("websocket")  # type: ignore[arg-type]  # what is refused
    with pytest.raises(TypeError):
        relay.encoder("sse", colour="red")
    own = relay.SSEEncoder(after=3)
    assert relay.encoder(own) is own
    with pytest.raises(TypeError, match="options already"):
        relay.encoder(own, after=4)


@protocols
def test_the_text_of_an_error_is_the_programs_choice(protocol: Any) -> None:
    def sorry(end: EndEvent) -> str:
        return f"sorry: {end.status}"

    encoder = relay.encoder(protocol, error_text=sorry)
    assert b"sorry: error" in relayed(encoder, SCENES["an error"])


@protocols
@pytest.mark.parametrize("odd", ["a text", {"type": "content.delta"}, None, object()])
def test_what_is_no_event_is_refused(protocol: Any, odd: Any) -> None:
    with pytest.raises(TypeError, match="takes events"):
        relay.encoder(protocol).feed(odd)
