"""The chunk of an event that a template has read is made when it is read, and is the same chunk."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from streamkit.events import ChunkEvent, encode
from streamkit.families.chat.common import CommonChatEvents
from streamkit.structured.reader import Reader
from tests.read_by_template import frames_read_by_template, nothing, pipeline


def frame(
    delta: dict[str, Any] | None, index: int = 0, end: str | None = None, **fields: Any
) -> bytes:
    """Return the frame of a chunk with a delta, or without a choice."""
    head = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    choices = [] if delta is None else [{"index": index, "delta": delta, "finish_reason": end}]
    return b"data: %b\n\n" % json.dumps({**head, "choices": choices, **fields}).encode()


def padded(piece: str) -> bytes:
    """Return the frame of a chunk with a piece of content and a padding of its own."""
    return frame({"content": piece}, obfuscation=2 * piece)


def more_of_call(index: int, piece: str, *, choice: int = 0, **fields: Any) -> bytes:
    """Return the frame of a chunk with a piece of a call's arguments."""
    delta = {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}
    return frame(delta, choice, **fields)


FRAMES: dict[str, Callable[[str], bytes]] = {
    "content": lambda piece: frame({"content": piece}),
    "content with a padding": padded,
    "content of another choice": lambda piece: frame({"content": piece}, 1),
    "content at another time": lambda piece: frame({"content": piece}, created=2),
    "content with a note": lambda piece: frame({"content": piece}, provider="p"),
    "content with other notes": lambda piece: frame({"content": piece}, n=piece[-1:]),
    "content with other notes beside it": lambda piece: frame({"content": piece, "n": piece[-1:]}),
    "half a character": lambda _: frame({"content": "\ud83d"}),
    "a thought": lambda piece: frame({"reasoning": piece}),
    "a thought with other notes": lambda piece: frame({"reasoning": piece}, n=piece[-1:]),
    "a refusal": lambda piece: frame({"refusal": piece}),
    "a refusal with other notes": lambda piece: frame({"refusal": piece, "n": piece[-1:]}),
    "a call": lambda piece: frame(
        {"tool_calls": [{"index": 0, "id": "t", "function": {"name": "f", "arguments": piece}}]}
    ),
    "more of a call": lambda piece: more_of_call(0, piece),
    "more of a call with other notes": lambda piece: more_of_call(0, piece, n=piece[-1:]),
    "more of another call": lambda piece: more_of_call(1, piece),
    "more of a call, with a padding": lambda piece: more_of_call(0, piece, obfuscation=piece),
    "more of a call of another choice": lambda piece: more_of_call(0, piece, choice=1),
    "another call": lambda piece: frame(
        {"tool_calls": [{"index": 1, "id": "u", "function": {"name": "g", "arguments": piece}}]}
    ),
    "the end": lambda _: frame({}, end="tool_calls"),
    "usage": lambda piece: frame(None, usage={"total_tokens": len(piece)}),
    "a role": lambda _: frame({"role": "assistant", "content": None}),
}


def events_of(frames: Iterable[bytes], *, uses_templates: bool = True) -> list[Any]:
    """Return the events of a stream, of which nothing was read, and the answer so far."""
    read = pipeline("chat")
    if not uses_templates:
        read._read_by_template = nothing  # pyright: ignore[reportPrivateUsage] - the one way
    events = [event for data in (frame({"content": "0"}), *frames) for event in read.read(data)]
    return [*events, read.machine.snapshot()]


def said(event: Any, *, chunk_first: bool) -> Any:
    """Return all that an event says, in one order or the other."""
    if not isinstance(event, ChunkEvent):
        return event.to_dict(), repr(event)
    parts: list[Callable[[], Any]] = [
        lambda: event.chunk,
        lambda: event.snapshot,
        lambda: [(each.index, each.content, each.content_end) for each in event.updates],
        lambda: [
            each.calls and [(one.arguments_delta, one.end) for one in each.calls]
            for each in event.updates
        ],
        lambda: [
            [(one.id, one.name, one.end) for one in each.mark.calls] for each in event.updates
        ],
        lambda: [(each.reasoning, each.reasoning_end, each.mark.heading) for each in event.updates],
        lambda: (event.to_dict(), event.to_dict(delta=True), event, event.place, event.raw),
    ]
    order = range(len(parts)) if chunk_first else reversed(range(len(parts)))
    return sorted((at, repr(parts[at]())) for at in order)


@given(
    kinds=st.lists(
        st.tuples(
            st.sampled_from(list(FRAMES)), st.integers(1, 4), st.text("ab\n\u00e9", max_size=3)
        ),
        max_size=6,
    ),
    chunk_first=st.booleans(),
)
def test_events_read_after_the_stream_say_what_those_of_decoded_chunks_say(
    kinds: list[tuple[str, int, str]],
    chunk_first: bool,
) -> None:
    frames = [FRAMES[kind](f"{piece}{at}") for kind, times, piece in kinds for at in range(times)]
    late, decoded = events_of(frames), events_of(frames, uses_templates=False)
    assert [said(event, chunk_first=chunk_first) for event in late] == [
        said(event, chunk_first=not chunk_first) for event in decoded
    ]


CALLS = [
    *("a call", "more of a call", "another call", "more of another call"),
    *("more of a call", "more of another call", "the end", "more of another call"),
]


