"""No byte after a response's head is returned together with the head."""

from __future__ import annotations

import pytest

from streamkit._http.heads import Heads

MOST = 1 << 16
OK = b"HTTP/1.1 200 OK\r\nx: y\r\n\r\n"


def reads(heads: Heads, pieces: list[bytes]) -> list[bytes]:
    """Return what a reader gets of ``pieces``, read by read."""
    left, returned = [*pieces], list[bytes]()
    while heads.held or left:
        returned.append(heads.feed(heads.take() if heads.held else left.pop(0), MOST))
    return returned


@pytest.mark.parametrize(
    "head",
    [OK, b"HTTP/1.1 200 OK\n\n", b"HTTP/1.0 200\r\nx: y\r\n\n"],
    ids=["as it should be", "bare line feeds", "a mixture"],
)
def test_wherever_the_bytes_are_cut_a_head_ends_a_read(head: bytes) -> None:
    wire = head + b"body\n\nmore"
    for cut in range(len(wire) + 1):
        heads = Heads()
        heads.begin()
        returned = reads(heads, [piece for piece in (wire[:cut], wire[cut:]) if piece])
        assert b"".join(returned) == wire
        assert head in {b"".join(returned[:count]) for count in (1, 2)}


def test_a_head_that_only_informs_is_followed_by_another() -> None:
    informing = [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Hints\r\nx: y\r\n\r\n"]
    heads = Heads()
    heads.begin()
    assert reads(heads, [b"".join([*informing, OK, b"body"])]) == [*informing, OK, b"body"]


def test_the_head_of_the_next_response_is_another() -> None:
    heads = Heads()
    for _ in range(2):
        heads.begin()
        assert reads(heads, [OK + b"body"]) == [OK, b"body"]


def test_the_answer_of_a_socks_proxy_is_passed_through() -> None:
    answer = b"\x05\x00\x00\x01\n\n\n\n\x1f\x90"
    heads = Heads()
    heads.begin()
    assert reads(heads, [answer]) == [answer]


def test_no_more_is_returned_than_was_asked_for() -> None:
    heads = Heads()
    heads.begin()
    assert heads.feed(OK + b"body", 10) == OK[:10]
    assert heads.held == OK[10:] + b"body"
