"""The refusal of ``NaN`` and ``Infinity`` in JSON, whichever parser reads it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar, cast

import msgspec

__all__ = ["read_finite"]

T = TypeVar("T")

_FOLDED = bytes.maketrans(b"123456789EANIF", b"000000000eanif")
_BETWEEN_DIGITS = b"+_"  # what parsers pass over before the digits of an exponent, or among them
_STEP = 7
_DIGITS = b"0" * (309 // _STEP)
# These are compiled where they are used, because that takes longer than most modules do.
_QUOTED_WORD = r'"\s*[+-]?[nNiI](?i:an|nf|nfinity)\s*"'
_STRING_OR_NUMBER = r'(?s)"[^"\\]*(?:\\.[^"\\]*)*"?|NaN|-?Infinity|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?'


def read_finite(text: str, read: Callable[[str], T]) -> T:
    """Read a JSON text; raise ``ValueError`` for ``NaN``, ``Infinity`` and values that become one.

    Some parsers read these, others do not, and some make them of strings and of large numbers, so
    the meaning of a text would depend on its parser.
    """
    if not _is_suspect(text):
        return read(text)
    for token in re.finditer(_STRING_OR_NUMBER, text):
        word = token.group()
        if word[0] == '"':
            continue
        is_float = word[-1].isdigit() and any(mark in word for mark in ".eE")
        if word[-1] in "Ny" or (is_float and math.isinf(float(word))):
            shown = word if len(word) <= 20 else f"{word[:20]}…"
            raise ValueError(f"{shown} at character {token.start()} is no finite number")
    value = read(text)
    if not _is_finite(value):
        raise ValueError("a number in it is not finite")
    return value


def _is_suspect(text: str) -> bool:
    """Return True for every text with a number that is not finite, and for few others."""
    # Regular expressions take three times as long. An infinite number without an exponent has 309
    # digits or more: so of every seventh byte 44 in a row are digits. Seven, because numbers of
    # equal length in a list have places between them that a step of eight may always miss.
    folded = text.encode("utf-8", "surrogatepass").translate(_FOLDED, _BETWEEN_DIGITS)
    return (
        b"0e000" in folded
        or b".e000" in folded
        or _DIGITS in folded[::_STEP]
        or ((b"nan" in folded or b"inf" in folded) and _has_word(text))
    )


def _has_word(text: str) -> bool:
    return "NaN" in text or "Infinity" in text or re.search(_QUOTED_WORD, text) is not None


def _is_finite(value: object) -> bool:
    waiting = [value]
    for current in waiting:
        if isinstance(current, float) and not math.isfinite(current):
            return False
        waiting.extend(_inside(current))
    return True


def _inside(value: Any) -> Iterable[object]:
    if isinstance(value, (list, tuple, set, frozenset)):
        return cast("Iterable[object]", value)
    if isinstance(value, msgspec.Struct):
        return [getattr(value, name) for name in value.__struct_fields__]
    is_record = hasattr(value, "__dataclass_fields__") or hasattr(value, "model_fields_set")
    fields: object = value
    if is_record:
        fields = getattr(value, "__dict__", {})
    return cast("Mapping[str, object]", fields).values() if isinstance(fields, Mapping) else ()
