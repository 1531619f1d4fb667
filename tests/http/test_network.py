"""A socket of our own client keeps its number as long as a thread may wait for it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import httpcore
import pytest

from streamkit._http.network import Stream


class ClosedUnderItsUser(socket.socket):
    """A socket on which another thread calls a method while this one is about to wait."""

    meanwhile: Callable[[], object]
    number = -1

    def recv(self, *arguments: Any) -> bytes:
        self._let_the_other_act()
        return super().recv(*arguments)

    def send(self, *arguments: Any) -> int:
        self._let_the_other_act()
        return super().send(*arguments)

    def _let_the_other_act(self) -> None:
        other = threading.Thread(target=self.meanwhile)
        other.start()
        other.join()
        self.number = self.fileno()


@pytest.fixture
def ours() -> Iterator[ClosedUnderItsUser]:
    """Yield one end of a connection, whose other end says nothing."""
    one, other = socket.socketpair()
    with ClosedUnderItsUser(fileno=one.detach()) as ours, other:
        yield ours


USES: dict[str, Callable[[Stream], object]] = {
    "read": lambda stream: stream.read(10),
    "write": lambda stream: stream.write(b"text"),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_socket_is_closed_by_the_thread_that_uses_it(
    ours: ClosedUnderItsUser, use: Callable[[Stream], object]
) -> None:
    stream = Stream(ours)
    ours.meanwhile = stream.close
    with suppress(httpcore.WriteError):  # a read that is woken returns nothing
        assert not use(stream)
    assert ours.number >= 0  # so no other socket could have had it
    assert ours.fileno() == -1


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_closed_stream_is_not_waited_for(
    ours: ClosedUnderItsUser, use: Callable[[Stream], object]
) -> None:
    stream = Stream(ours)
    stream.close()
    assert ours.fileno() == -1
    with pytest.raises((httpcore.ReadError, httpcore.WriteError), match="was closed"):
        use(stream)
