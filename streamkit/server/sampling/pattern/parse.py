"""The parser of regular expressions."""

from __future__ import annotations

import re

from streamkit.server.sampling.pattern.nodes import (
    Around,
    Branches,
    Kind,
    Named,
    Node,
    Repeat,
    Sequence,
    Set,
    Span,
    Where,
)
from streamkit.server.sampling.unsatisfiable import UnsatisfiableError

PATTERN_LIMIT = 10_000
"""The number of characters that a pattern may have."""
NESTING_LIMIT = 50
"""The depth to which groups may be nested."""
REPETITION_LIMIT = 10_000
"""The largest number of required repetitions; a larger upper bound counts as none."""
SHOWN = 100
"""The number of characters of a pattern that an error quotes."""


def parse(pattern: str) -> Node:
    """Return the tree of a pattern.

    Raises:
        UnsatisfiableError: The pattern is invalid, too long, or has a part that is not supported.
    """
    if len(pattern) > PATTERN_LIMIT:
        raise UnsatisfiableError(f"a pattern of {len(pattern)} characters is too long")
    return _Parser(pattern).whole()


class _Parser:
    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._place = 0
        self._depth = 0
        self._literals: dict[str, Set] = {}
        self._names: set[str] = set()

    def whole(self) -> Node:
        node = self._branches()
        if self._place < len(self._pattern):
            raise self._error("unbalanced ')'")
        return node

    def _branches(self) -> Node:
        branches = [self._sequence()]
        while self._take("|"):
            branches.append(self._sequence())
        return branches[0] if len(branches) == 1 else Branches(tuple(branches))

    def _sequence(self) -> Node:
        items: list[Node] = []
        while self._peek() not in {"", "|", ")"}:
            items.append(self._repeated(self._atom()))
        return items[0] if len(items) == 1 else Sequence(tuple(items))

    def _repeated(self, item: Node) -> Node:
        found = _QUANTIFIER.match(self._pattern, self._place)
        if not found:
            return item
        if isinstance(item, Where):
            raise self._error("nothing to repeat")
        self._place = found.end()
        # The order in which matches are tried makes no difference here, so `?` is ignored.
        if not self._take("?") and self._take("+"):
            raise self._error("possessive quantifiers are not understood")
        if _QUANTIFIER.match(self._pattern, self._place):
            raise self._error("multiple repeat")
        least, most = _BOUNDS.get(found["sign"], (0, None))
        if found["sign"] is None:
            least = _count(found["least"] or "0")
            most = least if found["range"] is None else None
            if found["most"]:
                most = _count(found["most"])
        if least > REPETITION_LIMIT:
            raise self._error(f"more than {REPETITION_LIMIT} repetitions are too many")
        if most is not None and most < least:
            raise self._error("min repeat greater than max repeat")
        return Repeat(item, least, None if most is not None and most > REPETITION_LIMIT else most)

    def _atom(self) -> Node:
        sign = self._next()
        match sign:
            case "(":
                return self._group()
            case "[":
                return self._set()
            case "\\":
                return self._escaped()
            case ".":
                return Set((Span("\n", "\n"),), negated=True)
            case "^":
                return Where.START
            case "$":
                return Where.END
            case "*" | "+" | "?":
                raise self._error("nothing to repeat")
            case _:
                # Each character has one set, so that a text is searched once for it.
                return self._literals.setdefault(sign, Set((Span(sign, sign),)))

    def _group(self) -> Node:
        self._depth += 1
        if self._depth > NESTING_LIMIT:
            raise self._error("groups are nested too deeply")
        opening = _GROUP.match(self._pattern, self._place)
        if opening is None and self._peek() == "?":
            raise self._error(f"unknown extension {self._pattern[self._place :][:4]}")
        if opening:
            self._place = opening.end()
            if opening["name"] in self._names:
                raise self._error(f"redefinition of group name {opening['name']}")
            if opening["name"]:
                self._names.add(opening["name"])
        item = self._branches()
        if not self._take(")"):
            raise self._error("a group is not closed")
        self._depth -= 1
        sign = opening and opening["around"]
        if sign:
            return Around(item, "<" not in sign, "!" in sign)
        # A place such as `^` can be repeated only inside a group, so the group is kept.
        return Sequence((item,)) if isinstance(item, Where) else item

    def _escaped(self) -> Node:
        if (sign := self._peek()) in _PLACES:
            self._next()
            return _PLACES[sign]
        if sign in _DIGITS_BUT_ZERO or sign == "k":
            raise self._error("back-references are not followed")
        return Set((self._escaped_member(),))

    def _set(self) -> Set:
        negated = self._take("^")
        members: list[Named | Span] = []
        # A closing bracket that comes first is one of the characters.
        while not members or self._peek() != "]":
            members.append(self._member())
        self._next()
        return Set(tuple(members), negated)

    def _member(self) -> Named | Span:
        first = self._one()
        rest = self._pattern[self._place : self._place + 2]
        # A minus before the closing bracket is a character, not a range.
        if len(rest) < 2 or rest[0] != "-" or rest[1] == "]":
            return first
        self._next()
        last = self._one()
        if isinstance(first, Named) or isinstance(last, Named) or first.first > last.last:
            raise self._error("bad character range")
        return Span(first.first, last.last)

    def _one(self) -> Named | Span:
        sign = self._next()
        if sign != "\\":
            return Span(sign, sign)
        if self._take("b"):
            return Span("\b", "\b")
        return self._escaped_member()

    def _escaped_member(self) -> Named | Span:
        sign = self._next()
        if sign.lower() in _KINDS:
            return Named(_KINDS[sign.lower()], negated=sign.isupper())
        if sign in _HEX_DIGITS:
            sign = self._coded(_HEX_DIGITS[sign])
        elif sign in _CONTROLS:
            sign = _CONTROLS[sign]
        elif sign.isascii() and sign.isalnum():
            raise self._error(f"bad escape \\{sign}")
        return Span(sign, sign)

    def _coded(self, length: int) -> str:
        digits = self._pattern[self._place : self._place + length]
        self._place += length
        if len(digits) < length or not set(digits) <= _HEX or int(digits, 16) > 0x10FFFF:
            raise self._error("incomplete escape")
        return chr(int(digits, 16))

    def _peek(self) -> str:
        return self._pattern[self._place : self._place + 1]

    def _take(self, sign: str) -> bool:
        taken = self._peek() == sign
        self._place += taken
        return taken

    def _next(self) -> str:
        sign = self._peek()
        if not sign:
            raise self._error("the pattern ends too early")
        self._place += 1
        return sign

    def _error(self, what: str) -> UnsatisfiableError:
        shown = self._pattern[:SHOWN] + "…" * (len(self._pattern) > SHOWN)
        return UnsatisfiableError(f"no text for {shown!r}: {what}")


def _count(digits: str) -> int:
    # Python does not read a number of more than 4,300 digits; all counts above the limit are equal.
    digits = digits.lstrip("0")
    return int(digits or "0") if len(digits) <= len(str(REPETITION_LIMIT)) else REPETITION_LIMIT + 1


_DIGITS_BUT_ZERO = set("123456789")
_HEX = set("0123456789abcdefABCDEF")
_KINDS = {kind.value: kind for kind in Kind}
_PLACES = {
    "A": Where.START,
    "B": Where.NO_BOUNDARY,
    "Z": Where.VERY_END,
    "b": Where.BOUNDARY,
}
_CONTROLS = {"0": "\0", "a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_HEX_DIGITS = {"x": 2, "u": 4, "U": 8}
_QUANTIFIER = re.compile(
    r"(?P<sign>[*+?])|\{(?!\})(?P<least>[0-9]*)(?P<range>,(?P<most>[0-9]*))?\}"
)
_BOUNDS: dict[str | None, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_GROUP = re.compile(r"\?(?:(?P<around><?[=!])|:|P<(?P<name>[^\W\d]\w*)>)")
