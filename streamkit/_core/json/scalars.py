"""The grammar of numbers and literals in JSON, as a machine that takes a character at a time."""

from __future__ import annotations

from types import NoneType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["AFTER_SCALAR", "FINISHED", "LITERALS", "SCALARS", "SCALAR_STARTS"]

_SPACE: Final = " \t\n\r"
_DIGITS: Final = "0123456789"

LITERALS: Final = {"true": True, "false": False, "null": None}
"""The values of the literals."""

SCALARS: Final[dict[str, dict[str, str]]] = {
    "start": {
        "-": "minus",
        "0": "zero",
        **dict.fromkeys("123456789", "integer"),
        **{word[0]: word[0] for word in LITERALS},
    },
    "minus": {"0": "zero", **dict.fromkeys("123456789", "integer")},
    "zero": {".": "point", "e": "exponent", "E": "exponent"},
    "integer": {
        **dict.fromkeys(_DIGITS, "integer"),
        ".": "point",
        "e": "exponent",
        "E": "exponent",
    },
    "point": dict.fromkeys(_DIGITS, "fraction"),
    "fraction": {**dict.fromkeys(_DIGITS, "fraction"), "e": "exponent", "E": "exponent"},
    "exponent": {**dict.fromkeys(_DIGITS, "power"), "+": "sign", "-": "sign"},
    "sign": dict.fromkeys(_DIGITS, "power"),
    "power": dict.fromkeys(_DIGITS, "power"),
    **{
        word[:size]: dict.fromkeys(word[size : size + 1], word[: size + 1])
        for word in LITERALS
        for size in range(1, len(word) + 1)
    },
}
"""The transitions within a number or literal: by state and character, the next state."""

SCALAR_STARTS: Final = frozenset(SCALARS["start"])
"""The characters with which a number or literal begins."""

FINISHED: Final[dict[str, Callable[[str], Any]]] = {
    "zero": int,
    "integer": int,
    "fraction": float,
    "power": float,
    **dict.fromkeys(LITERALS, LITERALS.__getitem__),
}
"""The states in which a number or literal may end, and the function that makes its value."""

AFTER_SCALAR: Final = {
    NoneType: (_SPACE, "nothing more"),
    list: (_SPACE + ",]", "',' or ']'"),
    dict: (_SPACE + ",}", "',' or '}'"),
}
"""The characters that may follow a number or literal, by its container."""
