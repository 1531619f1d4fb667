"""The nodes of a regular expression's tree."""

from __future__ import annotations

import string
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))
"""The characters to draw from where almost every character matches."""


class Kind(Enum):
    """The named sets of characters."""

    DIGIT = "d"
    SPACE = "s"
    WORD = "w"

    def has(self, character: str) -> bool:
        """Return whether a character is in the set."""
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
"""The characters to draw from for each named set."""


class Where(Enum):
    """A place in a text, such as its start, with its sign in a pattern."""

    START = "^"
    END = "$"
    VERY_END = r"\Z"
    BOUNDARY = r"\b"
    NO_BOUNDARY = r"\B"


@dataclass(frozen=True, slots=True)
class Named:
    """The characters of a named set, or all others when negated."""

    kind: Kind
    negated: bool = False

    def has(self, character: str) -> bool:
        """Return whether a character is one of them."""
        return self.kind.has(character) != self.negated


@dataclass(frozen=True, slots=True)
class Span:
    """The characters from the first to the last."""

    first: str
    last: str

    def has(self, character: str) -> bool:
        """Return whether a character is one of them."""
        return self.first <= character <= self.last


@dataclass(frozen=True, slots=True)
class Set:
    """One of several characters, or of all others when negated."""

    members: tuple[Named | Span, ...]
    negated: bool = False

    def has(self, character: str) -> bool:
        """Return whether a character matches."""
        return any(member.has(character) for member in self.members) != self.negated


@dataclass(frozen=True, slots=True)
class Sequence:
    """Several nodes, one after another."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Branches:
    """One of several nodes."""

    branches: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A node that is repeated, without an upper bound when ``most`` is None."""

    item: Node
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Around:
    """A look-ahead or look-behind: a node that must match, or must not, beside a place."""

    item: Node
    ahead: bool
    negated: bool


Node: TypeAlias = "Set | Where | Sequence | Branches | Repeat | Around"
