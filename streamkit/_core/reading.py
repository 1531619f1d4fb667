"""What a log asks of whoever reads its text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct

from streamkit.errors import ParseError

if TYPE_CHECKING:
    from streamkit._core.text import TextLog

__all__ = ["NOTHING_READ", "Outcome", "Reading"]


class Outcome(Struct, frozen=True):
    """What a whole text was read as, or why it could not be.

    It is kept with the text, without the error.
    """

    reader: object
    length: int
    value: Any = None
    error: ParseError | None = None


NOTHING_READ = Outcome(None, 0)


class Reading(Protocol):
    """Reads texts: as far as they go while they grow, as their type when they are whole."""

    def partial_content(self, text: TextLog, end: int) -> object:
        """What is known of the content from its first ``end`` characters."""
        ...

    def partial_arguments(self, name: str, text: TextLog, end: int) -> object:
        """What is known of a function's arguments from their first ``end`` characters."""
        ...

    def content(self, text: TextLog) -> Outcome:
        """The whole content as the type that was asked for."""
        ...

    def arguments(self, name: str, text: TextLog) -> Outcome:
        """The whole arguments as the type of the tool of that name."""
        ...
