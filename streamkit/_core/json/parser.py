"""An incremental parser of JSON that is still arriving, with views of the value so far.

    parser = PartialJSON()
    parser.feed('{"steps": [{"output": "8x = -')
    assert parser.view() == {"steps": [{"output": "8x = -"}]}

It does no I/O and takes no lock: one thread at a time may feed it.
"""

# Strategy: a machine that stops after any character and continues with the next one, so that no
# piece is read twice. `_step` is the method that reads the next token; it reads the token, or the
# part of it that has come, and returns the index of the next one.
#
# The open containers form a stack: each has its finished items, and the key whose value is open
# inside it. A value enters its parent when it is finished, and only then. So the containers of the
# stack grow by whole values, and only the innermost one grows; the others do not change, each a
# Level that its child refers to. That is why a view needs only a few references (view.py describes
# them), and a finished container is the plain dict or list itself.
#
# A delta has about four characters, so the number of Python calls decides the cost. Hence the
# short cut at the top of feed(), no objects for tokens, and no regular expression where a look at
# one character is enough.

from __future__ import annotations

import math
import re
from types import NoneType
from typing import TYPE_CHECKING, Any, Final

from streamkit._core.growing_text import GrowingText
from streamkit._core.json.view import Level, PartialArray, PartialObject, Path, closed
from streamkit.limits import DEFAULTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamkit._core.json.view import Container, Pairs

__all__ = [
    "MAX_DEPTH",
    "MAX_NUMBER_LENGTH",
    "MAX_REPEATS",
    "SPECIAL",
    "PartialArray",
    "PartialJSON",
    "PartialObject",
]

MAX_DEPTH: Final = DEFAULTS.json_depth
"""The maximum number of containers open in each other: about the limit of jiter and pydantic."""

MAX_NUMBER_LENGTH: Final = DEFAULTS.number_length
"""The maximum number of characters of a number: the digits that ``int()`` takes by default."""

MAX_REPEATS: Final = 1024
"""The maximum number of repeated keys in an object: a view searches all of them."""


