"""A stream says how it is, whatever came of it, and decodes what came once."""

from __future__ import annotations

import pytest

from streamkit._cassette.recording import Failure, Read
from streamkit.inspector.gaps import Gap, gaps_of
from streamkit.inspector.library import Library
from streamkit.inspector.stream import Ending, Head, ResponseHead, Stream
from streamkit.inspector.summary import summary
from streamkit.recording import Cassette
from tests.inspector.recordings import ALL, KEYS, TOOLS, asked, cassette
from tests.trace.test_trace import URL, chunk, recorded

STATUSES = {
    "tools": ("done", None),
    "cut": ("cut", "the stream was cut after 142 events"),
    "three": ("done", None),
    "refused": ("error", "the server answered with status 429"),
    "unreached": ("error", "ConnectError: no"),
    "failed": ("error", "Out of memory"),
    "models": ("done", None),
    "empty": ("error", "the body of the stream is empty"),
    "broken": ("error", "oops"),
    "huge": ("done", None),
    "inert": ("done", None),
    "asks": ("done", None),
    "answered": ("done", None),
}


@pytest.fixture(scope="module")
def library() -> Library:
    made = Library()
    made.add(cassette(), "all.jsonl")
    return made


@pytest.mark.parametrize("name", [*ALL])
def test_a_stream_says_how_it_ended(name: str, library: Library) -> None:
    said = library.summary(KEYS[name])
    assert said is not None
    status, error = STATUSES[name]
    assert said["status"] == status
    assert (said["error"] is None) is (error is None)
    assert (error or "") in (said["error"] or "")


@pytest.mark.parametrize(
    ("ending", "status"),
    [
        (None, "live"),
        (Ending(3.0, "complete"), "cut"),
        (Ending(3.0, "error", Failure("ReadError", "gone")), "cut"),
        (Ending(3.0, "left"), "cut"),
        (Ending(3.0, "unknown"), "cut"),
    ],
    ids=["goes on", "no end of the answer", "broken off", "left", "recorder stopped"],
)
def test_a_stream_without_its_end_is_live_until_it_is_cut(
    ending: Ending | None, status: str
) -> None:
    stream = Stream("1", Head("api", "POST", URL, body=asked("Hi")))
    stream.take(ResponseHead(0.5, 200))
    stream.take(Read(1.0, chunk(content="The ")))
    stream.catch_up()
    stream.take(Read(2.0, chunk(content="sky")))
    if ending is not None:
        stream.take(ending)
    stream.catch_up()
    assert stream.status == status
    assert [row.text for row in stream.answer.rows] == ["The sky"]
    assert stream.ended == (2.0 if ending is None else 3.0)


def test_a_client_that_leaves_after_the_end_of_an_answer_cuts_nothing() -> None:
    whole = recorded((1, chunk("stop", content="a") + b"data: [DONE]\n\n"), end="left", ended=1.0)
    stream = Stream.of("1", "x", whole)
    stream.catch_up()
    assert stream.status == "done"


def test_a_summary_has_the_figures_of_a_stream() -> None:
    stream = Stream.of("1", "a.jsonl", TOOLS)
    stream.catch_up()
    said = summary(stream)
    assert {name: said[name] for name in ("reads", "chunks", "gaps", "input", "output")} == {
        "reads": 23,
        "chunks": 24,
        "gaps": 5,
        "input": 567,
        "output": 66,
    }
    assert said["finish"] == {0: "tool_calls"}
    assert said["first"] == 1.0078


@pytest.mark.parametrize(
    ("seconds", "gaps"),
    [
        ([], []),
        ([1], []),
        ([0, 0.1, 0.2, 0.3], []),
        ([0, 0.1, 0.2, 1.2, 1.3], [Gap(0.2, 1.2)]),
        ([0, 1, 2, 3, 4], []),
        ([0, 0.01, 0.02, 0.2], []),
    ],
    ids=["none", "one", "steady", "a pause", "slow throughout", "too short"],
)
def test_a_gap_is_a_pause_that_is_long_for_its_stream(
    seconds: list[float], gaps: list[Gap]
) -> None:
    assert gaps_of(seconds) == gaps


def test_a_stream_keeps_no_more_of_a_body_than_a_client_accepts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("streamkit.inspector.stream.BYTES", 1000)
    stream = Stream("1", Head("api", "POST", URL))
    for at in range(20):
        stream.take(Read(at, bytes(100)))
    stream.take(Ending(20.0, "complete"))
    stream.catch_up()
    assert stream.size == 1100
    assert stream.ended == 20.0


def test_the_oldest_live_streams_are_dropped_and_counted() -> None:
    library = Library(live_streams=3, live_bytes=1000)
    streams = [Stream(f"live-{number}", Head("api", "POST", URL)) for number in range(5)]
    for stream in streams:
        library.begin(stream)
    assert library.keys == ["live-2", "live-3", "live-4"]
    streams[-1].take(Read(1.0, bytes(900)))
    library.begin(large := Stream("live-5", Head("api", "POST", URL)))
    large.take(Read(1.0, bytes(900)))
    library.begin(Stream("live-6", Head("api", "POST", URL)))
    assert library.keys == ["live-5", "live-6"]
    assert library.dropped == 5
    assert library.stream("live-0") is None


def test_a_library_decodes_a_recording_again_that_it_has_let_go() -> None:
    library = Library()
    library.add(Cassette((ALL["asks"],) * 40), "many.jsonl")
    first = library.stream("1")
    assert library.stream("1") is first
    for key in library.keys:
        library.stream(key)
    assert library.stream("1") is not first
    assert library.summary("1") == library.summary("1")
