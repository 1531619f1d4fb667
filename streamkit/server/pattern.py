"""Text that matches a regular expression."""

# Strategy: a recursive descent over the pattern, in the dialect of JSON Schema; each construct
# becomes a function that draws one text. Anchors, word boundaries and look-around have no text of
# their own: they are passed over here, and the caller tests what was drawn.

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING

from streamkit.server.unsatisfiable import UnsatisfiableError

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    Draw = Callable[[Random], str]

LENGTH_LIMIT = 10_000
"""Characters that a pattern may ask for; a longer text is refused."""
VARIETY = 8
"""How many more repetitions than needed there may be."""


def matching(pattern: str, random: Random, *, stretch: int = 0) -> str:
    """A text made after ``pattern``; what may be repeated is so at least ``stretch`` times more.

    It may miss what the pattern says with anchors, boundaries and look-around.

    Raises:
        UnsatisfiableError: No text can be made.
    """
    parser = _Parser(pattern, stretch)
    draw = parser.alternatives()
    if parser.rest:
        raise UnsatisfiableError(f"unbalanced ')' in {pattern!r}")
    return draw(random)


class _Parser:
    def __init__(self, pattern: str, stretch: int) -> None:
        self.rest = pattern
        self._stretch = stretch

    def alternatives(self) -> Draw:
        branches = [self._sequence()]
        while self._take("|"):
            branches.append(self._sequence())
        return lambda random: random.choice(branches)(random)

    def _sequence(self) -> Draw:
        items: list[Draw] = []
        while self.rest and self.rest[0] not in "|)":
            items.append(self._repeated(self._atom()))
        return lambda random: _short("".join(item(random) for item in items))

    def _repeated(self, item: Draw) -> Draw:
        found = _QUANTIFIER.match(self.rest)
        if not found:
            return item
        self.rest = self.rest[found.end() :]
        least, most = _BOUNDS.get(found["sign"], (0, None))
        if found["least"]:
            least = int(found["least"])
            most = least if found["range"] is None else None
        if found["most"]:
            most = int(found["most"])
        if least > LENGTH_LIMIT:
            raise UnsatisfiableError(f"{least} repetitions are too many")
        if most is None:
            least += self._stretch
        bound = least + VARIETY if most is None else min(most, least + VARIETY)

        def draw(random: Random) -> str:
            text = ""
            for _ in range(random.randint(least, bound)):
                text = _short(text + item(random))
            return text

        return draw

    def _atom(self) -> Draw:
        if self._take("("):
            return self._group()
        if self._take("["):
            return _one_of(self._set())
        if self._take("\\"):
            return self._escaped()
        if self._take("."):
            return _one_of(_PRINTABLE)
        if self._take("^") or self._take("$"):
            return _nothing
        return _one_of(self._next())

    def _group(self) -> Draw:
        opening = _GROUP.match(self.rest)
        around = opening is not None and opening["around"] is not None
        if opening:
            self.rest = self.rest[opening.end() :]
        draw = self.alternatives()
        if not self._take(")"):
            raise UnsatisfiableError("a group is not closed")
        return _nothing if around else draw

    def _escaped(self) -> Draw:
        if self.rest[:1] in {"b", "B"}:
            self._next()
            return _nothing
        if self.rest[:1] in _DIGITS_BUT_ZERO or self.rest[:1] == "k":
            raise UnsatisfiableError("back-references are not followed")
        return _one_of(self._escaped_set())

    def _escaped_set(self) -> str:
        sign = self._next()
        if sign in _CLASSES:
            return _CLASSES[sign]
        if sign in _HEX_DIGITS:
            code = self.rest[: _HEX_DIGITS[sign]]
            self.rest = self.rest[_HEX_DIGITS[sign] :]
            return chr(int(code, 16))
        return _CONTROLS.get(sign, sign)

    def _set(self) -> str:
        negated = self._take("^")
        members = ""
        while not self._take("]"):
            member = self._member()
            # A minus before the closing bracket is a minus.
            if len(member) == 1 and re.match(r"-[^]]", self.rest):
                self._next()
                last = self._member()
                member = "".join(map(chr, range(ord(member), ord(last[-1]) + 1)))
            members += member
        if negated:
            members = "".join(sign for sign in _PRINTABLE if sign not in members)
        return members

    def _member(self) -> str:
        return self._escaped_set() if self._take("\\") else self._next()

    def _take(self, sign: str) -> bool:
        if not self.rest.startswith(sign):
            return False
        self.rest = self.rest[len(sign) :]
        return True

    def _next(self) -> str:
        if not self.rest:
            raise UnsatisfiableError("the pattern ends too early")
        sign, self.rest = self.rest[0], self.rest[1:]
        return sign


def _one_of(signs: str) -> Draw:
    # Half of a surrogate pair is no text that could be sent.
    known = [sign for sign in signs if not 0xD800 <= ord(sign) <= 0xDFFF]
    if not known:
        raise UnsatisfiableError("an empty set matches nothing")
    return lambda random: random.choice(known)


def _nothing(_: Random) -> str:
    return ""


def _short(text: str) -> str:
    if len(text) > LENGTH_LIMIT:
        raise UnsatisfiableError(f"a text of more than {LENGTH_LIMIT} characters is too long")
    return text


_PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))
_WORD = string.ascii_letters + string.digits + "_"
_DIGITS_BUT_ZERO = set("123456789")
_CLASSES = {
    "d": string.digits,
    "D": "".join(sign for sign in _PRINTABLE if sign not in string.digits),
    "s": " ",
    "S": _PRINTABLE.replace(" ", ""),
    "w": _WORD,
    "W": "".join(sign for sign in _PRINTABLE if sign not in _WORD),
}
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "0": "\0"}
_HEX_DIGITS = {"x": 2, "u": 4}
_QUANTIFIER = re.compile(r"(?:(?P<sign>[*+?])|\{(?P<least>\d+)(?P<range>,(?P<most>\d*))?\})[?+]?")
_BOUNDS: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_GROUP = re.compile(r"\?(?:(?P<around><?[=!])|:|P?<\w+>)")