class PartialJSON:
    """An incremental JSON parser, for text that arrives in pieces cut anywhere.

    It never raises: ``error`` describes invalid text, as opposed to incomplete text, and the view
    stays as it was. It accepts what ``json.loads`` accepts, except ``NaN``, ``Infinity`` and floats
    that overflow; the escape of half a surrogate pair becomes U+FFFD.

    A value in a view never changes its type, shrinks or disappears in a later view, with one
    exception: when an object has the same key twice, the later value replaces the earlier one once
    it is finished.
    """

    def __init__(
        self, *, max_depth: int = MAX_DEPTH, max_number_length: int = MAX_NUMBER_LENGTH
    ) -> None:
        self.position = 0
        """The number of characters read: all, or those before the invalid one."""
        self.complete = False
        """Whether the outermost value is finished."""
        self.error: str | None = None
        """The reason that the text is invalid, or None; after an error nothing more is read."""
        self.error_position: int | None = None
        """The index of the first character that is invalid, or beyond a limit."""
        self._max_depth = max_depth
        self._max_number_length = max_number_length

        self._step: Callable[[PartialJSON, str, int], int] = PartialJSON._value
        self._in_string = PartialJSON._string  # a hot path: read faster from the instance
        self._root: Any = None
        # The innermost open container, the key of its open value, whether the key is repeated,
        # and later values of its other keys; then the same for the containers around it.
        self._container: Container | None = None
        self._key = ""
        self._is_again = False
        self._replaced: Pairs | None = None
        self._parent: Level | None = None
        self._outermost: Level | None = None  # the outermost of the levels around it
        self._view: type[PartialObject | PartialArray] = PartialArray  # of the outermost container
        # The last view without an open string, which holds while nothing but that string grows.
        self._view_of_whole: PartialObject | PartialArray | None = None
        self._depth = 0
        self._keys: dict[str, str] = {}  # one string for the same key in a thousand records

        self._text = GrowingText()  # the open string
        self._in_value = False  # whether a string is open that is a value and no key
        self._high = ""  # the first half of a surrogate pair, waiting for the second
        self._held = ""  # the characters so far of an escape, number or literal
        self._scalar = ""  # the state of the number or literal, one of _SCALARS

    def feed(self, text: str) -> None:
        """Read the next piece, in time proportional to its length."""
        if self._step is self._in_string and SPECIAL(text) is None:
            # Most deltas are within a string.
            self._text.append(text)
            self.position += len(text)
        elif self.error is None:
            self._read(text)

    def close(self) -> None:
        """End the text, which finishes a number or literal outside of any container."""
        if self._step is PartialJSON._number_or_literal and self._container is None:
            try:
                self._finish_scalar(0)
            except _InvalidError as invalid:
                self._stop(invalid)

    def view(self, *, partial_strings: bool = True) -> Any:
        """Return the value so far, in time proportional to its depth; None before one begins.

        An open container, and the outermost one, is a ``PartialObject`` or ``PartialArray``. Any
        other finished value is plain and shared with all views, so treat it as read-only.

        Args:
            partial_strings: Whether the view contains a string that is still open. If not, the
                string and its key appear with the closing quote.
        """
        if not partial_strings and self._view_of_whole is not None:
            return self._view_of_whole
        text = (self._text, self._text.length) if self._in_value and partial_strings else None
        container = self._container
        if container is None:
            return closed(self._root) if text is None else text[0].first(text[1])
        # A hot path: `_level`, without its call.
        replaced, outermost = self._replaced, self._outermost
        innermost = Level(
            container,
            len(container),
            self._key,
            (replaced, len(replaced)) if replaced else None,
            self._is_again,
            self._parent,
        )
        if outermost is None:
            view = self._view(innermost, text)
        else:
            view = self._view(outermost, Path(innermost, text))
        if not partial_strings:
            self._view_of_whole = view
        return view

    def _level(self, container: Container) -> Level:
        """Return the innermost open container in its current state."""
        replaced = self._replaced
        return Level(
            container,
            len(container),
            self._key,
            (replaced, len(replaced)) if replaced else None,
            self._is_again,
            self._parent,
        )

    def _read(self, text: str) -> None:
        self._view_of_whole = None
        at = 0
        end = len(text)
        try:
            while at < end:
                at = self._step(self, text, at)
            self.position += end
        except _InvalidError as invalid:
            self._stop(invalid)

    def _stop(self, invalid: _InvalidError) -> None:
        self.position += invalid.at
        self.error = str(invalid)
        self.error_position = self.position
        self._step = PartialJSON._after_root  # any step but `_string`, for which feed() looks first

    # The steps. Each is called with the index of a character, never with the end of the text.

    def _value(self, text: str, at: int) -> int:
        mark = text[at]
        if mark == '"':
            return self._open_string(text, at + 1, in_value=True)
        if mark == "{":
            return self._open_container({}, PartialJSON._first_key, at)
        if mark == "[":
            return self._open_container([], PartialJSON._first_item, at)
        if mark in _SCALARS["start"]:
            self._held = ""
            self._scalar = "start"
            self._step = PartialJSON._number_or_literal
            return at
        return _skip_space(text, at, "a value")

    def _first_item(self, text: str, at: int) -> int:
        if text[at] == "]":
            return self._close_container(at)
        return self._value(text, at)

    def _after_item(self, text: str, at: int) -> int:
        mark = text[at]
        if mark == ",":
            self._step = PartialJSON._value
            return at + 1
        if mark == "]":
            return self._close_container(at)
        return _skip_space(text, at, "',' or ']'")

    def _first_key(self, text: str, at: int) -> int:
        mark = text[at]
        if mark == '"':
            return self._open_string(text, at + 1, in_value=False)
        if mark == "}":
            return self._close_container(at)
        return _skip_space(text, at, "a key or '}'")

    def _next_key(self, text: str, at: int) -> int:
        if text[at] == '"':
            return self._open_string(text, at + 1, in_value=False)
        return _skip_space(text, at, "a key")

    def _colon(self, text: str, at: int) -> int:
        if text[at] == ":":
            if self._is_again and len(self._replaced or ()) >= MAX_REPEATS:
                raise _InvalidError(f"keys repeated more than {MAX_REPEATS} times", at)
            self._step = PartialJSON._value
            return at + 1
        return _skip_space(text, at, "':'")

    def _after_member(self, text: str, at: int) -> int:
        mark = text[at]
        if mark == ",":
            self._step = PartialJSON._next_key
            return at + 1
        if mark == "}":
            return self._close_container(at)
        return _skip_space(text, at, "',' or '}'")

    def _after_root(self, text: str, at: int) -> int:
        return _skip_space(text, at, "nothing more")

    def _string(self, text: str, at: int) -> int:
        special = SPECIAL(text, at)
        end = len(text) if special is None else special.start()
        if end > at:
            self._text.append(text[at:end])
        if special is None:
            return end
        if special[0] == '"':
            self._finish_string(self._text.close())
        elif special[0] == "\\":
            self._step = PartialJSON._escape
        else:
            raise _InvalidError("control character in a string", end)
        return end + 1

    def _escape(self, text: str, at: int) -> int:
        mark = text[at]
        if mark == "u":
            self._held = ""
            self._step = PartialJSON._hex_digits
        elif mark in _ESCAPES:
            self._unescape(_ESCAPES[mark])
        else:
            raise _InvalidError("invalid escape", at)
        return at + 1

    def _hex_digits(self, text: str, at: int) -> int:
        digits = text[at : at + 4 - len(self._held)]
        wrong = _NO_HEX_DIGIT(digits)
        if wrong is not None:
            raise _InvalidError("invalid escape", at + wrong.start())
        self._held += digits
        if len(self._held) == 4:
            self._unescape(chr(int(self._held, 16)))
        return at + len(digits)

    def _after_high(self, text: str, at: int) -> int:
        """Read on after the first half of a surrogate pair, which only an escape can complete."""
        mark = text[at]
        if mark == "\\":
            self._step = PartialJSON._escape
            return at + 1
        if mark >= " ":  # else it is invalid, and the view stays as it is
            self._high = ""
            self._text.append(_REPLACEMENT)
        self._step = PartialJSON._string
        return at

    def _number_or_literal(self, text: str, at: int) -> int:
        state = self._scalar
        start = at
        end = len(text)
        while at < end and (following := _SCALARS[state].get(text[at])) is not None:
            state = following
            at += 1
        self._scalar = state
        self._held = held = self._held + text[start:at]
        excess = len(held) - self._max_number_length
        if excess > 0 and state not in _LITERALS:
            message = f"number longer than {self._max_number_length} characters"
            raise _InvalidError(message, at - excess)
        if at < end:
            if state not in _FINISHED:
                raise _InvalidError("invalid number or literal", at)
            marks, expected = _AFTER_SCALAR[type(self._container)]
            if text[at] not in marks:
                raise _InvalidError(f"expected {expected}", at)
            self._finish_scalar(at)
        return at

    # The actions of the steps when a container, a string or a value begins or ends.

    def _open_container(
        self, container: Container, step: Callable[[PartialJSON, str, int], int], at: int
    ) -> int:
        if self._depth >= self._max_depth:
            raise _InvalidError(f"nested deeper than {self._max_depth} levels", at)
        self._depth += 1
        if self._container is None:
            self._view = PartialObject if step is PartialJSON._first_key else PartialArray
        else:
            self._parent = self._level(self._container)
            if self._outermost is None:
                self._outermost = self._parent
        self._container = container
        self._is_again = False
        self._replaced = None
        self._step = step
        return at + 1

    def _close_container(self, at: int) -> int:
        container, parent = self._container, self._parent
        if self._replaced and isinstance(container, dict):
            container = container | dict(self._replaced)
        self._depth -= 1
        if parent is None:
            self._container = None
        else:
            self._container = parent.container
            self._key = parent.key
            self._is_again = parent.is_again
            self._replaced = parent.replaced[0] if parent.replaced else None
            self._parent = parent.parent
            if parent is self._outermost:
                self._outermost = None
        self._finish(container)
        return at + 1

    def _open_string(self, text: str, at: int, *, in_value: bool) -> int:
        self._in_value = in_value
        special = SPECIAL(text, at)
        if special is not None and special[0] == '"':
            # The string has come in one piece.
            self._finish_string(text[at : special.start()])
            return special.end()
        self._text = GrowingText()
        self._step = PartialJSON._string
        return at

    def _finish_string(self, value: str) -> None:
        if self._in_value:
            self._in_value = False
            self._finish(value)
        else:
            self._key = self._keys.setdefault(value, value)
            self._is_again = value in (self._container or ())
            self._step = PartialJSON._colon

    def _unescape(self, char: str) -> None:
        if "\udc00" <= char <= "\udfff":
            char = _join_surrogates(self._high, char) if self._high else _REPLACEMENT
        elif self._high:
            self._text.append(_REPLACEMENT)
        self._high = ""
        if "\ud800" <= char <= "\udbff":
            self._high = char
            self._step = PartialJSON._after_high
        else:
            self._text.append(char)
            self._step = PartialJSON._string

    def _finish_scalar(self, at: int) -> None:
        convert = _FINISHED.get(self._scalar)
        if convert is not None:
            try:
                value = convert(self._held)
            except ValueError as error:  # beyond the limit that sys.set_int_max_str_digits sets
                raise _InvalidError("integer longer than int() takes", at) from error
            if convert is float and math.isinf(value):
                raise _InvalidError("number that is not finite", at)
            self._finish(value)

    def _finish(self, value: object) -> None:
        container = self._container
        if container is None:
            self._root = value
            self.complete = True
            self._step = PartialJSON._after_root
        elif isinstance(container, list):
            container.append(value)
            self._step = PartialJSON._after_item
        else:
            if not self._is_again:
                container[self._key] = value
            elif self._replaced:
                self._replaced.append((self._key, value))
            else:
                # Views read the dict, so a second value for a key is kept beside it.
                self._replaced = [(self._key, value)]
            self._step = PartialJSON._after_member


