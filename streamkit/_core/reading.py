"""The interface between a log and the reader of its text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct

from streamkit.errors import ParseError

if TYPE_CHECKING:
    from streamkit._core.text import TextLog

__all__ = ["NOTHING_READ", "Outcome", "Reading"]


class Outcome(Struct, frozen=True):
    """The value that a whole text was read as, or the error that it could not be.

    The log keeps the outcome with the text, without the error.
    """

    reader: object
    length: int
    value: Any = None
    error: ParseError | None = None


NOTHING_READ = Outcome(None, 0)


class Reading(Protocol):
    """A reader of texts: of their partial values while they grow, of their types when whole."""

    @property
    def within(self) -> tuple[str, ...]:
        """The location of the value in the content's JSON: a value that is no object is wrapped."""
        ...

    def partial_content(self, text: TextLog, end: int, newest: str = "", /) -> object:
        """Return the value that the first ``end`` characters of the content begin.

        ``newest`` may pass the last of them, if the caller has them at hand.
        """
        ...

    def partial_arguments(self, name: str, text: TextLog, end: int, newest: str = "", /) -> object:
        """Return the same for the arguments of the function of that name."""
        ...

    def content(self, text: TextLog) -> Outcome:
        """Read the whole content as the requested type."""
        ...

    def arguments(self, name: str, text: TextLog) -> Outcome:
        """Read the whole arguments as the type of the tool of that name."""
        ...
