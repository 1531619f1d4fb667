"""Operations on a socket that another thread or task waits for."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import socket

__all__ = ["is_ready", "shut_down"]


def shut_down(sock: Any) -> None:
    """Wake the thread or the task that waits for ``sock``; from any thread."""
    import socket

    if sock is None:  # that of a connection that an event loop has closed
        return
    with suppress(OSError):
        if isinstance(sock, socket.socket):
            # Not the method of an SSLSocket, which would remove the encryption under the reader.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)
        else:  # an event loop's, which does not expose the socket itself
            with socket.fromfd(sock.fileno(), socket.AF_INET, socket.SOCK_STREAM) as own:
                own.shutdown(socket.SHUT_RDWR)


def is_ready(sock: socket.socket, timeout: float | None, *, to_write: bool = False) -> bool:
    """Wait at most ``timeout`` seconds; return whether ``sock`` can be read (or written)."""
    import select

    number = sock.fileno()
    if number < 0:
        return True  # closed: the next read raises the error
    if hasattr(select, "poll"):  # poll takes numbers of any size
        poll = select.poll()
        poll.register(number, select.POLLOUT if to_write else select.POLLIN)
        return bool(poll.poll(None if timeout is None else timeout * 1000))
    readers, writers = ([], [number]) if to_write else ([number], [])
    return any(select.select(readers, writers, writers, timeout))
