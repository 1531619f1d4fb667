"""The head of a request is sent with the beginning of its body, and never kept for good."""

from __future__ import annotations

from streamkit._http.outgoing import Outgoing

HEAD = b"POST / HTTP/1.1\r\ncontent-length: 8\r\n\r\n"


def test_a_head_waits_for_the_beginning_of_the_body() -> None:
    outgoing = Outgoing()
    assert outgoing.feed(HEAD, begins=True) == ()
    assert outgoing.feed(b"body", begins=False) == (HEAD + b"body",)
    assert outgoing.feed(b"more", begins=False) == (b"more",)


def test_a_head_without_a_body_is_sent_at_the_end_of_the_request() -> None:
    outgoing = Outgoing()
    assert outgoing.feed(HEAD, begins=True) == ()
    assert outgoing.feed(b"", begins=False) == (HEAD,)
    assert outgoing.feed(b"", begins=False) == ()


def test_a_reader_has_the_head_sent_that_is_held_back() -> None:
    outgoing = Outgoing()
    outgoing.feed(HEAD, begins=True)
    assert outgoing.rest() == HEAD
    assert outgoing.rest() == b""


def test_a_piece_of_a_body_that_ends_like_a_head_is_sent_at_once() -> None:
    outgoing = Outgoing()
    outgoing.feed(HEAD, begins=True)
    assert outgoing.feed(b"a\r\n\r\n", begins=False) == (HEAD + b"a\r\n\r\n",)
    assert outgoing.feed(b"b\r\n\r\n", begins=False) == (b"b\r\n\r\n",)


def test_bytes_of_another_protocol_are_sent_at_once() -> None:
    assert Outgoing().feed(b"\x05\x01\x00", begins=True) == (b"\x05\x01\x00",)


def test_a_large_body_is_not_copied() -> None:
    outgoing, large = Outgoing(), bytes(1 << 20)
    outgoing.feed(HEAD, begins=True)
    head, body = outgoing.feed(large, begins=False)
    assert head == HEAD
    assert body is large
