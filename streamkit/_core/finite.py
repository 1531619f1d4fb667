"""The refusal of ``NaN`` and ``Infinity`` in JSON, whichever parser reads it."""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any, TypeVar, cast

import msgspec

__all__ = ["read_finite"]

T = TypeVar("T")

_ENDS = b"\t\n\v\f\r ,]}\\" + bytes(range(128, 256))  # what follows a word
_FOLDED = bytes.maketrans(b".123456789EANIFT" + _ENDS, b"0000000000eanift" + b'"' * len(_ENDS))
_BETWEEN_DIGITS = b"+_"  # what parsers pass over before the digits of an exponent, or among them
_STEP = 7
_DIGITS = b"0" * (210 // _STEP)
# These are compiled where they are used, because that takes longer than most modules do.
_SPACE = r"(?:\s|\\[fnrt]|\\u[\da-fA-F]{4})*"
_QUOTED_WORD = rf'"{_SPACE}[+-]?[nNiI](?i:an|nf|nfinity){_SPACE}"'
_ESCAPED_LETTER = r"\\u00(?:2[bdeBDE]|3\d|[4-7])"  # or a digit, a sign, a point or an underscore
_NUMBER_IN_QUOTES = r'("(?:[\s\d+._aAeEfFiInNtTyY-]|\\[fnrt]|\\u[\da-fA-F]{4})*")'
_STRING = r'(?s:"[^"\\]*(?:\\.[^"\\]*)*"?)'
_NUMBER = r"NaN|-?Infinity|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"
_STRING_OR_NUMBER = f"{_NUMBER_IN_QUOTES}|{_STRING}|{_NUMBER}"


def read_finite(text: str, read: Callable[[str], T]) -> T:
    """Read a JSON text; raise ``ValueError`` for ``NaN``, ``Infinity`` and values that become one.

    Some parsers read these, others do not, and some make them of strings and of large numbers, so
    the meaning of a text would depend on its parser. A field may be infinite by default.
    """
    if not _is_suspect(text):
        return read(text)
    may_become_one = False
    for token in re.finditer(_STRING_OR_NUMBER, text):
        word = token.group()
        if word[0] == '"':
            may_become_one |= token.lastindex is not None and _is_infinite(word)
        elif not math.isfinite(float(word)):
            if word.isdecimal() or word[1:].isdecimal():  # an integer, which may stay one
                may_become_one = True
                continue
            shown = word if len(word) <= 20 else f"{word[:20]}…"
            raise ValueError(f"{shown} at character {token.start()} is no finite number")
    value = read(text)
    if may_become_one and not _is_finite(value):
        raise ValueError("a number in it is not finite")
    return value


def _is_suspect(text: str) -> bool:
    """Return True for every text with a number that is not finite, and for few others."""
    # Regular expressions take three times as long. An infinite number has an exponent of three
    # digits or more, or else at least 210 digits before it: so of every seventh byte 30 in a row
    # are digits. Seven, because numbers of equal length in a list have places between them that a
    # step of eight may always miss.
    folded = text.encode("utf-8", "surrogatepass").translate(_FOLDED, _BETWEEN_DIGITS) + b'"'
    return (
        b"0e000" in folded
        or _DIGITS in folded[::_STEP]
        or (b"nan" in folded and b'nan"' in folded and _has_word(text))
        or (b"inf" in folded and (b'inf"' in folded or b"infinit" in folded) and _has_word(text))
        or ("\\" in text and "\\u00" in text and re.search(_ESCAPED_LETTER, text) is not None)
    )


def _has_word(text: str) -> bool:
    return "NaN" in text or "Infinity" in text or re.search(_QUOTED_WORD, text) is not None


def _is_infinite(quoted: str) -> bool:
    """Return whether a lenient parser may make a number that is not finite of a string."""
    try:
        return not math.isfinite(float(msgspec.json.decode(quoted, type=str).replace("_", "")))
    except (ValueError, msgspec.DecodeError):
        return False


def _is_finite(value: object) -> bool:
    waiting = [value]
    seen: dict[int, object] = {}
    for current in waiting:
        if isinstance(current, float):
            if not math.isfinite(current):
                return False
        elif id(current) not in seen:  # a validator may have made a value that holds itself
            seen[id(current)] = current
            waiting.extend(_inside(current))
    return True


def _inside(value: Any) -> Iterable[object]:
    """Return what is in a value, but for the defaults of fields, which no text gave."""
    if isinstance(value, (list, tuple, set, frozenset, deque)):
        return cast("Iterable[object]", value)
    if isinstance(value, Mapping):
        return chain.from_iterable(cast("Mapping[object, object]", value).items())
    given: Mapping[str, object] = {}
    if isinstance(value, msgspec.Struct):
        given = {field.name: field.default for field in msgspec.structs.fields(value)}
    elif hasattr(value, "__dataclass_fields__"):
        given = {name: field.default for name, field in value.__dataclass_fields__.items()}
    elif hasattr(value, "model_fields_set"):
        given = dict.fromkeys(value.model_fields_set)
    fields = [(getattr(value, name, None), default) for name, default in given.items()]
    return [field for field, default in fields if field is not default]
