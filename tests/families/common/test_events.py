"""The common events have much in common: parts, raw events, plain data."""

from __future__ import annotations

import pickle
from typing import Any

import msgspec
import pytest

from streamkit import Usage, json_default
from streamkit._core.ending import ends_answer
from streamkit._core.text import TextLog
from streamkit.events import (
    AnswerChunkEvent,
    ContentDeltaEvent,
    ContentDoneEvent,
    CustomToolCallInputDeltaEvent,
    FinishEvent,
    ImagePartialEvent,
    RawChunkEvent,
    ReasoningDoneEvent,
    ServerToolDeltaEvent,
    UsageEvent,
)
from streamkit.families._common import events as common
from streamkit.hub.backlog import Backlog
from streamkit.structured.reader import Reader

CLASSES = [getattr(common, name) for name in common.__all__ if name != "CommonEvent"]


def text(*pieces: str) -> TextLog:
    log = TextLog()
    for piece in pieces:
        log.append(piece)
    return log


def done(*part: int | str) -> ContentDoneEvent[Any]:
    return ContentDoneEvent(0, "Hi", None, _part=part)


def test_the_types_of_events_are_distinct() -> None:
    kinds = [kind.type for kind in CLASSES if kind is not RawChunkEvent]
    assert len(kinds) == len({*kinds})


@pytest.mark.parametrize("kind", CLASSES)
def test_part_and_raw_event_come_last_and_may_be_left_out(kind: Any) -> None:
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    assert [*fields][-2:] == ["_part", "_raw"]
    assert not fields["_part"].required
    assert not fields["_raw"].required


def test_a_part_given_is_the_place_and_the_part() -> None:
    event = done(1, "summary", 2)
    assert event.part == event.place == (1, "summary", 2)
    assert hash(event.part)


def test_without_one_the_part_is_the_choice() -> None:
    assert ContentDoneEvent(3, "Hi", None).part == (3,)


def test_a_raw_event_given_is_the_raw_event() -> None:
    peers = object()
    assert FinishEvent(0, "stop", "end_turn", _raw=peers).raw is peers


def test_events_of_two_parts_are_not_equal() -> None:
    assert done(1) != done(2)
    assert done(1) == ContentDoneEvent[Any](0, "Hi", None, _part=(1,), _raw="what it was made of")


def test_plain_data_have_a_part_only_where_it_was_given() -> None:
    data = {"type": "content.done", "choice_index": 0, "content": "Hi", "parsed": None}
    assert done().to_dict() == data
    assert done(1, 0).to_dict() == data | {"part": [1, 0]}


def test_plain_data_leave_out_what_goes_without_saying() -> None:
    plain = ReasoningDoneEvent(0, "Hm")
    assert plain.to_dict() == {"type": "reasoning.done", "choice_index": 0, "reasoning": "Hm"}
    signed = ReasoningDoneEvent(0, "Hm", "summary", signature="s")
    assert signed.to_dict() == plain.to_dict() | {"kind": "summary", "signature": "s"}
    assert ContentDoneEvent(0, "Hi", None, "commentary").to_dict()["phase"] == "commentary"


def test_an_event_survives_pickling() -> None:
    event = ReasoningDoneEvent(0, "Hm", encrypted="e", _part=(1,))
    assert pickle.loads(pickle.dumps(event)) == event


def test_a_chunk_event_reads_its_log_as_of_its_mark() -> None:
    class Log:
        def as_of(self, mark: int, /) -> str:
            return "Hello"[:mark]

    event = RawChunkEvent({"delta": "l"}, Log(), 3)
    assert isinstance(event, AnswerChunkEvent)
    assert event.snapshot == "Hel"
    assert event.to_dict() == {"type": "chunk", "chunk": {"delta": "l"}, "snapshot": "Hel"}
    assert event.to_dict(delta=True) == {"type": "chunk", "chunk": {"delta": "l"}}


def test_a_finish_shows_that_the_answer_is_there() -> None:
    assert ends_answer(FinishEvent(0, "stop", "stop"))
    assert not ends_answer(UsageEvent(Usage()))


# The events of one text share its log.
_AB, _NOTHING = text("a", "b"), text()
COALESCED = {
    "the pieces of a text": (
        [ContentDeltaEvent(0, "a", _AB, 1, Reader()),
         ContentDeltaEvent(0, "b", _AB, 2, Reader())],
        {"delta": "ab"},
    ),
    "the pieces of an input": (
        [CustomToolCallInputDeltaEvent(0, 0, "f", "c", "a", _AB, 1),
         CustomToolCallInputDeltaEvent(0, 0, "f", "c", "b", _AB, 2)],
        {"input_delta": "ab", "input": "ab"},
    ),
    "the phases of a tool": (
        [ServerToolDeltaEvent(0, 0, "web_search", "web_search", "c", "searching", "", _NOTHING, 0),
         ServerToolDeltaEvent(0, 0, "web_search", "web_search", "c", "completed", "", _NOTHING, 0)],
        {"status": "completed", "input_delta": ""},
    ),
    "usage": (
        [UsageEvent(Usage(5, output_tokens=1)), UsageEvent(Usage(5, output_tokens=2))],
        {"usage": Usage(5, output_tokens=2)},
    ),
    "versions of an image": (
        [ImagePartialEvent(0, 0, "AA=="), ImagePartialEvent(0, 0, "AQ==")],
        {"b64": "AQ=="},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("events", "members"), COALESCED.values(), ids=COALESCED)
def test_a_slow_consumer_gets_the_newest_of(events: list[Any], members: dict[str, Any]) -> None:
    backlog: Backlog[Any] = Backlog(overflow="coalesce")
    for event in events:
        backlog.put(event)
    taken = backlog.take()
    assert {name: getattr(taken, name) for name in members} == members
    assert len(backlog) == 0


def test_events_of_two_parts_are_not_merged() -> None:
    backlog: Backlog[Any] = Backlog(overflow="coalesce")
    for part in ((0, 0), (1, 0)):
        backlog.put(ContentDeltaEvent(0, "a", text("a"), 1, Reader(), _part=part))
    assert len(backlog) == 2


def test_usage_is_plain_data_to_an_encoder() -> None:
    assert json_default(Usage(5, 4, 3, 2)) == {
        "input_tokens": 5,
        "cached_tokens": 4,
        "output_tokens": 3,
        "reasoning_tokens": 2,
    }
    assert UsageEvent(Usage(5)).to_dict()["usage"]["input_tokens"] == 5
