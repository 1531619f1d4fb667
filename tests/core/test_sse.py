from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from httpx_sse import EventSource
from hypothesis import given
from hypothesis import strategies as st

from streamkit._core.sse import ServerSentEvent, SSEDecoder
from streamkit.errors import LimitExceededError, StreamDecodeError
from streamkit.limits import Limits
from tests.chat_chunks import cut, run

if TYPE_CHECKING:
    from collections.abc import Iterator


ANY_BYTES = st.binary(max_size=20).map(lambda line: line.translate(None, b"\r\n"))


def decode(*pieces: bytes) -> list[ServerSentEvent]:
    """Return the events of a body that came in these pieces."""
    return run(SSEDecoder(), pieces)


def data(*pieces: bytes) -> list[bytes]:
    return [event.data for event in decode(*pieces)]


@given(st.lists(ANY_BYTES, min_size=2), st.lists(st.integers(0, 100), max_size=9))
def test_the_bytes_of_a_frame_of_several_lines_come_out_as_they_went_in(
    lines: list[bytes], places: list[int]
) -> None:
    frame = b"".join(b"data: %b\n" % line for line in lines)
    body = b"data: before\n\n" + frame + b"\n" + frame + b"\n"
    assert data(*cut(body, places)) == [b"before", *[b"\n".join(lines)] * 2]


# The examples of the standard, section 9.2.6, in its order.


def test_lines_of_data_are_joined() -> None:
    assert data(b"data: YHOO\ndata: +2\ndata: 10\n\n") == [b"YHOO\n+2\n10"]


def test_comments_ids_and_one_leading_space() -> None:
    body = (
        b": test stream\n\n"
        b"data: first event\nid: 1\n\n"
        b"data:second event\nid\n\n"
        b"data:  third event\n\n"
    )
    assert decode(body) == [
        ServerSentEvent(b"first event", id="1"),
        ServerSentEvent(b"second event", id=""),
        ServerSentEvent(b" third event", id=""),
    ]


def test_data_may_be_empty_and_an_unfinished_frame_is_dropped() -> None:
    assert data(b"data\n\ndata\ndata\n\ndata:") == [b"", b"\n"]


def test_the_space_after_the_colon_does_not_matter() -> None:
    assert data(b"data:test\n\ndata: test\n\n") == [b"test", b"test"]


# Other rules of the standard.


def test_an_event_has_its_name() -> None:
    assert decode(b"event: error\ndata: no\n\ndata: ok\n\n") == [
        ServerSentEvent(b"no", "error"),
        ServerSentEvent(b"ok", "message"),
    ]


def test_the_last_id_is_that_of_the_following_events() -> None:
    body = (
        b"id: 1\ndata: a\n\ndata: b\n\nid: 2\n\ndata: c\n\nid: x\x00y\ndata: d\n\nid\ndata: e\n\n"
    )
    assert [event.id for event in decode(body)] == ["1", "1", "2", "2", ""]


def test_a_retry_is_kept() -> None:
    assert decode(b"retry: 100\ndata: a\n\ndata: b\n\n") == [
        ServerSentEvent(b"a", retry=100),
        ServerSentEvent(b"b"),
    ]


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(b":", id="keep-alive"),
        pytest.param(b": comment", id="comment"),
        pytest.param(b"retry: 100", id="retry"),
        pytest.param(b"id: 7", id="id"),
        pytest.param(b"event: ping", id="event"),
        pytest.param(b"id: 7\n: comment\nevent: ping\nretry: 1", id="all of them"),
        pytest.param(b"date: now", id="unknown field"),
        pytest.param(b"datas: no", id="a longer field"),
        pytest.param(b" data: no", id="a field with a space before it"),
        pytest.param(b"DATA: no", id="a field in capitals"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"\n\n", id="empty lines"),
    ],
)
def test_a_frame_without_data_is_no_event(frame: bytes) -> None:
    assert data(frame + b"\n\ndata: a\n\n") == [b"a"]


