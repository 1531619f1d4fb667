"""The grammar of the marks of JSON, as a table: what follows a mark at each step of a parser."""

from __future__ import annotations

from typing import Final

from streamkit._core.json.scalars import SCALAR_STARTS

__all__ = [
    "AFTER_HALF",
    "AFTER_HIGH",
    "AFTER_ITEM",
    "AFTER_MARKS",
    "AFTER_MEMBER",
    "AFTER_ROOT",
    "CLOSE",
    "COLON",
    "ESCAPE",
    "EXPECTED",
    "FIRST_ITEM",
    "FIRST_KEY",
    "HEX_DIGITS",
    "NEXT_KEY",
    "OPEN_ARRAY",
    "SCALAR",
    "SCALAR_BEGINS",
    "SPACE",
    "STRING",
    "VALUE",
]

# The steps. A value may begin at the first two, and a key at the next two.
VALUE: Final = 0
FIRST_ITEM: Final = 1
FIRST_KEY: Final = 2
NEXT_KEY: Final = 3
COLON: Final = 4
AFTER_MEMBER: Final = 5
AFTER_ITEM: Final = 6
AFTER_ROOT: Final = 7
STRING: Final = 8
SCALAR: Final = 9
ESCAPE: Final = 10
HEX_DIGITS: Final = 11
AFTER_HIGH: Final = 12
AFTER_HALF: Final = 13

# The actions, which are greater than all steps.
SCALAR_BEGINS: Final = 14
CLOSE: Final = 15
OPEN_ARRAY: Final = 16
OPEN_OBJECT: Final = 17

SPACE: Final = " \t\n\r"

_BEGINS_VALUE: Final = {
    "{": OPEN_OBJECT,
    "[": OPEN_ARRAY,
    **dict.fromkeys(SCALAR_STARTS, SCALAR_BEGINS),
}

AFTER_MARKS: Final[tuple[dict[str, int], ...]] = (
    {" ": VALUE, **_BEGINS_VALUE},
    {" ": FIRST_ITEM, **_BEGINS_VALUE, "]": CLOSE},
    {" ": FIRST_KEY, "}": CLOSE},
    {" ": NEXT_KEY},
    {" ": COLON, ":": VALUE, ": ": VALUE},
    {" ": AFTER_MEMBER, ",": NEXT_KEY, ", ": NEXT_KEY, "}": CLOSE},
    {" ": AFTER_ITEM, ",": VALUE, ", ": VALUE, "]": CLOSE},
    {" ": AFTER_ROOT},
)
"""By the step: the step after a mark, or an action. The common pairs of marks are read at once."""

EXPECTED: Final = {
    VALUE: "a value",
    FIRST_ITEM: "a value",
    FIRST_KEY: "a key or '}'",
    NEXT_KEY: "a key",
    COLON: "':'",
    AFTER_MEMBER: "',' or '}'",
    AFTER_ITEM: "',' or ']'",
    AFTER_ROOT: "nothing more",
}
"""The description of what a step expects."""
