"""The differences between a JSON value that was recorded and one that is sent."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import msgspec

from streamkit._core.redacted import REDACTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from streamkit._core.json.path import Location, Path

__all__ = ["differences", "without"]

_QUOTED = 60
"""The most characters of a value that a difference quotes."""


def differences(recorded: Any, sent: Any, name: str = "body") -> Iterator[str]:
    """Yield each difference as a clause; whatever was left out equals anything."""
    if isinstance(recorded, dict) and isinstance(sent, dict):
        yield from _of_members(cast("Any", recorded), cast("Any", sent), name)
    elif isinstance(recorded, list) and isinstance(sent, list):
        yield from _of_elements(cast("Any", recorded), cast("Any", sent), name)
    elif isinstance(recorded, str) and REDACTED in recorded:
        if recorded != REDACTED and not (isinstance(sent, str) and _pattern(recorded).match(sent)):
            yield f"{name} is {_quoted(sent)}, and was recorded as {_quoted(recorded)}"
    elif recorded != sent or isinstance(recorded, bool) is not isinstance(sent, bool):
        yield f"{name} is {_quoted(sent)}, and was recorded as {_quoted(recorded)}"


def without(value: Any, paths: Iterable[Path]) -> Any:
    """Return a JSON value without the parts at some paths; the given value is unchanged."""
    for path in paths:
        # From the back, so that a removed element moves none that is still to be removed.
        for location, _ in reversed([*path.find(value)]):
            value = _removed(value, location)
    return value


def _of_members(recorded: dict[str, Any], sent: dict[str, Any], name: str) -> Iterator[str]:
    for key in {**recorded, **sent}:
        inner = f"{name}.{key}"
        if key not in sent:
            yield f"{inner} is missing, and was recorded as {_quoted(recorded[key])}"
        elif key not in recorded:
            yield f"{inner} is {_quoted(sent[key])}, and was not recorded"
        else:
            yield from differences(recorded[key], sent[key], inner)


def _of_elements(recorded: list[Any], sent: list[Any], name: str) -> Iterator[str]:
    for index, (before, now) in enumerate(zip(recorded, sent, strict=False)):
        yield from differences(before, now, f"{name}[{index}]")
    if len(recorded) != len(sent):
        yield f"{name} has {len(sent)} elements, and was recorded with {len(recorded)}"


def _removed(value: Any, location: Location) -> Any:
    if not location:
        return None
    copy: Any = value.copy()
    if len(location) == 1:
        del copy[location[0]]
    else:
        copy[location[0]] = _removed(value[location[0]], location[1:])
    return copy


@lru_cache(maxsize=128)
def _pattern(text: str) -> re.Pattern[str]:
    """Return the pattern of a text of which parts were left out."""
    return re.compile(".*".join(map(re.escape, text.split(REDACTED))) + r"\Z", re.DOTALL)


def _quoted(value: Any) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…"
