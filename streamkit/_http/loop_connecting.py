"""The connecting of a socket on an event loop, to whichever address of a host answers first.

It differs from the connecting of a thread (``network.py``), which tries one address after another.
"""

# Strategy: the loop has such a function, but loses a socket if it is cancelled at the wrong moment.
# Here each attempt is a task that owns its socket until it has succeeded, and an attempt that
# is not needed closes it, however late it succeeds.

from __future__ import annotations

import asyncio
import socket
from functools import lru_cache
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["NEXT_ADDRESS", "Address", "addresses", "connected"]

NEXT_ADDRESS = 0.25
"""The seconds after which another address is tried as well (RFC 8305, section 5)."""


class Address(NamedTuple):
    """An address of a host, and the family of sockets for it."""

    family: int
    address: Any


async def connected(
    host: str, port: int, local_address: str | None, options: Iterable[Any]
) -> socket.socket:
    """Return a socket that is connected to ``host``; raise ``OSError`` if no address answers."""
    first, *others = await addresses(host, port)
    if not others:
        return await _attempt(first, local_address, options)
    return await _race([first, *others], local_address, options)


async def addresses(host: str, port: int) -> list[Address]:
    """Return the addresses of ``host``, those of each family in turn; there is one at least."""
    found = _numeric(host, port)
    if found is None:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    families: dict[int, list[Address]] = {}
    for family, _, _, _, address in found:
        families.setdefault(family, []).append(Address(family, address))
    in_turn = [each for each in chain(*zip_longest(*families.values())) if each is not None]
    if not in_turn:
        raise OSError("the name has no address")
    return in_turn


@lru_cache(maxsize=64)
def _numeric(host: str, port: int) -> list[Any] | None:
    """Return the address that ``host`` is, or None if it is a name."""
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        return None


async def _attempt(to: Address, local_address: str | None, options: Iterable[Any]) -> socket.socket:
    sock = socket.socket(to.family, socket.SOCK_STREAM)
    try:
        sock.settimeout(0)
        # Or the head of a request and its body, which are two writes, would wait for each other.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for option in options:
            sock.setsockopt(*option)
        if local_address is not None:
            sock.bind((local_address, 0))
        await asyncio.get_running_loop().sock_connect(sock, to.address)
    except BaseException:
        sock.close()
        raise
    return sock


async def _race(
    those: Sequence[Address], local_address: str | None, options: Iterable[Any]
) -> socket.socket:
    attempts: list[asyncio.Task[socket.socket]] = []
    left = iter(those)
    chosen: asyncio.Task[socket.socket] | None = None
    try:
        while chosen is None:
            to = next(left, None)
            if to is not None:
                attempts.append(asyncio.create_task(_attempt(to, local_address, options)))
            running = [one for one in attempts if not one.done()]
            if not running:
                raise attempts[0].exception() or OSError("no address answered")
            done, _ = await asyncio.wait(
                running,
                timeout=None if to is None else NEXT_ADDRESS,
                return_when=asyncio.FIRST_COMPLETED,
            )
            chosen = next((one for one in done if one.exception() is None), None)
        return chosen.result()
    finally:
        # Without a wait, in which a cancellation would lose the chosen socket.
        for one in attempts:
            if one is not chosen:
                one.cancel()
                one.add_done_callback(_closed)


def _closed(attempt: asyncio.Task[socket.socket]) -> None:
    """Close the socket of an attempt that was not needed."""
    if not attempt.cancelled() and attempt.exception() is None:
        attempt.result().close()
