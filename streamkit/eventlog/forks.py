"""Event logs in forks: a child has none of its parent's threads, and waits for none of them."""

# A lock that a thread of the parent holds at the moment of a fork would be held for ever in the
# child. So nothing is locked at that moment but by the thread that forks, which also waits until no
# other one is within SQLite; and the child begins with new locks, threads and connections.

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamkit.eventlog.log import EventLog

__all__ = ["Lock", "Part", "in_forks"]

PATIENCE = 1.0
"""Seconds for which a fork waits for a thread that is in a store."""


class Lock(Protocol):
    """A lock of `threading`."""

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:  # noqa: FBT001, FBT002 - as in `threading`
        """Take the lock; return false after the timeout, in seconds."""
        ...

    def release(self) -> None:
        """Release the lock."""
        ...


class Part(Protocol):
    """A part of an event log that threads share."""

    def locks(self) -> Sequence[Lock]:
        """Return the locks that nobody else may hold while the process forks."""
        ...

    def begin_anew(self) -> None:
        """In a child, forget what belongs to the parent: its threads, connections and streams."""
        ...


def in_forks(log: EventLog, parts: Sequence[Part]) -> None:
    """Let the parts of a log begin anew in each fork, as long as the log is there.

    Args:
        log: The log.
        parts: Its parts; one whose lock is taken while another's is held comes after that.
    """
    _parts[log] = parts


def _before() -> None:
    for parts in [*_parts.values()]:
        for part in parts:
            _held.extend(lock for lock in part.locks() if lock.acquire(timeout=PATIENCE))


def _in_parent() -> None:
    while _held:
        _held.pop().release()


def _in_child() -> None:
    _held.clear()
    for parts in [*_parts.values()]:
        for part in parts:
            part.begin_anew()


_parts: WeakKeyDictionary[EventLog, Sequence[Part]] = WeakKeyDictionary()
_held: list[Lock] = []
if hasattr(os, "register_at_fork"):  # on platforms where processes fork
    os.register_at_fork(before=_before, after_in_parent=_in_parent, after_in_child=_in_child)
