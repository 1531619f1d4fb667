"""The parser of JSON that reads a character at a time, and stops after any of them."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from streamkit._core.json.arriving_value import ArrivingValue
from streamkit._core.json.marks import (
    AFTER_HALF,
    AFTER_HIGH,
    AFTER_MARKS,
    AFTER_ROOT,
    CLOSE,
    COLON,
    ESCAPE,
    EXPECTED,
    FIRST_ITEM,
    HEX_DIGITS,
    NEXT_KEY,
    SCALAR,
    SCALAR_BEGINS,
    SPACE,
    STRING,
)
from streamkit._core.json.scalars import AFTER_SCALAR, FINISHED, LITERALS, SCALARS

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["MAX_REPEATS", "InvalidError", "StepwiseParser"]

MAX_REPEATS: Final = 1024
"""The maximum number of repeated keys in an object: a view searches all of them."""


class StepwiseParser(ArrivingValue):
    """The parser of any piece: of one that begins or ends within a token, and of a fault."""

    __slots__ = (
        "_held",
        "_high",
        "_keys",
        "_max_depth",
        "_max_number_length",
        "_scalar",
        "error",
        "error_position",
        "position",
    )

    def __init__(self, max_depth: int, max_number_length: int) -> None:
        super().__init__()
        self.position: int = 0
        """The number of characters read: all, or those before the invalid one."""
        self.error: str | None = None
        """The reason that the text is invalid, or None; after an error nothing more is read."""
        self.error_position: int | None = None
        """The index of the first character that is invalid, or beyond a limit."""
        self._max_depth = max_depth
        self._max_number_length = max_number_length
        self._keys: dict[str, str] = {}  # one string for the same key in a thousand records
        self._high = ""  # the first half of a surrogate pair, waiting for the second
        self._held = ""  # the characters so far of an escape, number or literal
        self._scalar = ""  # the state of the number or literal, one of SCALARS

    # A hot path. Its branches are not methods, because a call would double the cost of most.

    def _read_any(self, text: str, at: int) -> None:  # noqa: C901, PLR0912, PLR0915 - see above
        """Read a piece from an index on, whatever is in it."""
        end = len(text)
        try:
            while at < end:
                step = self._step
                if step == STRING:
                    special = _SPECIAL(text, at)
                    stop = end if special is None else special.start()
                    if stop > at:
                        self._extend(text[at:stop])
                    if special is None:
                        break
                    at = stop + 1
                    mark = text[stop]
                    if mark == "\\":
                        self._step = ESCAPE
                        continue
                    if mark != '"':
                        raise InvalidError("control character in a string", stop)  # noqa: TRY301 - a hot path
                    string = self._whole_string()
                elif step > STRING:
                    at = self._WITHIN[step](self, text, at)
                    continue
                else:
                    mark = text[at]
                    if mark in SPACE:
                        at += 1
                        if at < end and text[at] in SPACE:
                            ink = _NO_SPACE(text, at)
                            at = end if ink is None else ink.start()
                        continue
                    if mark != '"' or step > NEXT_KEY:
                        self._act(AFTER_MARKS[step].get(mark), at)
                        if self._step != SCALAR:
                            at += 1
                        continue
                    at += 1
                    self._in_value = step <= FIRST_ITEM
                    special = _SPECIAL(text, at)
                    if special is None or special[0] != '"':
                        self._open_string()
                        continue
                    # The string has come in one piece.
                    stop = special.start()
                    string = text[at:stop]
                    at = stop + 1
                if self._in_value:
                    self._in_value = False
                    self._finish(string)
                else:
                    self._key = self._keys.setdefault(string, string)
                    self._is_again = string in cast("dict[str, Any]", self._container)
                    self._step = COLON
            self.position += end
        except InvalidError as invalid:
            self._stop(invalid)

    def _act(self, following: int | None, at: int) -> None:
        """Do what a mark is for: go on to the step that follows, or open or close a container."""
        if following is None:
            raise InvalidError(f"expected {EXPECTED[self._step]}", at)
        if following <= STRING:
            is_again = self._is_again and self._step == COLON
            if is_again and len(self._replaced or ()) >= MAX_REPEATS:
                raise InvalidError(f"keys repeated more than {MAX_REPEATS} times", at)
            self._step = following
        elif following == CLOSE:
            self._close_container()
        elif following == SCALAR_BEGINS:
            self._begin_scalar()
        elif self._depth < self._max_depth:
            self._open_container(following)
        else:
            raise InvalidError(f"nested deeper than {self._max_depth} levels", at)

    def _stop(self, invalid: InvalidError) -> None:
        self.position += invalid.at
        self.error = str(invalid)
        self.error_position = self.position
        self._step = AFTER_ROOT  # any step but `STRING`, for which feed() looks first

    # The steps within a string, number or literal. Each is called with the index of a character,
    # never with the end of the text, and returns the index of the next one.

    def _escape(self, text: str, at: int) -> int:
        mark = text[at]
        if mark == "u":
            self._held = ""
            self._step = HEX_DIGITS
        elif mark in _ESCAPES:
            self._unescape(_ESCAPES[mark])
        else:
            raise InvalidError("invalid escape", at)
        return at + 1

    def _hex_digits(self, text: str, at: int) -> int:
        digits = text[at : at + 4 - len(self._held)]
        wrong = _NO_HEX_DIGIT(digits)
        if wrong is not None:
            raise InvalidError("invalid escape", at + wrong.start())
        self._held += digits
        if len(self._held) == 4:
            self._unescape(chr(int(self._held, 16)))
        return at + len(digits)

    def _after_high(self, text: str, at: int) -> int:
        """Read on after the first half of a surrogate pair, which only an escape can complete."""
        mark = text[at]
        if mark == "\\":
            self._step = ESCAPE
            return at + 1
        if mark >= " ":  # else it is invalid, and the view stays as it is
            self._high = ""
            self._extend(_REPLACEMENT)
        self._step = STRING
        return at

    def _number_or_literal(self, text: str, at: int) -> int:
        state = self._scalar
        start = at
        end = len(text)
        while at < end and (following := SCALARS[state].get(text[at])) is not None:
            state = following
            at += 1
        self._scalar = state
        self._held = held = self._held + text[start:at]
        excess = len(held) - self._max_number_length
        if excess > 0 and state not in LITERALS:
            message = f"number longer than {self._max_number_length} characters"
            raise InvalidError(message, at - excess)
        if at < end:
            if state not in FINISHED:
                raise InvalidError("invalid number or literal", at)
            marks, expected = AFTER_SCALAR[type(self._container)]
            if text[at] not in marks:
                raise InvalidError(f"expected {expected}", at)
            self._finish_scalar(at)
        return at

    def _after_half(self, _text: str, at: int) -> int:
        """Read on after the first half of a character, which the next piece may complete."""
        self._step = STRING
        return at

    def _unescape(self, char: str) -> None:
        if "\udc00" <= char <= "\udfff":
            char = _join_surrogates(self._high, char) if self._high else _REPLACEMENT
        elif self._high:
            self._extend(_REPLACEMENT)
        self._high = ""
        if "\ud800" <= char <= "\udbff":
            self._high = char
            self._step = AFTER_HIGH
        else:
            self._extend(char)
            self._step = STRING

    def _begin_scalar(self) -> None:
        self._held = ""
        self._scalar = "start"
        self._step = SCALAR

    def _finish_scalar(self, at: int) -> None:
        convert = FINISHED.get(self._scalar)
        if convert is not None:
            try:
                value = convert(self._held)
            except ValueError as error:  # beyond the limit that sys.set_int_max_str_digits sets
                raise InvalidError("integer longer than int() takes", at) from error
            if convert is float and math.isinf(value):
                raise InvalidError("number that is not finite", at)
            self._finish(value)

    _WITHIN: ClassVar[dict[int, Callable[[StepwiseParser, str, int], int]]] = {
        ESCAPE: _escape,
        HEX_DIGITS: _hex_digits,
        AFTER_HIGH: _after_high,
        AFTER_HALF: _after_half,
        SCALAR: _number_or_literal,
    }
    """The methods of the steps within a string, number or literal."""


class InvalidError(Exception):
    """The character at an index of the current piece is invalid there."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


def _join_surrogates(high: str, low: str) -> str:
    return (high + low).encode("utf-16", "surrogatepass").decode("utf-16")


_NO_SPACE: Final = re.compile(r"[^ \t\n\r]").search
_SPECIAL: Final = re.compile(r'["\\\x00-\x1f]').search
"""The search for the next character that ends a string, escapes, or may not be in it."""
_NO_HEX_DIGIT: Final = re.compile(r"[^0-9A-Fa-f]").search
_ESCAPES: Final = dict(zip('"\\/bfnrt', '"\\/\b\f\n\r\t', strict=True))
_REPLACEMENT: Final = "\ufffd"
