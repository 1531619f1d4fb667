"""Tellers of one text: of a text as it is, and of one that is parsed when it is whole."""

# A family's teller is fed with what came, and makes the events. It notes the last input that had a
# piece of the text in it; with that it finds the text again at the end.

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, TypeVar

from streamkit._core.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streamkit._core.reading import Outcome
    from streamkit._core.text import TextLog

__all__ = ["TextParser", "TextTeller"]

A = TypeVar("A")
B = TypeVar("B")


class TextTeller(Machine[A, B]):
    """Emits each piece of a text, and the whole at the end if there was any."""

    _last: A | None = None
    """The last input with a piece in it; None when there is nothing to emit at the end."""

    def close(self) -> Iterable[B]:
        """Emit the whole text, unless that was done and no piece has come since."""
        last, self._last = self._last, None
        return () if last is None else (self._whole(last, self._log(last).close(), None),)

    @abstractmethod
    def _log(self, last: A) -> TextLog:
        """The text that an input has a piece of."""

    @abstractmethod
    def _whole(self, last: A, text: str, parsed: Any, /) -> B:
        """Make the event of the whole text; ``parsed`` is None where it is not to be parsed."""


class TextParser(TextTeller[A, B]):
    """The same for a text that is parsed: its whole is, and an error of that comes after it."""

    def close(self) -> Iterable[B]:
        """Emit the whole text and what it parses to, then raise what is wrong with it."""
        last, self._last = self._last, None
        if last is None:
            return
        whole = self._log(last).close()  # and not a copy, which a long text would be held beside
        outcome = self._read(last)
        yield self._whole(last, whole, outcome.value)
        if outcome.error is not None:
            raise outcome.error

    @abstractmethod
    def _read(self, last: A) -> Outcome:
        """Parse the whole text, if it is to be parsed."""
