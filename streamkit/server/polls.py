"""The counting of polls: an object is done after a number of them."""

# Strategy: the server counts polls and reads no clock, so a test sees each state without a sleep.

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streamkit.server.store import Record


def poll(record: Record) -> bool:
    """Count one poll of an unfinished object, and return whether the object is done now."""
    record.private["polls"] -= 1
    return bool(record.private["polls"] <= 0)
