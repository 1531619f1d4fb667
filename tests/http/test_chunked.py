"""A body in chunks is the same however the network cuts it, and nothing else passes for one."""

from __future__ import annotations

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit._http.chunked import LIMIT, Chunked, ChunkedError

LAST = b"0\r\n\r\n"
BODIES = {
    "no chunk": LAST,
    "a chunk": b"5\r\nhello\r\n" + LAST,
    "several": b"3\r\nhel\r\n2\r\nlo\r\n" + LAST,
    "sizes in capitals, with zeros": b"00A\r\nhellohello\r\n" + LAST,
    "extensions": b'5;a=b;c="d"\r\nhello\r\n0;last\r\n\r\n',
    "line breaks inside": b"6\r\n\r\n\r\n\r\n\r\n" + LAST,
    "a trailer": b"5\r\nhello\r\n0\r\nx: y\r\nz: 1\r\n\r\n",
}


def read(pieces: list[bytes]) -> tuple[bytes, Chunked]:
    chunked = Chunked()
    content = [part for piece in pieces for part in chunked.feed(piece)]
    chunked.check()
    return b"".join(content), chunked


def read_by_h11(body: bytes) -> bytes:
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="GET", target="/", headers=[("host", "x")]))
    connection.send(h11.EndOfMessage())
    connection.receive_data(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + body)
    content: list[bytes] = []
    while not isinstance(event := connection.next_event(), h11.EndOfMessage):
        if isinstance(event, h11.Data):
            content.append(bytes(event.data))
        assert event is not h11.NEED_DATA
    return b"".join(content)


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_every_cut_gives_the_same_body_as_h11(body: bytes) -> None:
    expected = read_by_h11(body)
    for first in range(len(body) + 1):
        for second in range(first, len(body) + 1):
            content, chunked = read([body[:first], body[first:second], body[second:]])
            assert (content, chunked.is_complete, chunked.rest) == (expected, True, b"")
    content, chunked = read([bytes([byte]) for byte in body])
    assert (content, chunked.is_complete) == (expected, True)


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=6), st.data())
def test_any_chunks_come_back_whatever_the_cuts(chunks: list[bytes], data: st.DataObject) -> None:
    body = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + LAST
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=5)))
    pieces = [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]
    content, chunked = read(pieces)
    assert (content, chunked.is_complete) == (b"".join(chunks), True)


def test_each_chunk_is_a_piece_of_its_own() -> None:
    assert Chunked().feed(b"3\r\nhel\r\n2\r\nlo\r\n3\r\n!") == [b"hel", b"lo", b"!"]


def test_what_follows_the_body_is_no_part_of_it() -> None:
    content, chunked = read([b"5\r\nhello\r\n" + LAST + b"HTTP/1.1 ", b"200"])
    assert (content, chunked.rest) == (b"hello", b"HTTP/1.1 200")


GARBAGE = {
    "no size": b"hello\r\n",
    "a sign": b"+5\r\nhello\r\n",
    "an underscore": b"1_0\r\nhello\r\n",
    "a prefix": b"0x5\r\nhello\r\n",
    "a blank line": b"\r\n5\r\nhello\r\n",
    "a bare line feed": b"5\nhello\n",
    "a bare carriage return": b"5;a\rb\r\nhello\r\n",
    "more than the size says": b"4\r\nhello\r\n",
    "less than the size says": b"6\r\nhello\r\n0\r\n\r\n",
    "an endless size": b"0" * (LIMIT + 1),
    "an endless extension": b"5;" + b" " * LIMIT,
    "an endless trailer": b"0\r\n" + b"x" * (LIMIT + 1),
}


@pytest.mark.parametrize("body", GARBAGE.values(), ids=GARBAGE)
@pytest.mark.parametrize("at_once", [True, False], ids=["in one read", "byte by byte"])
def test_what_is_no_chunk_is_an_error(body: bytes, at_once: bool) -> None:
    with pytest.raises(ChunkedError):
        read([b"2\r\nok\r\n", *([body] if at_once else [bytes([byte]) for byte in body])])


def test_content_before_an_error_is_returned_before_it_is_raised() -> None:
    chunked = Chunked()
    assert chunked.feed(b"2\r\nok\r\nno chunk\r\n") == [b"ok"]
    with pytest.raises(ChunkedError, match="no chunk"):
        chunked.check()


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_that_stops_anywhere_is_not_whole(body: bytes) -> None:
    for end in range(len(body)):
        _, chunked = read([body[:end]])
        with pytest.raises(ChunkedError, match="hung up"):
            chunked.close()
    read([body])[1].close()
