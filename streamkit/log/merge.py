"""Merging the fields that deltas carry besides text, without touching what was merged before.

Strategy: a merged object is a dict that is never changed, only replaced, so an event can hold it
for ever. What grows (text, lists without indices) is kept in an append-only log and stands in the
dict as a mark: the log and how much of it there was. What is replaced is copied, so how many fields
an object may gather is limited: else each chunk could cost more than the one before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from msgspec import Struct

from streamkit.errors import LimitExceededError
from streamkit.limits import DEFAULTS, Limits
from streamkit.log.text import TextLog

__all__ = ["EMPTY", "TextMark", "merged", "resolved"]

EMPTY: Mapping[str, Any] = {}

# Only these accumulate by concatenation; any other string is a whole value that replaces the last.
TEXT_FIELDS = frozenset(
    {
        "arguments",
        "content",
        "data",
        "input",
        "reasoning",
        "reasoning_content",
        "refusal",
        "transcript",
    }
)


class TextMark(Struct, frozen=True, gc=False):
    """A text as of a moment."""

    log: TextLog
    end: int


class ListMark(Struct, frozen=True, gc=False):
    """A list as of a moment."""

    log: list[Any]
    end: int


def merged(
    old: Mapping[str, Any], new: Mapping[str, Any], limits: Limits = DEFAULTS
) -> dict[str, Any]:
    """``old`` with the fields of ``new`` added to it; nulls add nothing.

    Raises ``LimitExceededError`` for more fields than may be.
    """
    result = dict(old)
    for key, value in new.items():
        if value is not None:
            result[key] = _merge_value(key, result.get(key), value, limits)
    _check(result, limits, "fields of one object")
    return result


def resolved(value: Any) -> Any:
    """Plain data, with every mark replaced by what it marks."""
    if isinstance(value, TextMark):
        return value.log.first(value.end)
    if isinstance(value, ListMark):
        return [resolved(item) for item in value.log[: value.end]]
    if isinstance(value, Mapping):
        mapping = cast("Mapping[str, Any]", value)
        return {key: resolved(item) for key, item in mapping.items()}
    if isinstance(value, tuple):
        return [resolved(item) for item in cast("tuple[Any, ...]", value)]
    return value


def _merge_value(key: str, old: Any, new: Any, limits: Limits) -> Any:
    if isinstance(new, str) and key in TEXT_FIELDS:
        log = old.log if isinstance(old, TextMark) else TextLog()
        log.append(new)
        return TextMark(log, log.length)
    if isinstance(new, dict):
        base = cast("Mapping[str, Any]", old) if isinstance(old, Mapping) else EMPTY
        return merged(base, cast("dict[str, Any]", new), limits)
    if isinstance(new, list):
        return _merge_list(old, cast("list[Any]", new), limits)
    return new


def _merge_list(old: Any, new: list[Any], limits: Limits) -> Any:
    if _is_indexed(new) and (old is None or isinstance(old, tuple)):
        # Items that say where they belong: few, so a tuple that is copied is good enough.
        items = {item["index"]: item for item in cast("tuple[Any, ...]", old or ())}
        for item in new:
            items[item["index"]] = merged(items.get(item["index"], EMPTY), item, limits)
        _check(items, limits, "items of one list")
        return tuple(items[index] for index in sorted(items))
    log: list[Any] = old.log if isinstance(old, ListMark) else []
    if isinstance(old, tuple):
        log.extend(cast("tuple[Any, ...]", old))
    log.extend(new)
    return ListMark(log, len(log))


def _check(held: Mapping[Any, Any], limits: Limits, what: str) -> None:
    if len(held) > limits.fields:
        raise LimitExceededError("fields", limits.fields, f"{len(held)} {what}")


def _is_indexed(items: list[Any]) -> bool:
    return bool(items) and all(
        isinstance(item, dict) and isinstance(cast("dict[str, Any]", item).get("index"), int)
        for item in items
    )