def test_other_fields_beside_the_data_are_passed_over() -> None:
    assert decode(b": comment\ndate: now\ndata: a\nwhatever\n\n") == [ServerSentEvent(b"a")]


@pytest.mark.parametrize(
    "frame",
    [
        b"event: a\ndata: 2\n\n",
        b"event: a\ndata: \n\n",
        b"event: a\ndata: 2\ndata: 3\n\n",
        b"event: a\ndata: 2\r\ndata: 3\n\n",
        b"event: a\ndata: 2\n\ndata: 3\n\n",
        b"event: a\ndata: 2\n",
        b"event: ab\ndata: 2\n\n",
    ],
    ids=repr,
)
def test_a_frame_that_begins_like_the_last_reads_the_same_whole_and_in_bytes(frame: bytes) -> None:
    whole, in_bytes = SSEDecoder(), SSEDecoder()
    reads = [b"event: a\ndata: 1\n\n", b"event: a\ndata: 1\n\n", frame, b"data: 4\n\n"]
    events = [event for read in reads for event in whole.feed(read)]
    body = b"".join(reads)
    assert events == [
        event for at in range(len(body)) for event in in_bytes.feed(body[at : at + 1])
    ]


def test_a_name_belongs_to_its_frame_only() -> None:
    assert decode(b"event: ping\n\ndata: a\n\n") == [ServerSentEvent(b"a")]


@pytest.mark.parametrize(
    "character",
    ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x00", "\ufeff"],
    ids=ascii,
)
def test_no_other_character_ends_a_line(character: str) -> None:
    text = f"a{character}b"
    assert data(f"data: {text}\n\n".encode()) == [text.encode()]
    assert data(f"event: e\ndata: {text}\n\n".encode()) == [text.encode()]


@pytest.mark.parametrize("event", [b"", b"event: e\n"])
def test_bytes_that_are_no_utf_8_come_out_as_they_went_in(event: bytes) -> None:
    assert data(event + b"data: \xff\xc3\n\n") == [b"\xff\xc3"]


def test_a_name_that_is_no_utf_8_can_be_printed() -> None:
    (event,) = decode(b"event: \xffe\ndata: a\n\n")
    assert event.event == "\ufffde"


@pytest.mark.parametrize(
    "retry", [b"+5", b"-5", b" 5", b"5 ", b"1_0", b"5ms", b"", "\u0665".encode()]
)
def test_a_retry_has_digits_and_nothing_else(retry: bytes) -> None:
    assert decode(b"retry: %b\ndata: a\n\n" % retry) == [ServerSentEvent(b"a")]


def test_an_event_does_not_wait_for_the_line_feed_after_a_carriage_return() -> None:
    decoder = SSEDecoder()
    assert decoder.feed(b"data: a\r\n") == []
    assert [event.data for event in decoder.feed(b"\r")] == [b"a"]
    assert decoder.feed(b"\n") == []
    assert [event.data for event in decoder.feed(b"data: b\r\r")] == [b"b"]


def test_a_carriage_return_takes_one_line_feed_with_it_and_no_more() -> None:
    decoder = SSEDecoder()
    assert [decoder.feed(piece) for piece in (b"data: a\r", b"", b"\n")] == [[], [], []]
    assert [event.data for event in decoder.feed(b"\n")] == [b"a"]


# Cuts.

WIRE = (
    b"\xef\xbb\xbfdata: a\r\n\r\n"
    b": comment\r\n\r\n"
    b"data: b\n\n"
    b"data: c\r\r"
    b"data: d\ndata: e\r\ndata: f\r\n\n"
    b"\r\n\n\r"
    b"event: error\rid: 7\nretry: 10\r\ndata: \xc3\xa9\xf0\x9f\x9a\x80\xe2\x80\xa8\n\r"
    b"data\r\n\r\n"
    b"data: [DONE]\n\n"
)
EVENTS = [
    ServerSentEvent(b"a"),
    ServerSentEvent(b"b"),
    ServerSentEvent(b"c"),
    ServerSentEvent(b"d\ne\nf"),
    ServerSentEvent(
        "\N{LATIN SMALL LETTER E WITH ACUTE}\N{ROCKET}\u2028".encode(), "error", "7", 10
    ),
    ServerSentEvent(b"", id="7"),
    ServerSentEvent(b"[DONE]", id="7"),
]


