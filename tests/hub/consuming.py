"""What feeds a hub, and the threads that take what it emits."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from streamkit import Hub

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamkit.hub.consumer import Consumer

__all__ = ["Reader", "feed", "in_a_thread", "joined", "rest_of"]


def feed(hub: Hub[int], count: int) -> None:
    for number in range(count):
        hub.on_next(number)


def rest_of(consumer: Consumer[Any]) -> list[Any]:
    """Return the items of a consumer; the last is the error, or ``|``."""
    taken: list[Any] = []
    try:
        taken.extend(consumer)
    except Exception as error:  # noqa: BLE001 - the test judges it
        return [*taken, error]
    return [*taken, "|"]


class Reader:
    """A thread that takes all items of a consumer once ``may_read`` is set."""

    def __init__(self, consumer: Consumer[Any]) -> None:
        self.may_read = threading.Event()
        self.taken: list[Any] = []
        self._consumer = consumer
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        self.may_read.wait(10)
        self.taken += rest_of(self._consumer)

    def all(self) -> list[Any]:
        self.may_read.set()
        self._thread.join(10)
        assert not self._thread.is_alive()
        return self.taken


def in_a_thread(work: Callable[..., object], *args: Any) -> threading.Thread:
    thread = threading.Thread(target=work, args=args)
    thread.start()
    return thread


def joined(thread: threading.Thread) -> None:
    thread.join(10)
    assert not thread.is_alive()
