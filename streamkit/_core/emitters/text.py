"""The emitters of one text: of a plain text, and of one that is parsed when it is whole."""

# A family's emitter takes the parts of an answer, and makes the events. It keeps the last input
# with a piece of the text, because that input leads to the whole text at the end.

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, TypeVar

from streamkit._core.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streamkit._core.reading import Outcome
    from streamkit._core.text import TextLog

__all__ = ["TextEmitter", "TextParser"]

A = TypeVar("A")
B = TypeVar("B")


class TextEmitter(Machine[A, B]):
    """A machine that emits each piece of a text, and the whole at the end if there was any."""

    _last: A | None = None
    """The last input with a piece in it; None when there is nothing to emit at the end."""

    @property
    def has_begun(self) -> bool:
        """Whether a piece has come, so that there is a whole text to emit at the end."""
        return self._last is not None

    def close(self) -> Iterable[B]:
        """Emit the whole text, unless it was emitted and no piece has come since."""
        last, self._last = self._last, None
        return () if last is None else (self._whole(last, self._log(last).close(), None),)

    @abstractmethod
    def _log(self, last: A) -> TextLog:
        """Return the log of the text of which an input has a piece."""

    @abstractmethod
    def _whole(self, last: A, text: str, parsed: Any, /) -> B:
        """Make the event of the whole text; ``parsed`` is None where it is not to be parsed."""


class TextParser(TextEmitter[A, B]):
    """An emitter that parses the whole text, and raises the error of parsing after its event."""

    def close(self) -> Iterable[B]:
        """Emit the whole text and its parsed value, then raise the error of parsing."""
        last, self._last = self._last, None
        if last is None:
            return
        whole = self._log(last).close()  # the text itself; a copy would double a long one
        outcome = self._read(last)
        yield self._whole(last, whole, outcome.value)
        if outcome.error is not None:
            raise outcome.error

    @abstractmethod
    def _read(self, last: A) -> Outcome:
        """Parse the whole text, if it is to be parsed."""
