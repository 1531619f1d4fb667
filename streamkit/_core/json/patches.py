"""The parser of arriving JSON that writes what is new as patches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit._core.json.located import LocatedJSON
from streamkit._core.json.path import pointer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamkit._core.json.path import Location
    from streamkit._core.json.view import Container

__all__ = ["Patches"]


class Patches(LocatedJSON[dict[str, Any]]):
    """An incremental parser that returns the operations which rebuild the value so far.

    Args:
        within: The location of the value in the text; the rest is left out.
        **limits: The limits of the parser.

    The operations are ``add`` and ``replace`` of RFC 6902, and ``append``, whose ``value`` is added
    to the end of the string at ``path``. RFC 6902 has no such operation, and to replace the string
    each time would send it again and again. Together they are about as long as the text.
    """

    __slots__ = ("_newest", "_pointer", "_within")

    def __init__(self, within: Location = (), **limits: int) -> None:
        super().__init__(**limits)
        self._within = pointer(within)
        self._pointer = ""  # of the open string
        self._newest: dict[str, Any] | None = None  # the open string's operation in this piece

    def take(self, text: str) -> Sequence[dict[str, Any]]:
        """Read the next piece, and return its operations, in order."""
        operations = super().take(text)
        if operations:
            self._newest = None
        return operations

    def _began(self, container: Container, /) -> bool:
        self._add(pointer(self._location()), {} if isinstance(container, dict) else [])
        return True

    def _follows_string(self) -> bool:
        self._pointer = pointer(self._location())
        self._newest = self._add(self._pointer, "")
        return True

    def _grown(self, piece: str) -> None:
        self._append(piece)

    def _ended(self, value: Any, *, again: bool) -> None:
        if again:
            self._operate("replace", pointer(self._location()), value)
        elif not isinstance(value, str):
            if type(value) not in (dict, list):  # the parts of these were added one by one
                self._add(pointer(self._location()), value)
        elif self._followed:
            if len(value) > self._sent:
                self._append(value[self._sent :])
        else:
            self._add(pointer(self._location()), value)

    def _add(self, path: str, value: Any) -> dict[str, Any]:
        return self._operate("add", path, value)

    def _append(self, delta: str) -> None:
        newest = self._newest
        if newest is None:
            self._operate("append", self._pointer, delta)
        else:
            newest["value"] += delta

    def _operate(self, name: str, path: str, value: Any) -> dict[str, Any]:
        within = self._within
        operation = {"op": name, "path": path.removeprefix(within), "value": value}
        if not within or path == within or path.startswith(f"{within}/"):
            self._news.append(operation)
        return operation
