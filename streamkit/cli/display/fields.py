"""The fields of a growing value that have become complete."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from streamkit._core.json.view import is_open

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

__all__ = ["Fields"]


class Fields:
    """A machine that takes a growing value and yields each leaf once, when it is complete.

    Paths begin with ``root``.
    """

    # Strategy: a value grows at its end only, so the new items of a container follow those that
    # were yielded before, and the number of those is enough to find them.

    def __init__(self, root: str = "") -> None:
        self._root = root
        self._yielded: dict[str, int] = {}
        self._complete = False

    def news(self, value: object, *, whole: bool = False) -> Iterator[tuple[str, object]]:
        """Yield the path and value of each leaf that has become complete since the last call.

        A string at the end may still grow: it is complete when something follows it, or when
        ``whole`` says that the value has ended. Empty containers are leaves.
        """
        if not self._complete and (whole or value is not None):
            self._complete = yield from self._walk(self._root, value, growing=not whole)

    def _walk(
        self, path: str, value: object, *, growing: bool
    ) -> Generator[tuple[str, object], None, bool]:
        """Yield the new leaves of one value, and return whether it is complete."""
        growing = growing and (isinstance(value, str) or is_open(value))
        if isinstance(value, Mapping) and value:
            mapping = cast("Mapping[str, Any]", value)
            keys = list(mapping)
            for place in range(self._yielded.get(path, 0), len(keys)):
                last = place == len(keys) - 1
                step = _key_step(path, keys[place])
                if (yield from self._walk(step, mapping[keys[place]], growing=growing and last)):
                    self._yielded[path] = place + 1
        elif isinstance(value, Sequence) and value and not isinstance(value, str):
            items = cast("Sequence[Any]", value)
            for place in range(self._yielded.get(path, 0), len(items)):
                last = place == len(items) - 1
                step = f"{path}[{place}]"
                if (yield from self._walk(step, items[place], growing=growing and last)):
                    self._yielded[path] = place + 1
        elif not growing:
            yield path, value
        return not growing


def _key_step(path: str, key: str) -> str:
    if not key.isidentifier():
        return f"{path}[{json.dumps(key, ensure_ascii=False)}]"
    return f"{path}.{key}" if path else key
