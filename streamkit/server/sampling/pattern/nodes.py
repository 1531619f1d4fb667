"""What a regular expression is made of."""

from __future__ import annotations

import string
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))
"""What is drawn where nearly every character would do."""


class Kind(Enum):
    """The named sets of characters."""

    DIGIT = "d"
    SPACE = "s"
    WORD = "w"

    def has(self, character: str) -> bool:
        """Whether a character is in the set."""
        match self:
            case Kind.DIGIT:
                return character.isdecimal()
            case Kind.SPACE:
                return character.isspace()
            case Kind.WORD:
                return character.isalnum() or character == "_"


EXAMPLES = {
    Kind.DIGIT: string.digits,
    Kind.SPACE: " ",
    Kind.WORD: string.ascii_letters + string.digits + "_",
}
"""What is drawn of a named set."""


class Where(Enum):
    """The places that have a sign of their own."""

    START = "^"
    END = "$"
    VERY_END = r"\Z"
    BOUNDARY = r"\b"
    NO_BOUNDARY = r"\B"


@dataclass(frozen=True, slots=True)
class Named:
    """The characters of a named set, or all others."""

    kind: Kind
    negated: bool = False

    def has(self, character: str) -> bool:
        """Whether a character is among them."""
        return self.kind.has(character) != self.negated


@dataclass(frozen=True, slots=True)
class Span:
    """The characters from one to another."""

    first: str
    last: str

    def has(self, character: str) -> bool:
        """Whether a character is among them."""
        return self.first <= character <= self.last


@dataclass(frozen=True, slots=True)
class Set:
    """One of several characters, or of all others."""

    members: tuple[Named | Span, ...]
    negated: bool = False

    def has(self, character: str) -> bool:
        """Whether a character is one of them."""
        return any(member.has(character) for member in self.members) != self.negated


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after another."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Branches:
    """One of several."""

    branches: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """Something several times; without end when ``most`` is None."""

    item: Node
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Around:
    """What comes next, or what came before, and is not taken."""

    item: Node
    ahead: bool
    negated: bool


Node: TypeAlias = "Set | Where | Sequence | Branches | Repeat | Around"
