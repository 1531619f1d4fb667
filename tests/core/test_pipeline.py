"""A body gives the same events, and the right error, at any cut and with any end."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from streamkit import OpenAIError, StreamDecodeError, StreamTruncatedError
from streamkit._core.sse import SSEDecoder
from streamkit.events import Event
from streamkit.families.assistants.follower import RunFollower
from streamkit.recording import shipped, shipped_names
from tests.assistant_streams import body as run_body
from tests.chat_chunks import cut
from tests.pipelines import chat_pipeline, run_pipeline
from tests.read_by_template import observed
from tests.sse_bodies import DONE, USAGE, part

ANSWER = b"".join(
    [b": hello\n\n", part("H\u00e9"), part("\U0001f680"), part("!"), part(None, "stop")]
)
BODY = ANSWER + USAGE + DONE


def taken(*pieces: bytes, choices: int = 1) -> tuple[list[Event], OpenAIError | None]:
    pipeline = chat_pipeline(choices=choices)
    events: list[Event] = []
    try:
        for piece in pieces:
            events.extend(pipeline.read(piece))
        events.extend(pipeline.end())
    except OpenAIError as error:
        pipeline.fail(error)
        return events, error
    return events, None


def test_no_cut_is_taken_for_the_end_of_the_answer() -> None:
    whole, error = taken(BODY)
    assert error is None
    first = BODY.index(b"data") + len(part("H\u00e9"))
    for end in range(len(ANSWER)):
        events, error = taken(BODY[:end])
        assert isinstance(error, StreamDecodeError if end < first else StreamTruncatedError)
        # The events that had arrived are there, and no others.
        assert [event.to_dict() for event in events] == [
            event.to_dict() for event in whole[: len(events)]
        ]
        assert error.completion is not None
        assert bool(error.completion.choices) == bool(events)


def test_frames_that_came_together_count_as_received_when_their_turn_comes() -> None:
    pipeline = chat_pipeline()
    for text in "abc":
        list(pipeline.read(part(text)))
    before = pipeline.events_received
    run = iter(pipeline.read(b"".join(map(part, "defg"))))
    counts = [pipeline.events_received - before for event in run if event.type == "content.delta"]
    assert counts == [1, 2, 3, 4]


def test_frames_whose_turn_never_comes_are_not_received() -> None:
    pipeline = chat_pipeline()
    for text in "abc":
        list(pipeline.read(part(text)))
    before = pipeline.events_received
    for text in "defg", "hij":
        run = iter(pipeline.read(b"".join(map(part, text))))
        next(run)
    assert pipeline.events_received - before == 2
    error = StreamTruncatedError("cut")
    pipeline.fail(error)
    assert error.events_received == pipeline.events_received == before + 2


def test_after_the_finish_reason_a_cut_loses_no_answer() -> None:
    for end in range(len(ANSWER), len(BODY) + 1):
        events, error = taken(BODY[:end])
        assert error is None
        (done,) = [event.to_dict() for event in events if event.to_dict()["type"] == "content.done"]
        assert done["content"] == "H\u00e9\U0001f680!"


@given(name=st.sampled_from(shipped_names()), data=st.data())
def test_any_cuts_of_a_recording_give_the_same_events(name: str, data: st.DataObject) -> None:
    recording = shipped(name)
    body, n = recording.body, recording.request.get("n", 1)
    places = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=20)))
    pieces = [body[a:b] for a, b in zip([0, *places], [*places, len(body)], strict=True)]
    events, error = taken(body, choices=n)
    again, same = taken(*pieces, choices=n)
    assert again == events
    assert type(same) is type(error)


RUN = [
    *("r:created", "r:in_progress", "m:new", "s:new", "m:0+H\u00e9", "s:0+1", "m:0+\U0001f680"),
    *("s:1+2", "s:=12", "m:1@f", "m:=H\u00e9\U0001f680"),
]
RUN_BODY = run_body(*RUN, done=False)
RUN_END = run_body("r:completed")


def taken_run(*pieces: bytes) -> tuple[list[object], list[str], OpenAIError | None]:
    """Return the events of a run, the texts of its messages so far, and the error."""
    follower = RunFollower()
    pipeline = run_pipeline(follower)
    emitted: list[object] = []
    try:
        for piece in pieces:
            emitted.extend(
                each.to_dict() for _ in pipeline.read(piece) for each in follower.emitted
            )
        assert not list(pipeline.end())
    except OpenAIError as error:
        pipeline.fail(error)
        return emitted, [message.to_json() for message in error.messages], error
    return emitted, [message.to_json() for message in follower.events.messages()], None


def test_no_cut_is_taken_for_the_end_of_a_run(thorough: bool) -> None:
    whole, _, error = taken_run(RUN_BODY + RUN_END)
    assert error is None
    first = len(run_body(RUN[0], done=False))
    # Each cut reads all bytes before it. The cuts next to line ends differ most.
    some = {at + beside for at, byte in enumerate(RUN_BODY) if byte == 0x0A for beside in (0, 1)}
    some |= {*range(0, len(RUN_BODY), 11)}
    for end in range(len(RUN_BODY)) if thorough else sorted(some - {len(RUN_BODY)}):
        emitted, messages, error = taken_run(RUN_BODY[:end])
        assert isinstance(error, StreamDecodeError if end < first else StreamTruncatedError)
        assert emitted == whole[: len(emitted)]
        assert bool(messages) == any("message_id" in str(event) for event in emitted)
        assert (error.bytes_received, error.run is None) == (end, end < first)


@given(places=st.lists(st.integers(0, len(RUN_BODY + RUN_END)), max_size=20))
def test_any_cuts_of_a_run_give_the_same_events(places: list[int]) -> None:
    body = RUN_BODY + RUN_END
    assert taken_run(*cut(body, places)) == taken_run(body)


@given(shuffled=st.permutations(RUN), twice=st.sampled_from(RUN))
def test_the_events_of_a_run_may_come_in_any_order_and_twice(
    shuffled: list[str], twice: str
) -> None:
    body = run_body(*shuffled, twice, done=False) + RUN_END
    emitted, messages, error = taken_run(body)
    assert error is None
    assert len(messages) == 1
    assert emitted


@given(body=st.binary(max_size=200))
def test_after_any_bytes_there_is_an_answer_or_an_error_of_ours(body: bytes) -> None:
    for begin in (b"", part("Hi"), b"data: ", b"event: error\ndata: "):
        _, error = taken(begin + body)
        assert error is not None or b"[DONE]" in body
    for begin in (b"", RUN_BODY, b"event: thread.run.created\ndata: "):
        _, _, error = taken_run(begin + body)
        assert error is not None or b"[DONE]" in body or b"done" in body


class Piece(bytes):
    """Bytes of another library's class."""


