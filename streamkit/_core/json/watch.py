"""The parser of arriving JSON that finds the values at given paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import Struct

from streamkit._core.growing_text import GrowingText
from streamkit._core.json.located import LocatedJSON
from streamkit._core.json.path import Location, Path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamkit._core.json.view import Container

__all__ = ["Found", "Grown", "PathWatch"]


class Grown(Struct, frozen=True, gc=False):
    """A new piece of a string at a path."""

    path: int
    """The index of the path among those that are watched."""
    location: Location
    delta: str
    text: GrowingText | str
    """The string, which may have grown since, or is whole."""
    end: int
    """The length of the string with this piece."""

    @property
    def value(self) -> str:
        """The string so far, with this piece."""
        text = self.text
        return text if isinstance(text, str) else text.first(self.end)


class Found(Struct, frozen=True, gc=False):
    """A whole value at a path. Where an object has a key again, its later value is found, too."""

    path: int
    """The index of the path among those that are watched."""
    location: Location
    value: Any
    """Plain data, which are shared with views of the whole, so treat them as read-only."""


class PathWatch(LocatedJSON):
    """An incremental parser that finds each value at one of several paths once, when it is whole.

    Args:
        paths: The paths to watch.
        strings: Whether the pieces of strings at the paths are found as well.
        within: The location at which the paths begin, and the locations that are found.
        **limits: The limits of the parser.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        *,
        strings: bool = False,
        within: Location = (),
        **limits: int,
    ) -> None:
        super().__init__(**limits)
        self._news: list[Grown | Found] = []
        self._strings = strings
        # For each open container the paths that lead to it, and further, and those that end there.
        self._open: list[tuple[_Paths, _Paths]] = []
        self._paths: _Paths = tuple(enumerate([Path((*within, *path.steps)) for path in paths]))
        self._depth_within = len(within)
        self._selecting: list[int] = []  # the paths that end at the open string
        self._place: Location = ()  # its location

    def take(self, text: str) -> Sequence[Grown | Found]:
        """Read the next piece, and return what it adds to the values at the paths, in order."""
        self.feed(text)
        news = self._news
        if news:
            self._news = []
        return news

    def finish(self) -> Sequence[Grown | Found]:
        """End the text, and return a number or literal outside of any container, if watched."""
        self.close()
        return self._news

    def _leading_here(self) -> _Paths:
        """Return the paths that lead to the value that is open, or further."""
        if not self._open:
            return self._paths
        leading = self._open[-1][0]
        if not leading:
            return ()
        depth, key = len(self._open) - 1, self._key_here()
        return tuple([entry for entry in leading if entry[1].takes(depth, key)])

    def _ending_here(self) -> list[int]:
        """Return the indices of the paths that select the value that is open."""
        depth = len(self._open)
        return [index for index, path in self._leading_here() if len(path.steps) == depth]

    def _began(self, _container: Container, /) -> None:
        leading = self._leading_here()
        if not leading:
            self._open.append(_NOWHERE)
            return
        depth = len(self._open)
        further = tuple([entry for entry in leading if len(entry[1].steps) > depth])
        ending = tuple([entry for entry in leading if len(entry[1].steps) == depth])
        self._open.append((further, ending))

    def _follows_string(self) -> bool:
        if not self._strings or (self._open and not self._open[-1][0]):
            return False
        self._selecting = self._ending_here()
        if not self._selecting:
            return False
        self._place = self._location()[self._depth_within :]
        return True

    def _grown(self, piece: str) -> None:
        text, place, end = self._text, self._place, self._sent
        self._news += [Grown(index, place, piece, text, end) for index in self._selecting]

    def _ended(self, value: Any, *, again: bool) -> None:
        if again:
            self._find_within(value)
            return
        if isinstance(value, dict | list):
            ending = [index for index, _ in self._open.pop()[1]]
        elif self._open and not self._open[-1][0]:
            return  # a hot path: no path leads to this place
        else:
            ending = self._ending_here()
        if not ending:
            return
        location = self._location()[self._depth_within :]
        if self._strings and isinstance(value, str) and len(value) > self._sent:
            rest, end = value[self._sent :], len(value)
            self._news += [Grown(index, location, rest, value, end) for index in ending]
        self._news += [Found(index, location, value) for index in ending]

    def _find_within(self, value: Any) -> None:
        depth = len(self._open)
        here, within = self._location(), self._depth_within
        for index, path in self._leading_here():
            for location, selected in Path(path.steps[depth:]).find(value):
                self._news.append(Found(index, (*here, *location)[within:], selected))


_Paths: TypeAlias = tuple[tuple[int, Path], ...]
_NOWHERE: tuple[_Paths, _Paths] = ((), ())
