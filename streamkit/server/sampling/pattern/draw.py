"""The drawing of a text for a regular expression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.server.sampling.pattern.nodes import (
    EXAMPLES,
    PRINTABLE,
    Branches,
    Named,
    Node,
    Repeat,
    Sequence,
    Set,
    Span,
)
from streamkit.server.sampling.unsatisfiable import UnsatisfiableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from streamkit.server.sampling.budget import Budget

LENGTH_LIMIT = 10_000
"""The number of characters that a pattern may ask for; a longer text is refused."""
VARIETY = 8
"""The largest number of repetitions beyond those required."""
FOREIGN = "àçéñöü中文日本한글шλא"
"""The characters to draw from where no ASCII character matches."""


class Drawing:
    """The drawing of one text; repetitions without an upper bound get ``stretch`` extra ones."""

    def __init__(self, random: Random, stretch: int, budget: Budget) -> None:
        self._random = random
        self._stretch = stretch
        self._budget = budget
        self._length = 0

    def text(self, node: Node) -> str:
        """Return a text for the tree of a pattern; anchors and look-around draw nothing.

        Raises:
            ExhaustedError: The drawing takes more than the budget.
            UnsatisfiableError: The text is too long, or does not exist.
        """
        return "".join(self._pieces(node))

    def _pieces(self, node: Node) -> Iterator[str]:
        self._budget.spend()
        match node:
            case Set():
                self._length += 1
                if self._length > LENGTH_LIMIT:
                    message = f"a text of more than {LENGTH_LIMIT} characters is too long"
                    raise UnsatisfiableError(message)
                yield self._one_of(node)
            case Sequence(items):
                for item in items:
                    yield from self._pieces(item)
            case Branches(branches):
                yield from self._pieces(self._random.choice(branches))
            case Repeat(item, least, most):
                if most is None:
                    least += self._stretch
                bound = least + VARIETY if most is None else min(most, least + VARIETY)
                for _ in range(self._random.randint(least, bound)):
                    yield from self._pieces(item)
            case _:
                pass

    def _one_of(self, node: Set) -> str:
        self._budget.spend(len(node.members))
        if node.negated or any(_is_open(member) for member in node.members):
            self._budget.spend(len(PRINTABLE) * len(node.members))
            known = list(filter(node.has, PRINTABLE)) or list(filter(node.has, FOREIGN))
            if not known:
                raise UnsatisfiableError("an empty set matches nothing")
            return self._random.choice(known)
        spans = [span for member in node.members for span in _codes(member)]
        if not any(spans):
            raise UnsatisfiableError("an empty set matches nothing")
        place = self._random.randrange(sum(map(len, spans)))
        for span in spans:
            if place < len(span):
                return chr(span[place])
            place -= len(span)
        raise AssertionError("the place is in one of the spans")


def _is_open(member: Named | Span) -> bool:
    return isinstance(member, Named) and member.negated


def _codes(member: Named | Span) -> list[range]:
    if isinstance(member, Named):
        return [range(ord(sign), ord(sign) + 1) for sign in EXAMPLES[member.kind]]
    first, last = ord(member.first), ord(member.last)
    # Half of a surrogate pair cannot be sent as text.
    below, above = range(first, min(last, 0xD7FF) + 1), range(max(first, 0xE000), last + 1)
    return [below, above]
