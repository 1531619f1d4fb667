"""An incremental parser of JSON that is still arriving, with views of the value so far.

    parser = PartialJSON()
    parser.feed('{"steps": [{"output": "8x = -')
    assert parser.view() == {"steps": [{"output": "8x = -"}]}

It does no I/O and takes no lock: one thread at a time may feed it.
"""

# Strategy: a machine that stops after any character and continues with the next one, so that no
# piece is read twice. `_step` is the part of the grammar that comes next.
#
# A delta has about four characters, so the number of Python calls decides the cost, and after it
# the number of attributes. Hence the short cut at the top of feed(), one loop in place of a method
# for each mark, no objects for tokens, slots, and no regular expression where a look at one
# character is enough. So a short piece is read here in whole tokens. What this does not know, such
# as an escape or a fault, and all of a long piece is read in stepwise.py.

from __future__ import annotations

from typing import Any, Final

from streamkit._core.growing_text import PIECES_PER_BLOCK
from streamkit._core.json.marks import (
    AFTER_MARKS,
    AFTER_MEMBER,
    CLOSE,
    COLON,
    ESCAPE,
    FIRST_ITEM,
    NEXT_KEY,
    SCALAR,
    SCALAR_BEGINS,
    STRING,
)
from streamkit._core.json.stepwise import MAX_REPEATS, InvalidError, StepwiseParser
from streamkit._core.json.view import PartialArray, PartialObject
from streamkit.limits import DEFAULTS

__all__ = [
    "MAX_DEPTH",
    "MAX_NUMBER_LENGTH",
    "MAX_REPEATS",
    "PartialArray",
    "PartialJSON",
    "PartialObject",
]

MAX_DEPTH: Final = DEFAULTS.json_depth
"""The maximum number of containers open in each other: about the limit of jiter and pydantic."""

MAX_NUMBER_LENGTH: Final = DEFAULTS.number_length
"""The maximum number of characters of a number: the digits that ``int()`` takes by default."""


_SHORT: Final = 64
"""The maximum length of a piece that is read with copies of what is left of it."""


class PartialJSON(StepwiseParser):
    """An incremental JSON parser, for text that arrives in pieces cut anywhere.

    It never raises: ``error`` describes invalid text, as opposed to incomplete text, and the view
    stays as it was. It accepts what ``json.loads`` accepts, except ``NaN``, ``Infinity`` and floats
    that overflow; the escape of half a surrogate pair becomes U+FFFD.

    A value in a view never changes its type, shrinks or disappears in a later view, with one
    exception: when an object has the same key twice, the later value replaces the earlier one once
    it is finished.
    """

    __slots__ = ()

    def __init__(
        self, *, max_depth: int = MAX_DEPTH, max_number_length: int = MAX_NUMBER_LENGTH
    ) -> None:
        super().__init__(max_depth, max_number_length)

    def feed(self, text: str) -> None:
        """Read the next piece, in time proportional to its length."""
        if self._step == STRING and text.isprintable() and '"' not in text and "\\" not in text:
            # Most deltas are within a string. No control character is printable, nor half a
            # character; the others that are not printable are rare enough for `_read`.
            self._pieces.append(text)
            self.position += len(text)
        elif self.error is None:
            self._read(text)
        if len(self._pieces) >= PIECES_PER_BLOCK:
            self._join_pieces()

    def close(self) -> None:
        """End the text, which finishes a number or literal outside of any container."""
        if self._step == SCALAR and self._container is None:
            try:
                self._finish_scalar(0)
            except InvalidError as invalid:
                self._stop(invalid)

    # A hot path. Its branches are not methods, because a call would double the cost of most.

    def _read(self, text: str) -> None:  # noqa: C901, PLR0912, PLR0915 - for that reason
        """Read a piece: what is plain here, if it is short, and the rest with ``_read_any``."""
        self._view_of_whole = self._innermost = None
        rest = text
        step = self._step if len(text) <= _SHORT else ESCAPE  # which is none of those here
        while step <= SCALAR:
            if step == SCALAR:
                try:
                    at = self._number_or_literal(text, len(text) - len(rest))
                except InvalidError as invalid:
                    self._stop(invalid)
                    return
                rest = text[at:]
                if not rest:
                    self.position += at
                    return
                step = self._step
            piece, quote, after = rest.partition('"')
            if step == STRING:
                if not piece.isprintable() or "\\" in piece:
                    break
                if piece:
                    self._pieces.append(piece)
                if not quote:
                    self.position += len(text)
                    return
                string = self._whole_string()
                rest = after
            else:
                if piece:
                    following = AFTER_MARKS[step].get(piece)
                    if following is None or following > STRING or self._is_again:
                        count = self._read_marks(piece)
                        following = self._step
                        if count < len(piece):
                            rest = rest[count:]
                            if following != SCALAR:
                                break
                            step = SCALAR
                            continue
                    self._step = step = following
                if not quote:
                    self.position += len(text)
                    return
                if step > NEXT_KEY:
                    rest = quote + after
                    break
                self._in_value = step <= FIRST_ITEM
                string, quote, rest = after.partition('"')
                if not string.isprintable() or "\\" in string:
                    self._open_string()
                    step = STRING
                    rest = after
                    continue
                if not quote:
                    self._open_string()
                    if string:
                        self._pieces.append(string)
                    self.position += len(text)
                    return
            container: Any = self._container
            if not self._in_value:
                self._key = self._keys.setdefault(string, string)
                self._is_again = string in container
                self._step = step = COLON
            elif self._is_watched or self._is_again or container.__class__ is not dict:
                self._in_value = False
                self._finish(string)
                step = self._step
            else:  # the body of `_finish`, for the most frequent case
                self._in_value = False
                container[self._key] = string
                self._step = step = AFTER_MEMBER
            if not rest:
                self.position += len(text)
                return
        self._read_any(text, len(text) - len(rest))

    def _read_marks(self, marks: str) -> int:
        """Read marks; return the number of those before a scalar, or before what may be a fault."""
        step = self._step
        for at, mark in enumerate(marks):
            following = AFTER_MARKS[step].get(mark)
            if following is None or self._is_again:
                return at
            if following <= STRING:
                self._step = step = following
            elif following == CLOSE:
                self._close_container()
                step = self._step
            elif following == SCALAR_BEGINS:
                self._begin_scalar()
                return at
            elif self._depth < self._max_depth:
                self._open_container(following)
                step = self._step
            else:
                return at
        return len(marks)
