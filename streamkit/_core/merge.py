"""The merging of fields that deltas carry besides text, without a change to earlier results.

Strategy: a merged object is a dict that is never changed, only replaced, so an event can hold it
forever. A growing value (a text, a list) is kept in an append-only log, and its place in the dict
has a mark: the log and its length at the moment. A replaced dict is copied, so the number of its
fields is limited: else each chunk could cost more than the one before. Lists of a delta are copied,
too: its reader may change them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias, cast

from msgspec import Struct

from streamkit._core.copying import copied
from streamkit._core.indexed import IndexedMark, index_of
from streamkit._core.text import TextLog
from streamkit._core.wire import SCALARS
from streamkit.errors import LimitExceededError
from streamkit.limits import DEFAULTS, Limits

__all__ = ["EMPTY", "Fields", "Rules", "TextMark", "adds_nothing_again", "merged", "resolved"]

Fields: TypeAlias = Mapping[str, Any]
"""An object, or a part of one, at one moment."""

EMPTY: Fields = {}


class Rules(Struct, frozen=True, kw_only=True):
    """The rules of merging a delta into an object; nulls add nothing, objects merge by field."""

    texts: frozenset[str] = frozenset()
    """The names of strings that accumulate; any other string replaces the last one."""
    names: Mapping[str, Callable[[Fields], bool]] = {}
    """The names of strings that some servers send in pieces, and a test of their object for whether
    another piece is appended."""
    kept: frozenset[str] = frozenset()
    """The names of the fields whose first value stays."""
    lists: Literal["replaced", "added to", "said again or added to"] = "added to"
    """Whether a list without indices is the whole list, or the new items of it."""
    indexed: frozenset[str] | None = None
    """The names of the lists with indices, whose items get the next index if they have none; any
    other list has no indices. None: a list has indices if all its items have one."""
    most: Literal["fields", "parts"] = "fields"
    """The name of the limit for the items of a list with indices."""
    by_type: bool = False
    """Whether items of one index are merged only if they have one type."""
    fields: Mapping[str, Rules] = {}
    """The rules for the values of these fields; for any other field these rules hold again."""


class TextMark(Struct, frozen=True, gc=False):
    """A text at one moment."""

    log: TextLog
    end: int


class ListMark(Struct, frozen=True, gc=False):
    """A list at one moment."""

    log: list[Any]
    end: int


def merged(old: Fields, new: Fields, rules: Rules, limits: Limits = DEFAULTS) -> dict[str, Any]:
    """Return ``old`` with the fields of ``new`` merged into it.

    Raises ``LimitExceededError`` for more fields than the limit.
    """
    result = dict(old)
    for key, value in new.items():
        known = result.get(key)
        if value is None or (known and key in rules.kept):
            continue
        of_field = rules.fields.get(key, rules)
        if isinstance(value, dict):
            base = cast("Fields", known) if isinstance(known, Mapping) else EMPTY
            result[key] = merged(base, cast("Fields", value), of_field, limits)
        elif isinstance(value, list):
            result[key] = _merge_list(key, known, cast("list[Any]", value), of_field, limits)
        elif isinstance(value, str) and key in of_field.texts:
            result[key] = _longer(known, value, limits)
        elif isinstance(value, str) and key in of_field.names:
            result[key] = _named(old, key, value, of_field, limits)
        else:
            result[key] = value
    _check("fields", len(result), limits, "fields of one object")
    return result


def adds_nothing_again(new: Fields, result: Fields, rules: Rules) -> bool:
    """Return whether ``result``, into which ``new`` was merged, stays the same if it comes again.

    A list with indices is not looked at: it counts as one that may add something.
    """
    for key, value in new.items():
        known = result.get(key)
        of_field = rules.fields.get(key, rules)
        if isinstance(value, dict):
            inner = cast("Fields", known) if isinstance(known, Mapping) else None
            if inner is None or not adds_nothing_again(cast("Fields", value), inner, of_field):
                return False
        elif isinstance(value, list):
            if value and not _is_all(known, cast("list[Any]", value), of_field):
                return False
        elif isinstance(value, str) and (key in of_field.texts or key in of_field.names):
            return False
    return True


def resolved(value: Any) -> Any:
    """Return plain data of the caller's own, with every mark replaced by its text or list."""
    # A look at the type itself is cheap, and most values are plain.
    if type(value) in SCALARS:
        return value
    if type(value) is dict:
        fields = cast("dict[str, Any]", value)
        return {key: resolved(item) for key, item in fields.items()}
    if type(value) is list:
        return copied(cast("list[Any]", value))
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


