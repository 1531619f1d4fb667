"""The recordings in folders, in an order that is always the same."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from os import PathLike

__all__ = ["cassettes"]

_ENDINGS = ("*.jsonl", "*.request.json")


def cassettes(*places: str | PathLike[str]) -> list[str]:
    """Return the names of the cassettes at some places, each once.

    A file is one as it is; a folder has all below it, in the order of their names. A recording that
    is three files has the name of the first, ``NAME.request.json``.

    Raises:
        FileNotFoundError: There is no such place, or no cassette in a folder.
    """
    found: dict[str, None] = {}
    for place in map(Path, places):
        if not place.is_dir():
            place.stat()
            found[str(place)] = None
            continue
        inside = sorted(
            str(path) for ending in _ENDINGS for path in place.rglob(ending) if path.is_file()
        )
        if not inside:
            raise FileNotFoundError(2, f"no cassette ({' or '.join(_ENDINGS)})", str(place))
        found.update(dict.fromkeys(inside))
    return [*found]
