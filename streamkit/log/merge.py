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


# OpenRouter's field for what models think, to be sent back unchanged. Its texts have names that are
# whole values elsewhere, and an encrypted item may have the same index as the text before it.
DETAILS = "reasoning_details"
DETAIL_TEXT_FIELDS = TEXT_FIELDS | {"summary", "text"}


class TextMark(Struct, frozen=True, gc=False):
    """A text as of a moment."""

    log: TextLog
    end: int


class ListMark(Struct, frozen=True, gc=False):
    """A list as of a moment."""

    log: list[Any]
    end: int


def merged(
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    limits: Limits = DEFAULTS,
    text_fields: frozenset[str] = TEXT_FIELDS,
) -> dict[str, Any]:
    """``old`` with the fields of ``new`` added to it; nulls add nothing.

    Raises ``LimitExceededError`` for more fields than may be.
    """
    result = dict(old)
    for key, value in new.items():
        if value is not None:
            names = DETAIL_TEXT_FIELDS if key == DETAILS else text_fields
            if isinstance(value, str) and key in names:
                result[key] = _longer(result.get(key), value)
            else:
                result[key] = _merge_value(result.get(key), value, limits, names)
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


def _longer(old: Any, text: str) -> TextMark:
    log = old.log if isinstance(old, TextMark) else TextLog()
    log.append(text)
    return TextMark(log, log.length)


def _merge_value(old: Any, new: Any, limits: Limits, text_fields: frozenset[str]) -> Any:
    if isinstance(new, dict):
        base = cast("Mapping[str, Any]", old) if isinstance(old, Mapping) else EMPTY
        return merged(base, cast("dict[str, Any]", new), limits, text_fields)
    if isinstance(new, list):
        return _merge_list(old, cast("list[Any]", new), limits, text_fields)
    return new


def _merge_list(old: Any, new: list[Any], limits: Limits, text_fields: frozenset[str]) -> Any:
    if _is_indexed(new) and (old is None or isinstance(old, tuple)):
        # Items that say where they belong: few, so a tuple that is copied is good enough.
        by_type = text_fields is DETAIL_TEXT_FIELDS
        items = {_place(item, by_type=by_type): item for item in cast("tuple[Any, ...]", old or ())}
        for item in new:
            place = _place(item, by_type=by_type)
            items[place] = merged(items.get(place, EMPTY), item, limits, text_fields)
        _check(items, limits, "items of one list")
        return tuple(items[place] for place in sorted(items, key=_index))
    log: list[Any] = old.log if isinstance(old, ListMark) else []
    if isinstance(old, tuple):
        log.extend(cast("tuple[Any, ...]", old))
    log.extend(new)
    return ListMark(log, len(log))


def _place(item: Mapping[str, Any], *, by_type: bool) -> tuple[int, Any]:
    return item["index"], str(item.get("type")) if by_type else None


def _index(place: tuple[int, Any]) -> int:
    return place[0]


def _check(held: Mapping[Any, Any], limits: Limits, what: str) -> None:
    if len(held) > limits.fields:
        raise LimitExceededError("fields", limits.fields, f"{len(held)} {what}")


def _is_indexed(items: list[Any]) -> bool:
    return bool(items) and all(
        isinstance(item, dict) and isinstance(cast("dict[str, Any]", item).get("index"), int)
        for item in items
    )
