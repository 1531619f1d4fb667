"""The parser of arriving JSON that finds the values at given paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from streamkit._core.growing_text import GrowingText
from streamkit._core.json.located import LocatedJSON
from streamkit._core.json.path import Location, Path
from streamkit._core.json.routes import Place

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


class PathWatch(LocatedJSON["Grown | Found"]):
    """An incremental parser that finds each value at one of several paths once, when it is whole.

    Args:
        paths: The paths to watch.
        strings: Whether the pieces of strings at the paths are found as well.
        within: The location at which the paths begin, and the locations that are found.
        **limits: The limits of the parser.
    """

    __slots__ = (
        "_depth_within",
        "_growing",
        "_location_of_string",
        "_open",
        "_outside",
        "_selecting",
        "_strings",
    )

    def __init__(
        self,
        paths: Sequence[Path],
        *,
        strings: bool = False,
        within: Location = (),
        **limits: int,
    ) -> None:
        super().__init__(**limits)
        self._strings = strings
        self._outside = Place.of(Path((*within, *path.steps)) for path in paths)
        self._open: list[Place] = []  # of the open containers
        self._depth_within = len(within)
        self._selecting: list[int] = []  # the paths that end at the open string
        self._location_of_string: Location = ()
        self._growing = GrowingText()  # the open string, for those who read it later

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
        if not self._strings:
            return False
        self._selecting = self._here().ends
        if not self._selecting:
            return False
        self._location_of_string = self._location()[self._depth_within :]
        self._growing = GrowingText()
        return True

    def _grown(self, piece: str) -> None:
        text, location, end = self._growing, self._location_of_string, self._sent
        text.append(piece)
        for index in self._selecting:  # a hot path: no list
            self._news.append(Grown(index, location, piece, text, end))

    def _ended(self, value: Any, *, again: bool) -> None:
        if again:
            self._find_within(value)
            return
        place = self._open.pop() if type(value) in (dict, list) else self._here()
        if not place.ends:
            return
        location = self._location()[self._depth_within :]
        if self._followed:
            self._growing.close(value)
        if self._strings and isinstance(value, str) and len(value) > self._sent:
            rest, end = value[self._sent :], len(value)
            self._news += [Grown(index, location, rest, value, end) for index in place.ends]
        self._news += [Found(index, location, value) for index in place.ends]

    def _find_within(self, value: Any) -> None:
        here, within = self._location(), self._depth_within
        for index, steps in self._here().paths:
            for location, selected in Path(steps).find(value):
                self._news.append(Found(index, (*here, *location)[within:], selected))