@pytest.mark.parametrize("at", range(len(WIRE) + 1))
def test_a_cut_anywhere_gives_the_same_events(at: int) -> None:
    assert decode(WIRE[:at], WIRE[at:]) == EVENTS


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, len(WIRE)])
def test_pieces_of_any_size_give_the_same_events(size: int) -> None:
    assert decode(*(WIRE[at : at + size] for at in range(0, len(WIRE), size))) == EVENTS


def test_empty_pieces_are_nothing() -> None:
    assert decode(b"", WIRE[:30], b"", b"", WIRE[30:], b"") == EVENTS


LINES = st.sampled_from(
    [b"data: a", b"data:b", b"data", b"event: e", b"id: 1", b"retry: 5", b":", b"x", b"", b"", b""]
)
ENDS = st.sampled_from([b"\n", b"\r", b"\r\n"])
BODIES = st.lists(st.tuples(LINES, ENDS).map(b"".join), max_size=20).map(
    lambda lines: b"data: begin\n\n" + b"".join(lines)
)


@given(body=BODIES, places=st.lists(st.integers(0, 100), max_size=10))
def test_any_cuts_of_any_lines_give_the_same_events(body: bytes, places: list[int]) -> None:
    pieces = cut(body, places)
    assert decode(*pieces) == decode(body)


def test_only_the_first_byte_order_mark_is_one() -> None:
    mark = b"\xef\xbb\xbf"
    assert data(mark + b"data: a\n\n" + mark + b"data: b\n\ndata: c\n\n") == [b"a", b"c"]
    assert data(mark, mark + b"data: a\n\ndata: b\n\n") == [b"b"]


def test_what_only_begins_like_a_byte_order_mark_is_text() -> None:
    assert data(b"\xef", b"\xbb", b"data: a\n\ndata: b\n\n") == [b"b"]


# The end.


@pytest.mark.parametrize("end", [b"", b"data: c", b"data: c\n", b"data: c\r", b": bye"])
def test_a_frame_that_the_end_cuts_off_is_dropped(end: bytes) -> None:
    assert data(b"data: a\n\n" + end) == [b"a"]


@pytest.mark.parametrize("pieces", [[], [b""], [b"", b""]])
def test_an_empty_body_is_an_error(pieces: list[bytes]) -> None:
    with pytest.raises(StreamDecodeError, match="empty"):
        decode(*pieces)


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Bad gateway</html>",
        b'{"error": {"message": "no"}}\n',
        b"data: cut off",
        b": only comments\n\n",
        b"\xef\xbb\xbfno stream\n\n",
    ],
)
@pytest.mark.parametrize("size", [1, 100])
def test_a_body_without_any_event_is_an_error_that_quotes_it(body: bytes, size: int) -> None:
    with pytest.raises(StreamDecodeError, match="no event stream") as raised:
        decode(*(body[at : at + size] for at in range(0, len(body), size)))
    assert raised.value.received == body.decode()


def test_a_long_body_is_quoted_from_its_beginning_only() -> None:
    with pytest.raises(StreamDecodeError) as raised:
        decode(*[b"x" * 99] * 99)
    assert raised.value.received == "x" * 500 + "…"


@pytest.mark.parametrize("size", [1, 499, 500, 501, 5000])
@pytest.mark.parametrize("body", [b"x" * 501, "\u20ac".encode() * 501, b"\xff" * 501])
def test_it_is_quoted_alike_in_any_pieces(body: bytes, size: int) -> None:
    with pytest.raises(StreamDecodeError) as raised:
        decode(*(body[at : at + size] for at in range(0, len(body), size)))
    assert raised.value.received == body.decode("utf-8", "replace")[:500] + "…"


