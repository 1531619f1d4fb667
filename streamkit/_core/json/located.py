"""The parser of arriving JSON that also notices where each value begins, grows and ends."""

# Strategy: the parser's own stack of open containers has the location of the open value, so nothing
# is kept beside it but what a subclass keeps for each level. A value in an object that has its key
# for the second time is hidden in views until it is finished; here it is one value, without an
# inside, for the same reason.

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from streamkit._core.growing_text import PIECES_PER_BLOCK
from streamkit._core.json.marks import STRING
from streamkit._core.json.parser import PartialJSON

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamkit._core.json.path import Location
    from streamkit._core.json.view import Container

__all__ = ["LocatedJSON"]

N = TypeVar("N")


class LocatedJSON(PartialJSON, ABC, Generic[N]):
    """A parser that calls a method for each value that begins, grows or ends.

    These methods add to ``_news``, which ``take`` returns.
    """

    __slots__ = ("_followed", "_news", "_seen", "_sent")

    def __init__(self, **limits: int) -> None:
        super().__init__(**limits)
        self._is_watched = True
        self._news: list[N] = []
        self._followed = False  # whether the subclass follows the open string
        self._seen = 0  # the number of its last pieces that `_grown` has had
        self._sent = 0  # the number of its characters that `_grown` has had

    def take(self, text: str) -> Sequence[N]:
        """Read the next piece, in time proportional to its length, and return what it adds."""
        if self._step == STRING and text.isprintable() and '"' not in text and "\\" not in text:
            # A hot path, as in the parser: most deltas are within a string.
            pieces = self._pieces
            pieces.append(text)
            self.position += len(text)
            if len(pieces) >= PIECES_PER_BLOCK:
                self._join_pieces()
            if not self._followed or not text:
                return ()
            self._seen = len(self._pieces)
            self._sent += len(text)
            self._grown(text)
        elif self.error is None:
            self._read(text)
            if self._followed and (piece := "".join(self._pieces[self._seen :])):
                self._seen = len(self._pieces)
                self._sent += len(piece)
                self._grown(piece)
            if len(self._pieces) >= PIECES_PER_BLOCK:
                self._join_pieces()
                self._seen = 0
        news = self._news
        if not news:
            return ()
        self._news = []
        return news

    def finish(self) -> Sequence[N]:
        """End the text, and return what a number or literal adds that is all of it."""
        self.close()
        return self._news

    def feed(self, text: str) -> None:
        """Read the next piece, and keep what it adds for ``take``."""
        self._news = [*self.take(text)]

    @abstractmethod
    def _began(self, container: Container, /) -> bool:
        """Take a container that opens, and return whether to take what is inside.

        ``_ended`` follows for all inside, and then for the container itself.
        """

    @abstractmethod
    def _follows_string(self) -> bool:
        """Return whether ``_grown`` is to be called for the string that opens."""

    @abstractmethod
    def _grown(self, piece: str) -> None:
        """Take new characters of the string that is followed, after which ``_sent`` are known."""

    @abstractmethod
    def _ended(self, value: Any, *, again: bool) -> None:
        """Take a value that ends; with ``again``, it replaces the one of the same key.

        The first ``_sent`` characters of a string have been passed to ``_grown``.
        """

    def _key_here(self) -> str | int:
        """Return the key or the index of the open value in its container."""
        container = self._container
        return len(container) if type(container) is list else self._key

    def _location(self) -> Location:
        """Return the location of the open value, in time proportional to its depth."""
        if self._container is None:
            return ()
        keys = [self._key_here()]
        level = self._parent
        while level is not None:
            keys.append(level.count if type(level.container) is list else level.key)
            level = level.parent
        return tuple(reversed(keys))

    def _container_begins(self, container: Container, /) -> None:
        if self._is_again or not self._began(container):
            self._is_watched = False
            self._unwatched_depth = self._depth + 1

    def _string_begins(self) -> None:
        if not self._is_again and self._follows_string():
            self._followed = True

    def _value_ends(self, value: Any, /) -> None:
        # The outermost value is in no object, whatever key came last in it.
        self._ended(value, again=self._is_again and self._container is not None)
        if self._followed:  # afterwards: `_ended` may ask whether it was followed
            self._followed = False
            self._seen = self._sent = 0
