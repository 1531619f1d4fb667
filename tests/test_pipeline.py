"""From bytes to events and errors, wherever the bytes are cut off or cut up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streamkit import OpenAIError, StreamDecodeError, StreamTruncatedError
from streamkit.events import Event
from streamkit.operators.chat_events import ChatEvents
from streamkit.pipeline import Pipeline
from streamkit.reader import Reader
from streamkit.recording import shipped, shipped_names
from tests.sse_bodies import DONE, USAGE, part

ANSWER = b"".join(
    [b": hello\n\n", part("H\u00e9"), part("\U0001f680"), part("!"), part(None, "stop")]
)
BODY = ANSWER + USAGE + DONE


def taken(*pieces: bytes, choices: int = 1) -> tuple[list[Event], OpenAIError | None]:
    pipeline = Pipeline(ChatEvents(Reader()), choices=choices)
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
        # What had arrived is there, and nothing is made up.
        assert [event.to_dict() for event in events] == [
            event.to_dict() for event in whole[: len(events)]
        ]
        assert error.completion is not None
        assert bool(error.completion.choices) == bool(events)


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