def test_pieces_of_a_subclass_of_bytes_read_the_same() -> None:
    named, plain = b"event: a\ndata: 1\n\n", b"data: 2\n\n"
    reads = [named, named, b"id: 5\n\n", plain, b"retry: 3\n\n", plain, b": hi\n\n", named]
    ours, theirs = SSEDecoder(), SSEDecoder()
    events = [event for read in reads for event in ours.feed(read)]
    assert [event for read in reads for event in theirs.feed(Piece(read))] == events
    assert len(events) == 5


def _named(name: str, **data: object) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


def test_the_names_of_events_count_in_reads_of_one_frame_as_in_one_read_of_all() -> None:
    """The data have no types; a name stands in every frame, and once there is none."""
    pieces = [{"type": "text_delta", "text": text} for text in ("a", "b", "c")]
    frames = [
        _named("message_start", message={"id": "msg_1", "role": "assistant", "content": []}),
        _named("content_block_start", index=0, content_block={"type": "text", "text": ""}),
        *[_named("content_block_delta", index=0, delta=piece) for piece in pieces],
        b"data: {}\n\n",
        *[_named("content_block_delta", index=0, delta=piece) for piece in pieces],
        _named("message_stop"),
    ]
    by_frame = observed("messages", frames, uses_templates=False)
    assert by_frame == observed("messages", [b"".join(frames)], uses_templates=False)
    assert by_frame.events[-2][1][0]["message"]["content"] == [{"type": "text", "text": "abcabc"}]
