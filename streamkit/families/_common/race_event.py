"""The event of a race between several sources."""

from __future__ import annotations

from typing import ClassVar, Literal

from msgspec import Struct

from streamkit._core.events import Event
from streamkit.families._common.final import Usage

__all__ = ["RaceLoser", "RaceSettledEvent"]


class RaceLoser(Struct, frozen=True):
    """A source that did not win, and its cost up to the end of the race."""

    index: int
    """The number of the source, from 0."""
    events: int
    """The number of events that it had emitted."""
    usage: Usage | None = None
    """The tokens that it had used; None if its server had not said so yet."""
    error: str | None = None
    """The error with which it had failed; None if it was still running, or ended empty."""


class RaceSettledEvent(Event, frozen=True, gc=False, eq=False):
    """The result of a race, emitted before the events of the winner."""

    type: ClassVar[Literal["race.settled"]] = "race.settled"
    winner: int
    """The number of the source that won, from 0."""
    losers: list[RaceLoser]
    """The other sources, which were disposed of."""
