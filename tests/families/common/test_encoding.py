"""Events that leave the process as JSON come back as they were."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
import reactivex
from hypothesis import given
from hypothesis import strategies as st

from streamkit import Final, FinalToolCall, ParseError, StreamDecodeError, StreamkitError, Usage
from streamkit import operators as ops
from streamkit._core.growing_text import GrowingText
from streamkit.events import (
    AttemptResetEvent,
    ChunkHeadEvent,
    ContentDeltaEvent,
    ContentDoneEvent,
    Event,
    EventDecoder,
    EventEncoder,
    EventsDroppedEvent,
    Head,
    ItemDoneEvent,
    ItemFailedEvent,
    PatchEvent,
    PathDeltaEvent,
    PathDoneEvent,
    RaceLoser,
    RaceSettledEvent,
    ReasoningDoneEvent,
    ToolFailedEvent,
    ToolHeldEvent,
    ToolResultEvent,
    TurnDoneEvent,
    TurnStartedEvent,
    UnknownEvent,
    decode,
    encode,
)
from streamkit.recording import load
from tests.families.common.answers import ANSWERS
from tests.families.common.protocols import PROTOCOLS
from tests.families.common.recorded import RECORDINGS, events_of
from tests.families.common.test_events import text

recordings = pytest.mark.parametrize("name", RECORDINGS)


def replayed(events: list[Any]) -> list[Any]:
    """Return the events after they were encoded and decoded."""
    decoder = EventDecoder()
    return [back for event in events for back in decoder.feed(encode(event))]


@recordings
def test_a_recording_comes_back_with_its_snapshots(name: str) -> None:
    events, _ = events_of(name)
    back = replayed(events)
    for event, again in zip(events, back, strict=True):
        assert again.place == event.place
        if event.type != "chunk":  # of which there is the head alone
            assert again == event
            assert again.to_json() == event.to_json()


@recordings
def test_what_was_decoded_is_encoded_as_it_was(name: str) -> None:
    events, _ = events_of(name)
    for event in events:
        assert encode(decode(encode(event))) == encode(event)


@recordings
def test_the_length_of_a_log_is_about_that_of_its_stream(name: str) -> None:
    encoder = EventEncoder()
    size = sum(len(data) for event in events_of(name)[0] for data in encoder.feed(event))
    assert size < 1.5 * len(RECORDINGS[name][1].read_bytes())


def test_only_chunks_that_say_something_new_are_kept() -> None:
    encoder = EventEncoder()
    events = [
        ChunkHeadEvent(Head("c", "m")),
        ChunkHeadEvent(Head()),
        ChunkHeadEvent(Head("c", "m")),
        ChunkHeadEvent(Head("d", "m")),
    ]
    # Only chunks are encoded.
    ids = [decode(data).chunk.id for event in events for data in encoder.feed(event)]  # type: ignore[attr-defined]
    assert ids == ["c", "d"]


def test_parsing_goes_on_where_events_are_decoded() -> None:
    format = load(RECORDINGS["chat-json_schema"][1]).request["response_format"]
    events, error = events_of("chat-json_schema", format)
    assert error is None
    seen: list[Any] = []
    source = reactivex.from_iterable(replayed(events))
    source.pipe(ops.partial_parse(format)).subscribe(seen.append)
    was = [event.parsed for event in events if event.type.startswith("content.")]
    assert [event.parsed for event in seen if event.type.startswith("content.")] == was
    assert was[-1]["name"]


def test_arguments_are_parsed_where_events_are_decoded() -> None:
    events, _ = events_of("chat-tools_two_calls")
    names = {event.name for event in events if event.type.endswith("arguments.done")}
    tools: list[Any] = [
        {"type": "function", "function": {"name": name, "strict": True, "parameters": {}}}
        for name in names
    ]
    seen: list[Any] = []
    source = reactivex.from_iterable(replayed(events))
    source.pipe(ops.tool_arg_parse(tools)).subscribe(seen.append)
    parsed = [event for event in seen if event.type.endswith("arguments.done")]
    assert parsed
    assert all(event.parsed_arguments == json.loads(event.arguments) for event in parsed)


CALL = (0, 1, "weather", "call_1", '{"city":"Paris"}')
EVENTS: dict[str, Event] = {
    "events dropped": EventsDroppedEvent(3),
    "a race": RaceSettledEvent(1, [RaceLoser(0, 2, Usage(1), "KeyError()")]),
    "a turn": TurnStartedEvent(2),
    "a whole turn": TurnDoneEvent[Any](
        1,
        Final[Any]("", "", "", None, [FinalToolCall("c", "f", "{}")], Usage(1), "tool_calls", None),
    ),
    "a result": ToolResultEvent(*CALL, {"degrees": 21}, '{"degrees": 21}', _part=(3,)),
    "a signed thought": ReasoningDoneEvent(0, "Hm", signature="s", encrypted="e"),
    "an item": ItemDoneEvent(0, {"a": [1, None]}, _location=("steps", 0)),
    "a value": PathDoneEvent(0, None, _location=("a", 1), _part=(2, "x")),
    "a patch": PatchEvent(0, [{"op": "add", "path": "", "value": None}]),
    "a comment": ContentDoneEvent(0, "Hi", None, "commentary", _part=(1,)),
    "an unknown type": UnknownEvent("later.kind", {"part": [1, "x"], "n": None}),
}


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)
def test_other_events_come_back(event: Event) -> None:
    back = decode(encode(event))
    assert back.place == event.place
    assert back == event


def test_half_a_character_does_not_break_the_encoding() -> None:
    back: Any = decode(encode(ContentDoneEvent[Any](0, 'a\u2028\x00\ud800"', None)))
    assert back.content == 'a\u2028\x00\ufffd"'


def test_values_that_grow_at_a_path_grow_again() -> None:
    log = GrowingText()
    events: list[Any] = []
    for piece in ("Hel", "lo"):
        log.append(piece)
        events.append(PathDeltaEvent(0, piece, log, log.length, _location=("a", 0)))
    back = replayed(events)
    assert back == events
    assert [event.value for event in back] == ["Hel", "Hello"]


def test_an_error_in_an_event_keeps_its_class_and_loses_foreign_messages() -> None:
    ours: Any = decode(encode(AttemptResetEvent(2, 0.5, StreamDecodeError("no JSON"))))
    assert (ours.attempt, ours.wait) == (2, 0.5)
    assert isinstance(ours.error, StreamDecodeError)
    assert str(ours.error) == "no JSON"
    failed = ToolFailedEvent(*CALL, KeyError("secret"), "Error")
    assert b"secret" not in encode(failed)
    theirs: Any = decode(encode(failed))
    assert "KeyError" in str(theirs.error)
    item: Any = decode(
        encode(ItemFailedEvent(0, 1, ParseError("no", content="1"), _location=("a",)))
    )
    assert isinstance(item.error, ParseError)


def test_a_call_is_approved_where_it_is_held() -> None:
    held: Any = decode(encode(ToolHeldEvent(*CALL, None, lambda _: None)))
    with pytest.raises(StreamkitError, match="where the stream is made"):
        held.approve()


@pytest.mark.parametrize(
    "between", [TurnStartedEvent(2), AttemptResetEvent(2, 0, StreamkitError("cut"))], ids=repr
)
def test_a_new_turn_or_attempt_begins_its_texts_anew(between: Event) -> None:
    events: list[Event] = []
    for each in (None, between):
        log = text("Hi")
        events += [each] if each else []
        # No reader.
        events.append(ContentDeltaEvent(0, "Hi", log, 2, None))  # type: ignore[arg-type]
    back = replayed(events)
    assert [event.snapshot for event in back if event.type == "content.delta"] == ["Hi", "Hi"]


@pytest.mark.parametrize("protocol", PROTOCOLS.values(), ids=PROTOCOLS)
def test_the_identity_of_an_answer_is_known_in_every_protocol(protocol: Any) -> None:
    from streamkit import read

    family = next(name for name, each in PROTOCOLS.items() if each is protocol)
    frames = b"".join(protocol.frames(ANSWERS["text"]))
    events = [*read([frames], family)]  # type: ignore[call-overload]  # any family
    heads = [event.chunk for event in replayed(events) if event.type == "chunk"]
    assert next(head.model for head in heads if head.id) == "m"


REFUSED: dict[str, Any] = {
    "no JSON": b"{",
    "empty": b"",
    "a list": b"[]",
    "no type": b'{"a":1}',
    "a type that is no text": {"type": 1},
    "a null": b'{"type":null}',
    "a field missing": b'{"type":"content.delta","delta":"a"}',
    "a field of another type": {"type": "content.delta", "choice_index": "0", "delta": "a"},
    "a part that is no list": {"type": "finish", "choice_index": 0, "part": {}, "reason": "s"},
    "too deep": b'{"type":"x","a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_what_is_no_event_is_refused_with_a_quote(data: Any) -> None:
    with pytest.raises(StreamDecodeError, match="expected an event"):
        decode(data)


def test_only_events_are_encoded() -> None:
    with pytest.raises(TypeError, match="takes events, not dict"):
        encode({"type": "content.delta"})  # type: ignore[arg-type]  # what is refused


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.text(), st.dictionaries(st.text(), json_values))
def test_unknown_events_survive_whatever_they_hold(name: str, members: dict[str, Any]) -> None:
    members.pop("type", None)
    event = UnknownEvent(f"x.{name}", members)
    assert decode(encode(event)) == event


@given(st.lists(st.text(min_size=1), min_size=1))
def test_any_pieces_grow_into_the_same_text(pieces: list[str]) -> None:
    log = text()
    events: list[Any] = []
    for piece in pieces:
        whole = log.append(piece)
        # No reader.
        events.append(ContentDeltaEvent(1, whole, log, log.length, None))  # type: ignore[arg-type]
    back = replayed(events)
    assert [event.snapshot for event in back] == [event.snapshot for event in events]
    assert all(len(a.snapshot) <= len(b.snapshot) for a, b in pairwise(back))
