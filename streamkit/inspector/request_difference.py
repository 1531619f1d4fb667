"""Where the requests of two streams differ."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any, cast

import msgspec

from streamkit.inspector.paths import shown_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamkit._core.json.path import Location

__all__ = ["request_differences"]

QUOTED = 200
"""The most characters of a value that are shown."""
DEPTH = 50
"""The most steps of a path at which a difference is shown."""
_MISSING = object()


def request_differences(one: Any, other: Any, at: Location = ()) -> Iterator[tuple[str, str, str]]:
    """Yield the path of each difference and both values as JSON; empty where there is none."""
    # What is nested deeper than the limit is compared as a whole.
    if len(at) < DEPTH and isinstance(one, dict) and isinstance(other, dict):
        left, right = cast("dict[str, Any]", one), cast("dict[str, Any]", other)
        for key in {**left, **right}:
            members = left.get(key, _MISSING), right.get(key, _MISSING)
            yield from request_differences(*members, (*at, key))
    elif len(at) < DEPTH and isinstance(one, list) and isinstance(other, list):
        elements = cast("list[Any]", one), cast("list[Any]", other)
        for index, pair in enumerate(zip_longest(*elements, fillvalue=_MISSING)):
            yield from request_differences(*pair, (*at, index))
    elif _shown(one) != _shown(other):
        yield shown_path(at), _quoted(one), _quoted(other)


def _shown(value: Any) -> str:
    return "" if value is _MISSING else msgspec.json.encode(value, enc_hook=str).decode()


def _quoted(value: Any) -> str:
    text = _shown(value)
    return text if len(text) <= QUOTED else f"{text[:QUOTED]}…"
