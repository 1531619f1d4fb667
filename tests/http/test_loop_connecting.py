"""A host with several addresses is reached by one that answers; no socket is left over."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from streamkit._http import loop_connecting
from streamkit._http.loop_connecting import Address, connected

if TYPE_CHECKING:
    from collections.abc import Generator


@pytest.fixture
def listener() -> Generator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@pytest.fixture
def nobody() -> int:
    """Return a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        port: int = closed_soon.getsockname()[1]
        return port


def has(ports: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    async def known(_host: str, _port: int) -> list[Address]:
        return [Address(socket.AF_INET, ("127.0.0.1", port)) for port in ports]

    monkeypatch.setattr(loop_connecting, "addresses", known)


async def test_what_is_written_to_the_socket_leaves_at_once(listener: socket.socket) -> None:
    host, port = listener.getsockname()
    with await connected(host, port, None, ()) as sock:
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def test_an_address_that_refuses_is_followed_by_the_next(
    listener: socket.socket, nobody: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = listener.getsockname()[1]
    has([nobody, nobody, port], monkeypatch)
    with await connected("host", 0, None, ()) as sock:
        assert sock.getpeername()[1] == port


async def test_the_first_address_that_answers_is_taken_and_the_others_are_closed(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = listener.getsockname()[1]
    monkeypatch.setattr(loop_connecting, "NEXT_ADDRESS", 0.0)
    has([port] * 5, monkeypatch)
    with await connected("host", 0, None, ()) as sock:
        assert sock.getpeername()[1] == port


async def test_if_no_address_answers_the_error_is_that_of_the_first(
    nobody: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    has([nobody, nobody], monkeypatch)
    with pytest.raises(ConnectionRefusedError):
        await connected("host", 0, None, ())


async def test_cancelled_in_any_turn_of_the_loop_it_leaves_no_socket(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop_connecting, "NEXT_ADDRESS", 0.0)
    has([listener.getsockname()[1]] * 3, monkeypatch)
    for turns in range(12):
        task = asyncio.create_task(connected("host", 0, None, ()))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            (await task).close()


async def test_the_addresses_of_both_families_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    four, six = socket.AF_INET, socket.AF_INET6
    found = [(six, 1), (six, 2), (four, 3), (four, 4)]

    async def look_up(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(family, None, None, "", address) for family, address in found]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", look_up)
    in_turn = await loop_connecting.addresses("a-name.invalid", 1)
    assert [each.address for each in in_turn] == [1, 3, 2, 4]
