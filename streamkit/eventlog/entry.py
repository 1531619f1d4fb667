"""The entries of a log: events as bytes, and the end."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct

from streamkit.eventlog.cursor import cursor_of
from streamkit.events import EndEvent, decode, encode

__all__ = ["Entry", "Row", "end_row"]


class Row(NamedTuple):
    """An entry as a store keeps it."""

    number: int
    data: bytes
    is_end: bool = False


class Entry(Struct, frozen=True, gc=False):
    """One entry of a log: an event as bytes, or the end."""

    incarnation: str
    number: int
    """Numbers begin at 1 and have no gaps."""
    data: bytes
    is_end: bool = False
    """Whether this is the end; then ``data`` is the JSON of an ``EndEvent``."""

    @property
    def cursor(self) -> str:
        """The place of this entry, to read on from."""
        return cursor_of(self.incarnation, self.number)

    @property
    def end(self) -> EndEvent | None:
        """How the stream ended, if this is the end."""
        event = decode(self.data) if self.is_end else None
        return event if isinstance(event, EndEvent) else None


def end_row(number: int, end: EndEvent) -> Row:
    """Return the entry of an end."""
    return Row(number, encode(end), is_end=True)
