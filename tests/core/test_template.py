"""Reading by templates finds exactly what full decoding finds."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import accumulate, pairwise
from typing import Any
from zlib import crc32

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from streamkit._core.template_learning import LONGEST, MAX_TEMPLATES
from tests.examples import shared_by
from tests.read_by_template import (
    STREAMS,
    Protocol,
    by_template,
    decoded,
    frames,
    frames_read_by_template,
    pipeline,
)

EACH = pytest.mark.parametrize(("protocol", "body"), STREAMS.values(), ids=STREAMS)

ODD = [
    b'"', b"\\", b"\\ud83d", b"\\ude00", b"\x01", b"\xff", b"\xc3", b" ", b"}", b"\n", b"\r",
    b"\\n", b"\\u0041", b'","x":"', b',"x":1', b"{", b"null", b"", b"\xf0\x9f\x98\x80", b"\t",
    b"/", b"\\/",
]  # fmt: skip
"""Bytes that change the meaning of a frame where they stand, or make it no JSON."""


@pytest.fixture
def hits(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Return the list of the frames that are read by a template."""
    return frames_read_by_template(monkeypatch)


def read(protocol: Protocol, parts: list[bytes]) -> None:
    """Read the frames of a stream, and nothing of its events."""
    read = pipeline(protocol)
    for part in parts:
        list(read.read(part))


@EACH
def test_a_recording_reads_the_same(protocol: Protocol, body: bytes) -> None:
    parts = frames(body)
    assert by_template(protocol, parts) == decoded(protocol, parts)


@EACH
@shared_by(len(STREAMS))
@given(places=st.sets(st.integers(0, 4000), max_size=9))
def test_a_recording_cut_anywhere_reads_the_same(
    protocol: Protocol, body: bytes, places: set[int]
) -> None:
    # Frames in one read each, but for those that are cut.
    body = b"".join(frames(body)[:20])
    ends = sorted({*accumulate(map(len, frames(body))), *(at for at in places if at < len(body))})
    parts = [body[start:end] for start, end in pairwise([0, *ends])]
    assert by_template(protocol, parts) == decoded(protocol, parts)


@EACH
@shared_by(len(STREAMS))
@given(places=st.sets(st.integers(0, 8000), max_size=9))
def test_a_recording_of_which_each_read_has_many_frames_reads_the_same(
    protocol: Protocol, body: bytes, places: set[int]
) -> None:
    body = b"".join(frames(body)[:30])
    parts = [body[start:end] for start, end in pairwise(sorted({0, *places, len(body)}))]
    assert by_template(protocol, parts) == decoded(protocol, parts)


@EACH
@shared_by(len(STREAMS))
@given(data=st.data())
def test_a_recording_with_odd_bytes_in_it_reads_the_same(
    protocol: Protocol, body: bytes, data: st.DataObject
) -> None:
    parts = frames(body)[:16]
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(parts) - 1))
        frame = parts[place]
        start = data.draw(st.integers(0, len(frame)))
        end = data.draw(st.integers(start, min(start + 3, len(frame))))
        parts.insert(place + 1, frame[:start] + data.draw(st.sampled_from(ODD)) + frame[end:])
    assert by_template(protocol, parts) == decoded(protocol, parts)


def _padding(piece: str) -> str:
    return "0123456789"[: crc32(piece.encode("utf-8", "surrogatepass")) % 10]


_PADDING = _padding("odd").encode()

DELTAS: dict[str, tuple[Protocol, Callable[[str], dict[str, Any]]]] = {
    "text": ("messages", lambda piece: {"type": "text_delta", "text": piece}),
    "thinking": ("messages", lambda piece: {"type": "thinking_delta", "thinking": piece}),
    "input": ("messages", lambda piece: {"type": "input_json_delta", "partial_json": piece}),
    "content": ("chat", lambda piece: {"content": piece}),
    "content and padding": ("chat", lambda piece: {"content": piece}),
    "content and a role": ("chat", lambda piece: {"role": "assistant", "content": piece}),
    "reasoning": ("chat", lambda piece: {"reasoning_content": piece, "content": None}),
    "refusal": ("chat", lambda piece: {"refusal": piece}),
    "arguments": (
        "chat",
        lambda piece: {"tool_calls": [{"index": 0, "id": "c", "function": {"arguments": piece}}]},
    ),
}


def frame_of(kind: str, piece: str, index: int = 0, *, ascii_only: bool = False) -> bytes:
    """Return a frame with a piece of a kind, for a block of Messages or a choice of a chat."""
    protocol, delta_of = DELTAS[kind]
    event: dict[str, Any] = {"index": index, "delta": delta_of(piece)}
    if protocol == "messages":
        head = b"event: content_block_delta\n"
        event = {"type": "content_block_delta", **event}
    else:
        head, event = b"", {"id": "c", "model": "m", "created": 1, "choices": [event]}
        if kind == "content and padding":
            event["obfuscation"] = _padding(piece)
    text = json.dumps(event, ensure_ascii=ascii_only)
    return head + b"data: %b\n\n" % text.encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("kind", DELTAS)