class _InvalidError(Exception):
    """The character at an index of the current piece is invalid there."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


def _skip_space(text: str, at: int, expected: str) -> int:
    """Return the end of the white space at ``at``; raise if a character is not ``expected``."""
    if text[at] not in _SPACE:
        raise _InvalidError(f"expected {expected}", at)
    ink = _NO_SPACE(text, at)
    return len(text) if ink is None else ink.start()


def _join_surrogates(high: str, low: str) -> str:
    return (high + low).encode("utf-16", "surrogatepass").decode("utf-16")


_SPACE: Final = " \t\n\r"
_NO_SPACE: Final = re.compile(r"[^ \t\n\r]").search
SPECIAL: Final = re.compile(r'["\\\x00-\x1f]').search
"""The search for the next character that ends a string, escapes, or may not be in it."""
_NO_HEX_DIGIT: Final = re.compile(r"[^0-9A-Fa-f]").search
_ESCAPES: Final = dict(zip('"\\/bfnrt', '"\\/\b\f\n\r\t', strict=True))
_REPLACEMENT: Final = "\ufffd"

_LITERALS: Final = {"true": True, "false": False, "null": None}

_DIGITS: Final = "0123456789"
_SCALARS: Final[dict[str, dict[str, str]]] = {
    "start": {
        "-": "minus",
        "0": "zero",
        **dict.fromkeys("123456789", "integer"),
        **{word[0]: word[0] for word in _LITERALS},
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
        for word in _LITERALS
        for size in range(1, len(word) + 1)
    },
}
"""The transitions within a number or literal: by state and character, the next state."""

_FINISHED: Final[dict[str, Callable[[str], Any]]] = {
    "zero": int,
    "integer": int,
    "fraction": float,
    "power": float,
    **dict.fromkeys(_LITERALS, _LITERALS.__getitem__),
}
"""The states in which a number or literal may end, and the function that makes its value."""

_AFTER_SCALAR: Final = {
    NoneType: (_SPACE, "nothing more"),
    list: (_SPACE + ",]", "',' or ']'"),
    dict: (_SPACE + ",}", "',' or '}'"),
}
"""The characters that may follow a number or literal, by its container."""
