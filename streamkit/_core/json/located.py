"""The parser of arriving JSON that also notices where each value begins, grows and ends."""

# Strategy: the parser's own stack of open containers has the location of the open value, so nothing
# is kept beside it but what a subclass keeps for each level. A value in an object that has its key
# for the second time is hidden in views until it is finished; here it is one value, without an
# inside, for the same reason.

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from streamkit._core.json.parser import SPECIAL, PartialJSON

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from streamkit._core.growing_text import GrowingText
    from streamkit._core.json.path import Location
    from streamkit._core.json.view import Container

__all__ = ["LocatedJSON"]

N = TypeVar("N")


class LocatedJSON(PartialJSON, ABC, Generic[N]):
    """A parser that calls a method for each value that begins, grows or ends.

    These methods add to ``_news``, which ``take`` returns.
    """

    def __init__(self, **limits: int) -> None:
        super().__init__(**limits)
        self._news: list[N] = []
        self._hidden = 0  # the number of open containers whose inside is of no interest
        self._followed: GrowingText | None = None  # the open string, if the subclass follows it
        self._sent = 0  # the number of its characters that `_grown` has had

    def take(self, text: str) -> Sequence[N]:
        """Read the next piece, in time proportional to its length, and return what it adds."""
        if self._step is self._in_string and SPECIAL(text) is None:
            # A hot path, as in the parser: most deltas are within a string.
            piece = self._text.append(text)
            self.position += len(text)
            if self._followed is None or not piece:
                return ()
            self._sent = self._text.length
            self._grown(piece)
        elif self.error is None:
            self._read(text)
            followed = self._followed
            if followed is not None and followed.length > self._sent:
                start, self._sent = self._sent, followed.length
                self._grown(followed.between(start, self._sent))
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

    # The parser's actions, with the notifications. A hot path: `super()` would double their cost.

    def _open_container(
        self, container: Container, step: Callable[[PartialJSON, str, int], int], at: int
    ) -> int:
        if self._hidden or self._is_again:
            self._hidden += 1
        elif self._depth < self._max_depth and not self._began(container):  # deeper is an error
            self._hidden = 1
        return PartialJSON._open_container(self, container, step, at)

    def _close_container(self, at: int) -> int:
        if self._hidden:
            self._hidden -= 1
        return PartialJSON._close_container(self, at)

    def _open_string(self, text: str, at: int, *, in_value: bool) -> int:
        self._sent = 0
        after = PartialJSON._open_string(self, text, at, in_value=in_value)
        if self._in_value and not (self._hidden or self._is_again) and self._follows_string():
            self._followed = self._text
        return after

    def _finish_string(self, value: str) -> None:
        PartialJSON._finish_string(self, value)
        self._followed = None  # afterwards: `_ended` may ask whether it was followed

    def _finish(self, value: object) -> None:
        if not self._hidden:
            # The outermost value is in no object, whatever key came last in it.
            self._ended(value, again=self._is_again and self._container is not None)
        PartialJSON._finish(self, value)
