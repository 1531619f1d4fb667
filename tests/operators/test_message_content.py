from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import reactivex
from reactivex import operators as rx

from streamkit.families.assistants.message_accumulator import MessageAccumulator, MessageEvent
from streamkit.families.assistants.message_content import ContentEmitter, ContentEvent
from streamkit.operators import accumulate_messages, message_content, pipe
from tests.assistant_streams import (
    EMITTED,
    READ,
    Said,
    emitted,
    message,
    message_delta,
    read,
    text,
)

if TYPE_CHECKING:
    from tests.conftest import Marbles

CONTENT = pipe(READ, accumulate_messages(), message_content(), EMITTED)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(
            "--m:new--m:0+H-----------m:0+i--m:=Hi!--|",
            "---------(m:0new,m:0+H)--m:0+i--m:0=Hi!-|",
            id="a text",
        ),
        pytest.param(
            "--m:new--m:0@f--m:1+H-----------|",
            "---------m:0@f--(m:1new,m:1+H)--(m:1=H,|)",
            id="an image",
        ),
        pytest.param("--m:new--m:=Hi-----------|", "---------(m:0new,m:0=Hi)-|", id="no delta"),
        pytest.param("--m:=Hi--|", "---------|", id="its end alone"),
        pytest.param("--m:0+H-----------|", "--(m:0new,m:0+H)--(m:0=H,|)", id="left open"),
        pytest.param("--|", "--|", id="empty"),
        pytest.param("-----", "-----", id="never"),
        pytest.param("--m:0+H-----------#", "--(m:0new,m:0+H)--#", id="error"),
    ],
)
def test_texts_and_images_are_emitted(marbles: Marbles, source: str, expected: str) -> None:
    marbles(source, CONTENT, expected)


def test_nothing_comes_after_disposal(marbles: Marbles) -> None:
    marbles("--m:0+H-----------m:0+i--|", CONTENT, "--(m:0new,m:0+H)--", until="-----------------!")


def test_an_early_end_downstream_lets_go_of_the_source(marbles: Marbles) -> None:
    marbles("--m:0+H---m:0+i--|", pipe(CONTENT, rx.take(1)), "--(m:0new,|)")


def content(*events: Said | str) -> list[str]:
    messages, machine = MessageAccumulator(), ContentEmitter()
    outputs: list[Any] = []
    for event in events:
        for update in messages.feed(read(event)):
            outputs += machine.feed(update)
    return [emitted(output) for output in (*outputs, *machine.close())]


def test_the_first_piece_is_in_what_was_created_and_is_a_delta() -> None:
    outputs: list[Any] = []
    source = reactivex.of(read("m:new"), read("m:0+H"), read("m:0+i"))
    source.pipe(accumulate_messages(), message_content()).subscribe(outputs.append)
    created, first, second, done = outputs
    assert (created.text.value, first.delta.value, first.snapshot.value) == ("H", "H", "H")
    assert (second.delta.value, second.snapshot.value) == ("i", "Hi")
    assert done.text.value == "Hi"


@pytest.mark.parametrize(
    ("begins", "more"),
    [
        pytest.param("m:1+x", ["m:1new", "m:1+x", "m:1=x"], id="a text"),
        pytest.param("m:1@f", ["m:1@f"], id="an image"),
        pytest.param(
            message_delta("m", {"index": 1, "type": "refusal", "refusal": "no"}), [], id="a refusal"
        ),
    ],
)
def test_a_text_is_done_when_the_next_block_begins(begins: Said | str, more: list[str]) -> None:
    assert content("m:new", "m:0+a", begins) == ["m:0new", "m:0+a", "m:0=a", *more]


def test_each_text_is_done_once_when_nothing_comes_for_it_later() -> None:
    whole = message("m", "completed", "a", "x", "y")
    assert content("m:new", "m:0+a", "m:1+x", "m:2+y", whole) == [
        *("m:0new", "m:0+a", "m:0=a"),
        *("m:1new", "m:1+x", "m:1=x"),
        *("m:2new", "m:2+y", "m:2=y"),
    ]


@pytest.mark.parametrize("end", ["m:1+z", message("m", "completed", "abc", "xz", "y")])
def test_what_comes_for_a_text_that_is_done_leads_to_one_more(end: Said | str) -> None:
    events = content("m:new", "m:0+a", "m:1+x", "m:0+b", "m:2+y", "m:0+c", "m:1+z", end)
    assert [event for event in events if "=" in event] == [
        *("m:0=a", "m:1=x"),
        *("m:0=abc", "m:1=xz" if end != "m:1+z" else "m:1=xzz", "m:2=y"),
    ]


def test_annotations_that_come_later_lead_to_one_more_as_well() -> None:
    note = {"index": 0, "type": "file_citation", "text": "[1]"}
    late = message_delta("m", {**text(0, ""), "text": {"annotations": [note]}})
    assert content("m:0+a", "m:1+x", late)[-3:] == ["m:0+None", "m:0=a", "m:1=x"]


def test_an_empty_piece_of_a_text_that_is_done_is_nothing() -> None:
    assert content("m:0+a", "m:1+x", "m:0+", message("m", "completed", "a", "x")) == [
        *("m:0new", "m:0+a", "m:0=a", "m:1new", "m:1+x", "m:1=x")
    ]


