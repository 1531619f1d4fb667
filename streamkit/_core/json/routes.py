"""Places in a JSON value, as several paths lead through them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streamkit._core.json.path import Path

__all__ = ["Place"]

_Steps: TypeAlias = tuple[str | int | None, ...]


class Place:
    """A place in a JSON value: which of several paths end there, and which lead on, and where to.

    One step of all paths is one look-up, however many paths there are.
    """

    __slots__ = ("_elsewhere", "_named", "ends", "leads_on", "paths")

    def __init__(self, paths: Iterable[tuple[int, _Steps]]) -> None:
        self.paths = tuple(paths)
        """The paths that end here or lead on: their indices, and the steps that are left."""
        self.ends = [index for index, steps in self.paths if not steps]
        """The indices of the paths that end here."""
        further = [(index, steps[0], steps[1:]) for index, steps in self.paths if steps]
        self.leads_on = bool(further)
        """Whether a path leads to a place within this one."""

        def to(key: str | int | None) -> Place:
            following = [(index, rest) for index, step, rest in further if step in (None, key)]
            return Place(following) if following else NOWHERE

        self._named = {key: to(key) for _, key, _ in further if key is not None}
        self._elsewhere = to(None) if further else self

    @classmethod
    def of(cls, paths: Iterable[Path]) -> Place:
        """Return the place at which the paths begin."""
        return cls((index, path.steps) for index, path in enumerate(paths))

    def to(self, key: str | int) -> Place:
        """Return the place of a member or an element."""
        return self._named.get(key, self._elsewhere)


NOWHERE = Place(())
"""A place to which no path leads."""
