"""The value that an answer's JSON has so far, in the forms that a browser can use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit._core.json.patches import Patches

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["GROWTH", "GrowingObject", "WholePatches"]

GROWTH = 8
"""A whole value is sent again when its text has grown by one part in this many."""


class GrowingObject:
    """The moments at which a whole value is worth sending, which cost a few times its text.

    To send the value with each piece would cost the square of its length. Sent again when its text
    has grown by an eighth, all versions together are at most nine times as long as the last one.
    """

    def __init__(self) -> None:
        self._length = 0
        self._next = 0

    def grown(self, piece: str) -> bool:
        """Take a piece of the text; return whether the value is to be sent."""
        self._length += len(piece)
        if self._length < self._next:
            return False
        self._next = self._length + self._length // GROWTH + 1
        return True


class WholePatches(Patches):
    """Patches of RFC 6902 alone: a string is added once it is whole, and nothing is appended."""

    def _follows_string(self) -> bool:
        return False


def prefixed(operations: Sequence[dict[str, Any]], prefix: str) -> list[dict[str, Any]]:
    """Return operations on a value that is itself at a place in a larger one."""
    return [{**each, "path": prefix + each["path"]} for each in operations]