def test_the_whole_message_corrects_a_text_that_is_done() -> None:
    assert content("m:new", "m:0+a", "m:1+x", message("m", "completed", "A", "x"))[-2:] == [
        *("m:0=A", "m:1=x")
    ]


def test_a_delta_may_overtake_a_text_and_go_on_with_it() -> None:
    delta = message_delta("m", text(0, "a"), text(1, "x"), text(0, "b"))
    assert content(delta) == [
        *("m:0new", "m:0+a", "m:0=ab", "m:1new", "m:1+x", "m:0+b"),
        *("m:0=ab", "m:1=x"),
    ]


def test_texts_that_have_begun_are_done_before_those_of_the_whole_message_begin() -> None:
    assert content("m:new", "m:1+b", message("m", "completed", "A", "b")) == [
        *("m:1new", "m:1+b", "m:1=b", "m:0new", "m:0=A")
    ]


def test_texts_that_a_message_begins_with_overtake_each_other() -> None:
    events = content(message("m", "created", "a", "x"), "m:1+y")
    assert events == ["m:0new", "m:0=a", "m:1new", "m:1+y", "m:1=xy"]


def test_a_block_that_turns_out_to_be_a_text_late_overtakes_the_one_before() -> None:
    refusal = message_delta("m", {"index": 0, "type": "refusal", "refusal": "no"})
    assert content(refusal, "m:1+x", "m:0+a") == [
        *("m:1new", "m:1+x", "m:1=x", "m:0new", "m:0+a", "m:0=a")
    ]


def test_interleaved_messages_do_not_end_each_others_texts() -> None:
    assert content("m1:0+a", "m2:0+x", "m1:1+b")[-4:] == ["m1:1new", "m1:1+b", "m1:1=b", "m2:0=x"]


def test_interleaved_messages_do_not_mix() -> None:
    assert content("m1:0+a", "m2:0+x", "m1:0+b", "m2:=x", "m1:=ab") == [
        *("m1:0new", "m1:0+a", "m2:0new", "m2:0+x", "m1:0+b"),
        *("m2:0=x", "m1:0=ab"),
    ]


def test_indices_with_gaps_are_those_of_the_whole_message_in_order() -> None:
    events = ("m:new", "m:2+a", "m:5+b", message("m", "completed", "A", "B"))
    assert content(*events)[-2:] == ["m:2=A", "m:5=B"]


def test_what_the_whole_message_lacks_is_done_as_far_as_it_got() -> None:
    assert content("m:new", "m:0+a", "m:1+b", message("m", "incomplete", "A")) == [
        *("m:0new", "m:0+a", "m:0=a", "m:1new", "m:1+b"),
        *("m:0=A", "m:1=b"),
    ]


def test_of_a_resumed_message_only_what_this_stream_spoke_of_is_emitted() -> None:
    assert content("m:1+b", message("m", "completed", "A", "B")) == ["m:1new", "m:1+b", "m:1=B"]


def test_content_that_a_message_begins_with_is_emitted() -> None:
    assert content(message("m", "created", "Hi"), "m:=Hi") == ["m:0new", "m:0=Hi"]


def test_an_image_is_emitted_once() -> None:
    image = {"type": "image_file", "image_file": {"file_id": "f"}}
    whole = message("m", "completed", content=[image])
    assert content("m:new", "m:0@f", "m:0@f", whole) == ["m:0@f"]
    assert content("m:new", whole) == ["m:0@f"]


def test_a_block_that_is_neither_emits_nothing() -> None:
    refusal = message_delta("m", {"index": 0, "type": "refusal", "refusal": "no"})
    assert content(refusal, "m:1+a")[:2] == ["m:1new", "m:1+a"]


def test_text_deltas_of_one_message() -> None:
    source = reactivex.of(*map(read, ("m1:0+a", "m2:0+x", "m1:0+b", "m2:0+y")))
    pieces: list[str] = []

    def is_wanted(event: ContentEvent) -> bool:
        return event.type == "text.delta" and event.message_id == "m2"

    def value_of(event: Any) -> str:
        value: str = event.delta.value
        return value

    source.pipe(
        accumulate_messages(), message_content(), rx.filter(is_wanted), rx.map(value_of)
    ).subscribe(pieces.append)
    assert pieces == ["x", "y"]


def test_annotations_come_in_deltas_without_a_value() -> None:
    note = {"index": 0, "type": "file_citation", "text": "[1]"}
    delta = message_delta("m", {**text(0, ""), "text": {"annotations": [note]}})
    assert content("m:0+a", delta)[2] == "m:0+None"


def test_deltas_alone_will_do() -> None:
    def is_delta(event: MessageEvent) -> bool:
        return event.type == "message.delta"

    pieces: list[str] = []
    source = reactivex.of(*map(read, ("m:new", "m:0+H", "m:0+i", "m:=Hi")))
    source.pipe(
        accumulate_messages(), rx.filter(is_delta), message_content(), rx.map(emitted)
    ).subscribe(pieces.append)
    assert pieces == ["m:0new", "m:0+H", "m:0+i", "m:0=Hi"]
