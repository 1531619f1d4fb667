"""The parser of arriving JSON that finds the values at given paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from msgspec import Struct

from streamkit._core.json.located import LocatedJSON
from streamkit._core.json.open_string import OpenString
from streamkit._core.json.path import Location, Path
from streamkit._core.json.routes import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from streamkit._core.json.view import Container

__all__ = ["Found", "Grown", "PathWatch", "StringText"]

N = TypeVar("N")

StringText: TypeAlias = OpenString | str
"""The text of a string at a path, which may have grown since, or is whole."""


class Grown(Struct, frozen=True, gc=False):
    """A new piece of a string at a path."""

    path: int
    """The index of the path among those that are watched."""
    location: Location
    delta: str
    text: StringText
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


class PathWatch(LocatedJSON[N]):
    """An incremental parser that finds each value at one of several paths once, when it is whole.

    Args:
        paths: The paths to watch.
        found: Makes what is returned for a value that is whole, such as ``Found``.
        grown: Makes what is returned for each piece of a string, such as ``Grown``; by default
            strings are found when they are whole.
        within: The location at which the paths begin, and the locations that are found.
        **limits: The limits of the parser.
    """

    __slots__ = (
        "_depth_within",
        "_location_of_string",
        "_new_found",
        "_new_grown",
        "_open",
        "_outside",
        "_selecting",
        "_string",
    )

    def __init__(
        self,
        paths: Sequence[Path],
        found: Callable[[int, Location, Any], N],
        grown: Callable[[int, Location, str, StringText, int], N] | None = None,
        *,
        within: Location = (),
        **limits: int,
    ) -> None:
        super().__init__(**limits)
        self._new_found = found
        self._new_grown = grown
        self._outside = Place.of(Path((*within, *path.steps)) for path in paths)
        self._open: list[Place] = []  # of the open containers
        self._depth_within = len(within)
        self._selecting: list[int] = []  # the paths that end at the open string
        self._location_of_string: Location = ()
        self._string = OpenString(self._pieces)  # which is open, for those who read it later

    def _here(self) -> Place:
        """Return the place of the value that is open."""
        container = self._container
        if container is None:
            return self._outside
        return self._open[-1].to(len(container) if type(container) is list else self._key)

    def _began(self, _container: Container, /) -> bool:
        place = self._here()
        self._open.append(place)
        return place.leads_on

    def _follows_string(self) -> bool:
        if self._new_grown is None:
            return False
        self._selecting = self._here().ends
        if not self._selecting:
            return False
        self._location_of_string = self._location()[self._depth_within :]
        self._string = OpenString(self._pieces)
        return True

    def _join_pieces(self) -> None:
        super()._join_pieces()
        if self._followed:
            self._string.go_on(self._pieces, self._before)

    def _grown(self, piece: str) -> None:
        new = self._new_grown
        if new is not None:
            for index in self._selecting:  # a hot path: no list
                self._news.append(
                    new(index, self._location_of_string, piece, self._string, self._sent)
                )

    def _ended(self, value: Any, *, again: bool) -> None:
        if again:
            self._find_within(value)
            return
        place = self._open.pop() if type(value) in (dict, list) else self._here()
        if not place.ends:
            return
        location = self._location()[self._depth_within :]
        if self._followed:
            self._string.close(value)
        new, found = self._new_grown, self._new_found
        if new is not None and isinstance(value, str) and len(value) > self._sent:
            rest, end = value[self._sent :], len(value)
            self._news += [new(index, location, rest, value, end) for index in place.ends]
        self._news += [found(index, location, value) for index in place.ends]

    def _find_within(self, value: Any) -> None:
        here, within = self._location(), self._depth_within
        for index, steps in self._here().paths:
            for location, selected in Path(steps).find(value):
                at = (*here, *location)[within:]
                self._news.append(self._new_found(index, at, selected))