def _longer(old: Any, text: str, limits: Limits) -> TextMark:
    log = old.log if isinstance(old, TextMark) else TextLog(limits)
    log.append(text)
    return TextMark(log, log.length)


def _named(old: Fields, key: str, piece: str, rules: Rules, limits: Limits) -> str:
    known = old.get(key)
    if not known or not isinstance(known, str):
        known = ""
    elif piece == known or not rules.names[key](old):
        piece = ""
    _check("name_length", len(known) + len(piece), limits, f"characters of a {key}")
    return known + piece


def _merge_list(key: str, old: Any, new: list[Any], rules: Rules, limits: Limits) -> Any:
    if rules.indexed is None:
        has_indices = _have_indices(new) and (old is None or isinstance(old, IndexedMark))
    else:
        has_indices = key in rules.indexed
    if has_indices:
        items = old if isinstance(old, IndexedMark) else IndexedMark()
        mark = items.added(
            [cast("Fields", item) for item in new if isinstance(item, dict)],
            lambda known, item: merged(known, item, rules, limits),
            by_type=rules.by_type,
        )
        _check(rules.most, len(mark.places), limits, "items of one list")
        return mark
    if rules.lists == "replaced":
        return ListMark(copied(new), len(new)) if new or old is None else old
    if isinstance(old, ListMark):
        if not new:
            return old  # which may be older than the end of its log
        if rules.lists == "said again or added to" and _is_said_again(old, new):
            return ListMark(copied(new), len(new))
        log = old.log
    else:
        log = [*old.in_order()] if isinstance(old, IndexedMark) else []
    log += copied(new)
    return ListMark(log, len(log))


def _have_indices(new: list[Any]) -> bool:
    # The first item alone tells what nearly all lists are.
    return bool(new) and index_of(new[0]) is not None and all(map(_has_index, new))


def _has_index(item: Any) -> bool:
    return index_of(item) is not None


def _is_said_again(old: ListMark, new: list[Any]) -> bool:
    """Return whether a list contains all earlier items, in any order: then it is the whole list.

    It is not for numbers, nor lists of them, because tokens are sent as numbers. The cost is
    proportional to the new list.
    """
    if len(new) < old.end or not old.end or any(map(_is_numeric, new)):
        return False
    held = old.log[: old.end]
    return new[: old.end] == held or not Counter(map(_said, held)) - Counter(map(_said, new))


def _is_all(mark: Any, new: list[Any], rules: Rules) -> bool:
    """Return whether a list, which was merged last, is the whole list and would be so again."""
    if not isinstance(mark, ListMark) or rules.lists == "added to":
        return False
    return rules.lists == "replaced" or (mark.end == len(new) and _is_said_again(mark, new))


def _is_numeric(item: Any) -> bool:
    """Return whether an item is a number, or a list that has one at any depth."""
    waiting: list[Any] = [item]
    for each in waiting:
        if isinstance(each, int | float):
            return True
        if isinstance(each, list):
            waiting.extend(cast("list[Any]", each))
    return False


def _said(item: Any) -> str:
    import json

    return json.dumps(item, sort_keys=True, default=repr)


def _check(
    limit: Literal["fields", "parts", "name_length"], count: int, limits: Limits, what: str
) -> None:
    most = getattr(limits, limit)
    if count > most:
        raise LimitExceededError(limit, most, f"{count} {what}")
