"""An answer that is traced has the same frames and events wherever its bytes are cut."""

from __future__ import annotations

import msgspec
import pytest

from streamkit._cassette.recording import Read
from streamkit._trace.answer import Answer
from streamkit._trace.frames import FrameCutter
from streamkit.recording import shipped
from tests.trace.test_trace import URL, call, chunk, recorded

FRAMES = [
    b"data: a\n\n",
    b": a comment\r\n\r\n",
    b"event: x\rdata: b\r\r",
    b"data: c\ndata: d\n\r\n",
    b"\n\n",
    b"data: cut",
]
BODY = b"".join(FRAMES)


@pytest.mark.parametrize("size", [*range(1, 10), len(BODY)])
def test_frames_do_not_depend_on_how_the_body_is_cut(size: int) -> None:
    cutter = FrameCutter()
    reads = [Read(at, BODY[at : at + size]) for at in range(0, len(BODY), size)]
    frames = [frame for read in reads for frame in cutter.feed(read)]
    frames += cutter.close()
    assert [frame.data for frame in frames] == FRAMES
    assert cutter.close() == []


def test_a_frame_has_the_time_of_its_last_byte() -> None:
    cutter = FrameCutter()
    assert cutter.feed(Read(1.0, b"data: a\n")) == []
    (frame,) = cutter.feed(Read(2.0, b"\ndata: b"))
    assert (frame.seconds, frame.data) == (2.0, b"data: a\n\n")


def test_each_event_knows_the_frame_that_it_came_in() -> None:
    answer = Answer.of(
        recorded(
            (1, chunk(content="a") + chunk(content="b")),
            (2, call(0, "{}", name="f")),
            (3, chunk("tool_calls") + b"data: [DONE]\n\n: bye\n\n"),
        )
    )
    came = [(each.seconds, each.frame) for each in answer.moments if each.event.type != "chunk"]
    assert came == [(1, 0), (1, 1), (2, 2), (3, 3), (3, 3), (3, 3)]
    assert len(answer.frames) == 6
    assert answer.is_done


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_events_do_not_depend_on_how_the_body_is_cut(size: int) -> None:
    whole = msgspec.structs.replace(shipped("tools_parallel"), url=URL)
    body = whole.body
    reads = tuple(Read(0.0, body[at : at + size]) for at in range(0, len(body), size))
    cut = Answer.of(msgspec.structs.replace(whole, reads=reads))
    expected = Answer.of(whole)
    assert [m.event for m in cut.moments] == [m.event for m in expected.moments]
    assert [m.frame for m in cut.moments] == [m.frame for m in expected.moments]


def test_frames_after_the_error_of_an_answer_are_kept_without_events() -> None:
    answer = Answer.of(recorded((1, b"data: {broken\n\n"), (2, chunk(content="late"))))
    assert len(answer.frames) == 2
    assert answer.moments == []
    assert "broken" in str(answer.error)
    assert not answer.is_done


def test_a_body_that_is_no_stream_is_one_frame_with_the_events_of_the_answer() -> None:
    answer = Answer.of(msgspec.structs.replace(shipped("not_streamed"), url=URL))
    assert len(answer.frames) == 1
    assert "content.done" in [moment.event.type for moment in answer.moments]