# The limit.


def limited(limit: int, *pieces: bytes) -> Iterator[ServerSentEvent]:
    """Yield events as they come; the error is raised after them."""
    decoder = SSEDecoder(limits=Limits(event_bytes=limit))
    for piece in pieces:
        yield from decoder.feed(piece)
    yield from decoder.close()


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize(
    "event",
    [
        b"data: 123456789\n\n",
        b"data: 123456\ndata: 7\n\n",
        b"event: e\r\nid: 12\r\ndata: 1\r\n\r\n",
    ],
)
def test_an_event_over_the_limit_is_an_error_and_those_before_it_are_not_lost(
    event: bytes, size: int
) -> None:
    body = b"data: a\n\ndata: b\n\n" + event + b"data: c\n\n"
    events: list[ServerSentEvent] = []
    with pytest.raises(LimitExceededError, match="event_bytes = 12") as raised:
        events.extend(limited(12, *(body[at : at + size] for at in range(0, len(body), size))))
    assert [event.data for event in events] == [b"a", b"b"]
    assert raised.value.received.encode() in event.replace(b"\r\n", b"\n")


def test_after_the_error_it_takes_nothing_more() -> None:
    decoder = SSEDecoder(limits=Limits(event_bytes=12))
    for _ in range(2):
        with pytest.raises(StreamDecodeError):
            decoder.feed(b"data: 123456789")
    with pytest.raises(StreamDecodeError, match="too large"):
        list(decoder.close())


def test_an_event_at_the_limit_is_none_too_large() -> None:
    assert len(list(limited(12, b"data: 123456", b"\n\n", b"data: 654321\n", b"\n"))) == 2


def test_the_limit_is_per_event_and_not_for_the_stream() -> None:
    assert len(list(limited(12, *[b"data: 12\n\n:\n\n\n"] * 100))) == 100


# Differences from the standard.


class Pieces(httpx.SyncByteStream):
    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._pieces)


def by_httpx_sse(*pieces: bytes) -> list[ServerSentEvent]:
    headers = {"content-type": "text/event-stream; charset=utf-8"}
    response = httpx.Response(200, headers=headers, stream=Pieces(list(pieces)))
    return [
        ServerSentEvent(event.data.encode(), event.event, event.id, event.retry)
        for event in EventSource(response).iter_sse()
    ]


# Unlike the standard, httpx-sse emits frames without data, does not know the byte order mark, and
# emits the unfinished frame at the end if its last line is finished. So the bodies here have data
# in each frame, no mark, and a finished end.
VALID = WIRE.removeprefix(b"\xef\xbb\xbf")


@pytest.mark.parametrize("at", range(len(VALID) + 1))
def test_httpx_sse_sees_the_same_events(at: int) -> None:
    assert decode(VALID[:at], VALID[at:]) == by_httpx_sse(VALID[:at], VALID[at:])


FRAMES = st.lists(
    st.tuples(
        st.lists(st.sampled_from([b"event: e", b"id: 1", b"id", b"retry: 5", b": c", b"x: y"])),
        st.lists(st.sampled_from([b"data: a", b"data:b", b"data", b"data:  c"]), min_size=1),
    ).map(lambda lines: [*lines[0], *lines[1]]),
    min_size=1,
    max_size=5,
)


@given(frames=FRAMES, end=ENDS, places=st.lists(st.integers(0, 100), max_size=5))
def test_httpx_sse_sees_the_same_events_in_any_frames_with_data(
    frames: list[list[bytes]], end: bytes, places: list[int]
) -> None:
    body = b"".join(end.join([*lines, b"", b""]) for lines in frames)
    pieces = cut(body, places)
    assert decode(*pieces) == by_httpx_sse(*pieces)