@given(kinds=st.lists(st.sampled_from([*CALLS, "content"]), max_size=8), chunk_first=st.booleans())
@example(kinds=CALLS, chunk_first=True)
@example(kinds=2 * ["another call", "more of a call"], chunk_first=True)
@example(kinds=2 * ["a call", "more of a call"], chunk_first=True)
def test_events_of_calls_read_after_the_stream_say_what_those_of_decoded_chunks_say(
    kinds: list[str],
    chunk_first: bool,
) -> None:
    pieces = ['{"a', '": [1', ", 2, ", "3]}", "x", ""]
    frames = [FRAMES["a call"]("")]
    frames += [FRAMES[kind](piece) for kind in ["more of a call", *kinds] for piece in pieces]
    late, decoded = events_of(frames), events_of(frames, uses_templates=False)
    assert [said(event, chunk_first=chunk_first) for event in late] == [
        said(event, chunk_first=not chunk_first) for event in decoded
    ]


ARGUMENTS: dict[str, list[tuple[str, str]]] = {
    "the whole again": [("another call", ""), *(("more", each) for each in [*"[123]", "[123]"])],
    "another call by a template": [
        *(("another call", f'{{"{key}": ') for key in "abcd"),
        *(("more", each) for each in "1234"),
        ("another call", '{"e": '),
        *(("more", each) for each in "56"),
    ],
    "a head by a template": [
        *(("another call", f'{{"{key}": ') for key in "abcd"),
        *(("more", each) for each in "123}"),
        ("another call", ""),
        ("more", '{"e": '),
    ],
}


@pytest.mark.parametrize("pieces", ARGUMENTS.values(), ids=ARGUMENTS)
def test_arguments_that_a_template_reads_go_to_the_call_that_they_are_of(
    pieces: list[tuple[str, str]],
) -> None:
    frames = [
        more_of_call(1, piece) if kind == "more" else FRAMES[kind](piece) for kind, piece in pieces
    ]
    late, decoded = events_of(frames), events_of(frames, uses_templates=False)
    assert [said(event, chunk_first=True) for event in late] == [
        said(event, chunk_first=True) for event in decoded
    ]


WAYS: dict[str, Callable[[Any], Any]] = {
    "copied": copy.copy,
    "copied deeply": copy.deepcopy,
    "pickled": lambda event: pickle.loads(pickle.dumps(event)),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize(
    "kinds", [["content"], CALLS, list(FRAMES)], ids=["one kind", "two calls", "all kinds"]
)
def test_copies_of_events_equal_events_of_decoded_chunks(
    kinds: list[str], way: Callable[[Any], Any]
) -> None:
    frames = [FRAMES[kind](f"{at}") for kind in kinds for at in range(4)]
    copies = [way(event) for event in events_of(frames)]
    decoded = events_of(frames, uses_templates=False)
    assert copies == decoded
    assert [event.to_dict() for event in copies] == [event.to_dict() for event in decoded]
    assert [event.updates for event in copies if isinstance(event, ChunkEvent)]


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("kind", [kind for kind in FRAMES if "other notes" in kind])
def test_copies_made_in_the_middle_of_a_stream_say_the_same_after_it(
    kind: str, way: Callable[[Any], Any]
) -> None:
    read = pipeline("chat")
    frames = [FRAMES["a call"](""), *(FRAMES[kind](f"{at}") for at in range(9))]
    events: list[Any] = []
    copies: list[Any] = []
    for data in frames:
        for event in read.read(data):
            events.append(event)
            copies.append(way(event))
    assert copies == [way(event) for event in events] == events
    assert [event.to_dict() for event in copies] == [event.to_dict() for event in events]


def test_a_copied_log_has_the_values_of_the_last_chunk() -> None:
    read = pipeline("chat")
    for at in range(9):
        tuple(read.read(FRAMES["content with other notes"](f"{at}")))
    machine: Any = read.machine
    copied = pickle.loads(pickle.dumps(machine._log))
    assert (copied.late, machine._log.late is None) == (None, False)
    assert copied.now(Reader()).n == "8"
    assert copied.now(Reader()) == read.machine.snapshot()


@pytest.mark.parametrize("kind", ["content", "content with a padding", "content with a note"])
def test_the_chunk_of_an_event_is_one_object(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hits = frames_read_by_template(monkeypatch)
    events = events_of([FRAMES[kind](str(at)) for at in range(1, 6)])
    event = next(event for event in reversed(events) if isinstance(event, ChunkEvent))
    assert hits
    assert event.chunk is event.chunk is copy.copy(event).chunk
    event.chunk.model = "changed"
    assert event.chunk.model == "changed"
    assert event.snapshot.model == "m"


KINDS = [
    *("content", "content with a padding", "content with a note", "content with other notes"),
    *("a thought", "a thought with other notes", "a refusal", "a refusal with other notes"),
    *("more of a call", "more of a call with other notes"),
]


@pytest.mark.parametrize("kind", KINDS)
def test_common_events_and_their_json_make_no_chunk(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = [FRAMES["a call"](""), *(FRAMES[kind](str(at)) for at in range(8))]
    expected = [encode(event) for event in events_of(frames, uses_templates=False)[-3:-1]]

    def fail(_: Any) -> None:
        raise AssertionError("the chunk was read")

    monkeypatch.setattr(ChunkEvent, "chunk", property(fail))
    pair = events_of(frames)[-3:-1]
    assert list(CommonChatEvents().feed(pair)) == pair
    assert [encode(event) for event in pair] == expected
