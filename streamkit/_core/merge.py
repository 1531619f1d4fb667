"""Merging the fields that deltas carry besides text, without touching what was merged before.

Strategy: a merged object is a dict that is never changed, only replaced, so an event can hold it
for ever. What grows (text, lists) is kept in an append-only log and stands in the dict as a mark:
the log and how much of it there was. What is replaced is copied, so how many fields an object may
gather is limited: else each chunk could cost more than the one before.
"""

from __future__ import annotations

import functools
import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal, cast

from msgspec import Struct

from streamkit._core.indexed import IndexedMark, index_of
from streamkit._core.text import TextLog
from streamkit.errors import LimitExceededError
from streamkit.limits import DEFAULTS, Limits
from streamkit.types.speech import DETAILS

__all__ = ["DELTAS", "EMPTY", "PER_TOKEN", "REPORTS", "Rules", "TextMark", "merged", "resolved"]

EMPTY: Mapping[str, Any] = {}


class Rules(Struct, frozen=True):
    """How what comes is added to what there is; nulls add nothing, and objects merge by field."""

    texts: frozenset[str] = frozenset()
    """The strings that accumulate; any other is a whole value that replaces the last."""
    lists: Literal["replaced", "added to", "said again or added to"] = "added to"
    """Whether a list of which nothing has an index is the whole of it, or what is new."""
    by_type: bool = False
    """Whether items of one index are of one object only if they are of one type."""


_TEXTS = frozenset(
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

DELTAS = Rules(_TEXTS, "said again or added to")
"""Of a choice and its deltas, where servers send both what is new and reports of what there is."""
PER_TOKEN = Rules(_TEXTS)
"""Of what comes with tokens: two that are alike are two."""
REPORTS = Rules(lists="replaced")
"""Of a chunk, in which nothing grows: citations, search results and moderation come whole."""
# What models think, to be sent back unchanged. Its texts have names that are whole values
# elsewhere, and an encrypted item may have the same index as the text before it.
_DETAILS = Rules(_TEXTS | {"summary", "text"}, by_type=True)


# Some servers send the message so far beside each delta.
_BY_NAME: Mapping[str, Rules] = {DETAILS: _DETAILS, "message": REPORTS}


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
    rules: Rules = DELTAS,
) -> dict[str, Any]:
    """``old`` with the fields of ``new`` added to it.

    Raises ``LimitExceededError`` for more fields than may be.
    """
    result = dict(old)
    for key, value in new.items():
        if value is not None:
            of_field = _BY_NAME.get(key, rules) if rules is DELTAS else rules
            if isinstance(value, str) and key in of_field.texts:
                result[key] = _longer(result.get(key), value)
            else:
                result[key] = _merge_value(result.get(key), value, limits, of_field)
    _check(len(result), limits, "fields of one object")
    return result


def resolved(value: Any) -> Any:
    """Plain data, with every mark replaced by what it marks."""
    if isinstance(value, TextMark):
        return value.log.first(value.end)
    if isinstance(value, ListMark):
        return [resolved(item) for item in value.log[: value.end]]
    if isinstance(value, IndexedMark):
        return [resolved(item) for item in value.in_order()]
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


def _merge_value(old: Any, new: Any, limits: Limits, rules: Rules) -> Any:
    if isinstance(new, dict):
        base = cast("Mapping[str, Any]", old) if isinstance(old, Mapping) else EMPTY
        return merged(base, cast("dict[str, Any]", new), limits, rules)
    if isinstance(new, list):
        return _merge_list(old, cast("list[Any]", new), limits, rules)
    return new


def _merge_list(old: Any, new: list[Any], limits: Limits, rules: Rules) -> Any:
    if rules.lists == "replaced":
        return ListMark(new, len(new)) if new or old is None else old
    if all(index_of(item) is not None for item in new) and new and _may_have_indices(old):
        items = old if isinstance(old, IndexedMark) else IndexedMark()
        merge = functools.partial(merged, limits=limits, rules=rules)
        mark = items.added(new, merge, by_type=rules.by_type)
        _check(len(mark.places), limits, "items of one list")
        return mark
    if isinstance(old, ListMark):
        if rules.lists == "said again or added to" and _is_said_again(old, new):
            return ListMark([*new], len(new))
        log = old.log
    else:
        log = [*old.in_order()] if isinstance(old, IndexedMark) else []
    log.extend(new)
    return ListMark(log, len(log))


def _may_have_indices(old: Any) -> bool:
    return old is None or isinstance(old, IndexedMark)


def _is_said_again(old: ListMark, new: list[Any]) -> bool:
    """Whether a list has all that came before it, in any order: then it is the whole.

    Not so numbers, nor lists of them, for tokens are told as such. It costs what the new list
    brings.
    """
    if len(new) < old.end or not old.end or any(map(_is_numeric, new)):
        return False
    held = old.log[: old.end]
    return new[: old.end] == held or not Counter(map(_said, held)) - Counter(map(_said, new))


def _is_numeric(item: Any) -> bool:
    """Whether it is a number, or a list that has one at any depth."""
    waiting: list[Any] = [item]
    for each in waiting:
        if isinstance(each, int | float):
            return True
        if isinstance(each, list):
            waiting.extend(cast("list[Any]", each))
    return False


def _said(item: Any) -> str:
    return json.dumps(item, sort_keys=True, default=repr)


def _check(count: int, limits: Limits, what: str) -> None:
    if count > limits.fields:
        raise LimitExceededError("fields", limits.fields, f"{count} {what}")
