from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reactivex import operators as rx

from streamkit.families.assistants.message_accumulator import MessageAccumulator
from streamkit.families.assistants.message_events import MessageDeltaEvent
from streamkit.operators import accumulate_messages, pipe
from tests.assistant_streams import (
    EMITTED,
    READ,
    Said,
    all_emitted,
    image,
    message,
    message_delta,
    read,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streamkit.types.beta.threads import Message
    from tests.conftest import Marbles

ACCUMULATED = pipe(READ, accumulate_messages(), EMITTED)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(
            "--m:new--m:0+H--m:0+i--m:=Hi--r:completed--|",
            "--m:new--m:+----m:+----m:done--------------|",
            id="a message",
        ),
        pytest.param("--m:0+H--------m:0+i--|", "--(m:new,m:+)--m:+----|", id="resumed"),
        pytest.param("--m:=Hi---|", "--m:done--|", id="its end alone"),
        pytest.param("--m:new--m:new--m:=--m:=---|", "--m:new---------m:done-----|", id="once"),
        pytest.param("--m:=Hi---m:0+!--|", "--m:done---------|", id="after its end"),
        pytest.param(
            "--m1:new--m2:new--m1:0+a--m2:=----m1:=a----|",
            "--m1:new--m2:new--m1:+----m2:done-m1:done--|",
            id="several",
        ),
        pytest.param("--|", "--|", id="empty"),
        pytest.param("-----", "-----", id="never"),
        pytest.param("--m:new--#", "--m:new--#", id="error"),
    ],
)
def test_messages_begin_grow_and_end(marbles: Marbles, source: str, expected: str) -> None:
    marbles(source, ACCUMULATED, expected)


def test_nothing_comes_after_disposal(marbles: Marbles) -> None:
    marbles("--m:new--m:0+H--|", ACCUMULATED, "--m:new--", until="--------!")


def test_an_early_end_downstream_lets_go_of_the_source(marbles: Marbles) -> None:
    marbles("--m:new--m:0+H--|", pipe(ACCUMULATED, rx.take(1)), "--(m:new,|)")


def snapshots(events: Iterable[Said | str]) -> list[Any]:
    """Return the snapshot of each delta, read after the last event."""
    machine = MessageAccumulator()
    emitted = [output for event in events for output in machine.feed(read(event))]
    deltas = [event for event in emitted if isinstance(event, MessageDeltaEvent)]
    return [event.snapshot for event in deltas]


def texts(snapshot: Message) -> list[str]:
    return [block.text.value for block in snapshot.content if block.type == "text"]


def test_a_snapshot_stays_as_it_was() -> None:
    events = ["m:new", "m:0+H", "m:0+i", "m:1+!"]
    assert list(map(texts, snapshots(events))) == [["H"], ["Hi"], ["Hi", "!"]]


def test_a_snapshot_has_the_fields_of_the_message_that_began() -> None:
    (snapshot,) = snapshots([message("m", "created", thread_id="t", vendor=1), "m:0+H"])
    assert (snapshot.id, snapshot.role, snapshot.thread_id, snapshot.vendor) == (
        "m",
        "assistant",
        "t",
        1,
    )


def test_messages_are_distinguished_by_their_id() -> None:
    events = ["m1:new", "m2:new", "m1:0+a", "m2:0+x", "m1:0+b", "m2:0+y"]
    assert list(map(texts, snapshots(events))) == [["a"], ["x"], ["ab"], ["xy"]]


def test_indices_may_have_gaps_and_come_in_any_order() -> None:
    events = ["m:new", "m:7+b", "m:2+a", "m:7+c", "m:4@f"]
    assert snapshots(events)[-1].to_dict()["content"] == [
        {"type": "text", "text": {"annotations": [], "value": "a"}},
        {"type": "image_file", "image_file": {"file_id": "f"}},
        {"type": "text", "text": {"annotations": [], "value": "bc"}},
    ]


def test_a_piece_without_an_index_belongs_to_the_last_block_of_its_type() -> None:
    pieces = [text(0, "a"), text(0, "b"), image(0, "f"), text(0, "c")]
    events = [message_delta("m", {**piece, "index": None}) for piece in pieces]
    snapshot = snapshots(events)[-1]
    assert [block.type for block in snapshot.content] == ["text", "image_file", "text"]
    assert texts(snapshot) == ["ab", "c"]


def test_annotations_accumulate_by_their_index() -> None:
    quote = {"index": 0, "type": "file_citation", "text": "[1]"}
    path = {"index": 1, "type": "file_path", "text": "[2]", "file_path": {"file_id": "f"}}
    events = [
        message_delta("m", text(0, "a", annotations=[quote])),
        message_delta("m", text(0, "b", annotations=[path])),
        message_delta("m", text(0, "c", annotations=[{**quote, "start_index": 3}])),
        message_delta("m", text(0, "d", annotations=[{"type": "file_path", "text": "[3]"}])),
    ]
    (block,) = snapshots(events)[-1].content
    assert [note.to_dict() for note in block.text.annotations] == [
        {"type": "file_citation", "start_index": 3, "text": "[1]"}
        | {"end_index": 0, "file_citation": {"file_id": ""}},
        {"type": "file_path", "text": "[2]", "file_path": {"file_id": "f"}}
        | {"start_index": 0, "end_index": 0},
        {"type": "file_path", "text": "[3]", "file_path": {"file_id": ""}}
        | {"start_index": 0, "end_index": 0},
    ]


def test_what_no_type_has_is_kept() -> None:
    piece = {"index": 0, "type": "hologram", "hologram": {"depth": 1}, "vendor": [1]}
    (block,) = snapshots([message_delta("m", piece)])[-1].content
    assert block.to_dict() == {"type": "hologram", "hologram": {"depth": 1}, "vendor": [1]}


def test_ids_and_types_do_not_accumulate() -> None:
    events = [
        message_delta("m", {**image(0, "f"), "id": "b"}),
        message_delta("m", {**image(0, "f"), "id": "b"}),
    ]
    (block,) = snapshots(events)[-1].content
    assert (block.type, block.image_file.file_id, block.id) == ("image_file", "f", "b")


def test_a_refusal_accumulates() -> None:
    pieces = [{"index": 0, "type": "refusal", "refusal": piece} for piece in ("I ", "can't")]
    (block,) = snapshots([message_delta("m", piece) for piece in pieces])[-1].content
    assert block.refusal == "I can't"


def test_what_is_no_content_is_passed_over() -> None:
    odd: Any = ["thread.message.delta", {"id": "m", "delta": {"content": "Hi"}}]
    assert all_emitted(MessageAccumulator(), [odd]) == ["m:new", "m:+"]


def test_the_messages_are_known_as_they_are_or_as_they_ended() -> None:
    machine = MessageAccumulator()
    for event in ("m2:new", "m1:new", "m2:0+dr", "m1:0+op", "m2:=done", "m3:=all"):
        machine.feed(read(event))
    assert [(each.id, texts(each)) for each in machine.messages.snapshots()] == [
        ("m2", ["done"]),
        ("m1", ["op"]),
        ("m3", ["all"]),
    ]


@given(st.lists(st.tuples(st.integers(0, 3), st.text(max_size=3)), max_size=20))
def test_any_interleaving_of_pieces_adds_up_to_the_same_texts(
    pieces: list[tuple[int, str]],
) -> None:
    events = [message_delta("m", text(index, piece)) for index, piece in pieces]
    whole = {index: "" for index, _ in sorted(pieces)}
    for index, piece in pieces:
        whole[index] += piece
    assert [texts(each) for each in snapshots(events)[-1:]] == [list(whole.values())][: len(events)]
