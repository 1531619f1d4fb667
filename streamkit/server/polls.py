"""What takes its time is done once it has been looked at often enough."""

# Strategy: polls are counted and no clock is read, so a test need not sleep, and sees each state.

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streamkit.server.store import Record


def poll(record: Record) -> bool:
    """Count one look at an object that is being worked on; whether it is done now."""
    record.private["polls"] -= 1
    return bool(record.private["polls"] <= 0)