def test_all_frames_but_the_first_two_are_read_by_a_template(kind: str, hits: list[bytes]) -> None:
    parts = [frame_of(kind, piece) for piece in ("one", "two", '"', "\u00e9\n", "")]
    protocol, _ = DELTAS[kind]
    # A frame is no read by itself before the first event has passed.
    parts = [frame_of(kind, "nil") + frame_of(kind, "zero"), *parts]
    assert by_template(protocol, parts) == decoded(protocol, parts)
    assert hits == parts[3:]


@pytest.mark.parametrize("space", [b" ", b"\t", b"\n", b"\r"], ids=repr)
@pytest.mark.parametrize("kind", DELTAS)
def test_white_space_beside_a_value_reads_the_same(kind: str, space: bytes) -> None:
    protocol, _ = DELTAS[kind]
    learnt = [frame_of(kind, piece) for piece in ("zero", "one", "two", "\u00e9")]
    odd = [
        frame_of(kind, piece).replace(value, beside)
        for piece, value in (("odd", b'"odd"'), ("\n", b'"\\n"'), ("odd", b'"%b"' % _PADDING))
        for beside in (space + value, value + space)
    ]
    parts = [frame for each in odd for frame in (*learnt, each)]
    assert by_template(protocol, parts) == decoded(protocol, parts)


@pytest.mark.parametrize("kind", DELTAS)
@shared_by(len(DELTAS))
@given(
    pieces=st.lists(
        st.tuples(st.text(st.characters(codec=None), max_size=4), st.booleans()), max_size=9
    ),
    order=st.lists(st.integers(0, 2), min_size=9, max_size=9),
)
@example(pieces=[("a", False), ("\ud83d", True), ("\ude00", True), ("b", False)], order=[0] * 9)
def test_any_pieces_read_the_same(
    kind: str, pieces: list[tuple[str, bool]], order: list[int]
) -> None:
    protocol, _ = DELTAS[kind]
    parts = [frame_of(kind, "first"), frame_of(kind, "second")]
    parts += [
        frame_of(kind, piece, index, ascii_only=is_ascii)
        for (piece, is_ascii), index in zip(pieces, order, strict=False)
    ]
    assert by_template(protocol, parts) == decoded(protocol, parts)


@pytest.mark.parametrize("kind", DELTAS)
@pytest.mark.parametrize("size", [1000, 1001], ids=["whole frames", "cut frames"])
def test_frames_of_which_many_come_in_one_read_are_read_by_a_template(
    kind: str, size: int, hits: list[bytes]
) -> None:
    protocol, _ = DELTAS[kind]
    all_frames = [frame_of(kind, f"piece {at}") for at in range(400)]
    if size == 1000:
        parts = [b"".join(all_frames[at : at + 16]) for at in range(0, 400, 16)]
    else:
        body = b"".join(all_frames)
        parts = [body[at : at + size] for at in range(0, len(body), size)]
    assert by_template(protocol, parts) == decoded(protocol, parts)
    read = sum(hit.count(b"\n\n") for hit in hits)
    assert read > 400 - 4 - (0 if size == 1000 else len(parts)) - 16


def test_frames_that_came_together_and_differ_in_their_pieces_are_read_at_once(
    hits: list[bytes],
) -> None:
    first, *pieces = [
        frame_of("content and padding", "piece").replace(b"piece", b"%d" % at) for at in range(9)
    ]
    learnt_from, cut, run = pieces[:2], pieces[2], b"".join(pieces[3:])
    parts = [first, *learnt_from, cut[:40], cut[40:] + run + first[:40]]
    assert by_template("chat", parts) == decoded("chat", parts)
    assert hits == [run]


@pytest.mark.parametrize("kind", ["text", "content"])
def test_as_many_texts_as_there_are_templates_grow_side_by_side(
    kind: str, hits: list[bytes]
) -> None:
    protocol, _ = DELTAS[kind]
    rounds = [
        frame_of(kind, f"piece {at} of {index}", index)
        for at in range(20)
        for index in range(MAX_TEMPLATES)
    ]
    assert by_template(protocol, rounds) == decoded(protocol, rounds)
    assert len(hits) > len(rounds) / 2


@pytest.mark.parametrize("kind", DELTAS)
def test_most_frames_of_a_stream_without_templates_are_not_looked_at(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    protocol, _ = DELTAS[kind]
    read = pipeline(protocol)
    decoding: Any = type(read.answer)
    looks: list[Any] = []
    hole: Any = decoding.hole

    def noted(decoder: Any, part: Any) -> Any:
        looks.append(part)
        return hole(decoder, part)

    monkeypatch.setattr(decoding, "hole", noted)
    for index in range(1000):
        list(read.read(frame_of(kind, f"piece {index}", index)))
    assert 0 < len(looks) < 32


def test_templates_that_none_has_fitted_for_long_are_forgotten(hits: list[bytes]) -> None:
    texts = [frame_of("text", f"piece {at}") for at in range(9)]
    others = [frame_of("text", f"piece {at}", at) for at in range(1, 20)]
    read("messages", [*texts, *others, *texts])
    assert hits == texts[3:]


def test_a_template_is_learnt_again_when_the_frames_change(hits: list[bytes]) -> None:
    parts = [frame_of("text", f"piece {at}", at // 50) for at in range(400)]
    read("messages", parts)
    assert len(hits) > 380


def test_a_template_is_learnt_after_frames_that_nothing_fitted(hits: list[bytes]) -> None:
    others = [frame_of("text", f"piece {at}", at) for at in range(1, 1000)]
    texts = [frame_of("text", f"piece {at}") for at in range(600)]
    read("messages", [*others, *texts])
    assert len(hits) > 300


def test_frames_of_one_piece_prove_nothing(hits: list[bytes]) -> None:
    parts = [frame_of("text", "a piece") for _ in range(20)]
    assert by_template("messages", parts) == decoded("messages", parts)
    assert not hits


def test_a_chunk_that_its_reader_changes_changes_no_later_one() -> None:
    read = pipeline("chat")
    chunks: list[Any] = []
    for piece in ("zero", "one", "two", "three"):
        for event in read.read(frame_of("content", piece)):
            if event.type == "chunk":
                chunks.append(event.chunk.to_dict())
                event.chunk.choices[0].delta.content = "changed"
                event.chunk.choices[0].index = 7
                event.chunk.model = "changed"
    texts = [chunk["choices"][0]["delta"]["content"] for chunk in chunks]
    assert texts == ["zero", "one", "two", "three"]
    assert {(chunk["model"], chunk["choices"][0]["index"]) for chunk in chunks} == {("m", 0)}


def test_deltas_after_a_whole_message_read_the_same(hits: list[bytes]) -> None:
    whole = {"choices": [{"index": 1, "message": {"role": "assistant", "content": "whole"}}]}
    parts = [frame_of("content", piece) for piece in ("zero", "one", "two", "three")]
    parts += [b"data: %b\n\n" % json.dumps(whole).encode()]
    parts += [frame_of("content", piece, index) for piece in "abc" for index in (0, 1)]
    parts += [b"data: %b\n\n" % json.dumps(whole).encode()]
    assert by_template("chat", parts) == decoded("chat", parts)
    assert len(hits) == 1


def test_choices_whose_chunks_differ_in_other_fields_read_the_same(hits: list[bytes]) -> None:
    parts = [
        frame_of("content", f"piece {at}", at % 2).replace(b'"created": 1', b'"created": %d' % made)
        for at, made in enumerate([1, 1, 1, 1, 1, 2, 1, 2, 1, 2, 1, 1, 2, 2, 1, 2])
    ]
    assert by_template("chat", parts) == decoded("chat", parts)
    assert hits


HALVES: dict[str, Callable[[int], bytes]] = {
    "a padding": lambda _: b'"obfuscation": "\\ud83d"',
    "a piece": lambda at: b'"n": %d' % at,
    "a name": lambda at: b'"\xed\xa0\xbd": 1, "n": %d' % at,
    "a value": lambda at: b'"n": "\\ud83d%d"' % at,
}


@pytest.mark.parametrize("written", HALVES.values(), ids=HALVES)
def test_half_characters_anywhere_in_chunks_read_the_same(written: Callable[[int], bytes]) -> None:
    text = "\ud83d" if written is HALVES["a piece"] else "piece"
    parts = [
        frame_of("content", f"{text} {at}").replace(b'"id"', written(at) + b', "id"', 1)
        for at in range(8)
    ]
    assert by_template("chat", parts) == decoded("chat", parts)


def test_long_frames_are_not_learnt_from(hits: list[bytes]) -> None:
    parts = [frame_of("content", f"{at}" + "long" * (LONGEST // 4)) for at in range(4)]
    assert by_template("chat", parts) == decoded("chat", parts)
    assert not hits
    parts += [frame_of("content", f"piece {at}") for at in range(4)]
    assert by_template("chat", parts) == decoded("chat", parts)
    assert hits == parts[-2:]


@pytest.mark.parametrize("usage", [False, True])
@pytest.mark.parametrize("name", ["content", "reasoning", "refusal"])
def test_a_choice_that_begins_while_frames_pass_without_a_look_reads_the_same(
    name: str, usage: bool, hits: list[bytes]
) -> None:
    def chunk(piece: str, index: int = 0, *, id: str = "c", count: int = 1) -> bytes:
        choice = {"index": index, "delta": {name: piece}}
        more = {"usage": {"prompt_tokens": 1, "completion_tokens": count}} if usage else {}
        data = {"id": id, "choices": [choice], **more}
        return b"data: %b\n\n" % json.dumps(data, ensure_ascii=False).encode()

    parts = [chunk(f"a{number} ", count=number + 1) for number in range(100)]
    parts += [chunk("o", id=f"\u00e9{number}") for number in range(40)]  # which nothing fits
    parts += [chunk("x"), chunk("y", count=2), chunk("Z", 1)]
    parts += [chunk(f"p{number}", count=number + 3) for number in range(4)]
    parts += [chunk("Q", 1), b"data: [DONE]\n\n"]
    assert by_template("chat", parts) == decoded("chat", parts)
    assert len(hits) > 90
