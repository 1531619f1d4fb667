"""An incremental parser of JSON that is still arriving, with views of the value so far.

    parser = PartialJSON()
    parser.feed('{"steps": [{"output": "8x = -')
    assert parser.view() == {"steps": [{"output": "8x = -"}]}

It does no I/O and takes no lock: one thread at a time may feed it.
"""

# Strategy: a machine that stops after any character and continues with the next one, so that no
# piece is read twice. `_step` is the part of the grammar that comes next.
#
# The open containers form a stack: each has its finished items, and the key whose value is open
# inside it. A value enters its parent when it is finished, and only then. So the containers of the
# stack grow by whole values, and only the innermost one grows; the others do not change, each a
# Level that its child refers to. That is why a view needs only a few references (view.py describes
# them), and a finished container is the plain dict or list itself.
#
# A delta has about four characters, so the number of Python calls decides the cost, and after it
# the number of attributes. Hence the short cut at the top of feed(), one loop in place of a method
# for each mark, no objects for tokens, slots, and no regular expression where a look at one
# character is enough.

# A hot path makes views here, without a function of theirs.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from streamkit._core.growing_text import (
    FIRST_HALF,
    PIECES_PER_BLOCK,
    GrowingText,
    joined_halves,
)
from streamkit._core.json.marks import (
    AFTER_HALF,
    AFTER_HIGH,
    AFTER_ITEM,
    AFTER_MARKS,
    AFTER_MEMBER,
    AFTER_ROOT,
    CLOSE,
    COLON,
    ESCAPE,
    EXPECTED,
    FIRST_ITEM,
    FIRST_KEY,
    HEX_DIGITS,
    NEXT_KEY,
    OPEN_ARRAY,
    SCALAR,
    SCALAR_BEGINS,
    SPACE,
    STRING,
    VALUE,
)
from streamkit._core.json.scalars import AFTER_SCALAR, FINISHED, LITERALS, SCALARS
from streamkit._core.json.view import Level, PartialArray, PartialObject, closed, text_of
from streamkit.limits import DEFAULTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamkit._core.json.view import Container, Earlier, Pairs

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

MAX_REPEATS: Final = 1024
"""The maximum number of repeated keys in an object: a view searches all of them."""

_SHORT: Final = 64
"""The maximum length of a piece that is read with copies of what is left of it."""


class PartialJSON:
    """An incremental JSON parser, for text that arrives in pieces cut anywhere.

    It never raises: ``error`` describes invalid text, as opposed to incomplete text, and the view
    stays as it was. It accepts what ``json.loads`` accepts, except ``NaN``, ``Infinity`` and floats
    that overflow; the escape of half a surrogate pair becomes U+FFFD.

    A value in a view never changes its type, shrinks or disappears in a later view, with one
    exception: when an object has the same key twice, the later value replaces the earlier one once
    it is finished.
    """

    __slots__ = (
        "_before",
        "_container",
        "_depth",
        "_half",
        "_held",
        "_high",
        "_in_value",
        "_innermost",
        "_is_again",
        "_is_watched",
        "_key",
        "_keys",
        "_max_depth",
        "_max_number_length",
        "_outermost",
        "_parent",
        "_pieces",
        "_places",
        "_replaced",
        "_root",
        "_scalar",
        "_step",
        "_unwatched_depth",
        "_view",
        "_view_of_whole",
        "complete",
        "error",
        "error_position",
        "position",
    )

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

        self._step = VALUE
        self._root: Any = None
        # The innermost open container, the key of its open value, whether the key is repeated,
        # later values of its other keys, and the places of its keys, which views note there; then
        # the same for the containers around it.
        self._container: Container | None = None
        self._key = ""
        self._is_again = False
        self._replaced: Pairs | None = None
        self._places: dict[str, int] | None = None
        self._parent: Level | None = None
        self._outermost: Level | None = None  # the outermost of the levels around it
        self._view: type[PartialObject | PartialArray] = PartialArray  # of the outermost container
        # The last view without an open string, and the innermost level of the last view with one,
        # which hold while nothing but that string grows.
        self._view_of_whole: PartialObject | PartialArray | None = None
        self._innermost: Level | None = None
        self._depth = 0
        self._keys: dict[str, str] = {}  # one string for the same key in a thousand records

        # The open string: its last pieces, and what came before them if it is long. Views refer to
        # the list and to its length, so it only grows, and is replaced and not emptied. Its first
        # item is empty until the string is whole: then it is that string, which all views share.
        self._pieces = [""]
        self._before: Earlier | None = None
        self._half = ""  # the first half of a character that a server cut in two
        self._in_value = False  # whether a string is open that is a value and no key
        self._high = ""  # the first half of a surrogate pair, waiting for the second
        self._held = ""  # the characters so far of an escape, number or literal
        self._scalar = ""  # the state of the number or literal, one of SCALARS

        self._is_watched = False  # whether a subclass takes notice of the values that are open
        self._unwatched_depth = 0  # the depth of the container in which it does not

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
        pieces = self._pieces if self._in_value and partial_strings else None
        container = self._container
        if container is None:
            if pieces is None:
                return closed(self._root)
            return text_of((pieces, len(pieces), self._before))
        tip: Level | list[str] | None
        tip = innermost = self._innermost
        if innermost is None:
            tip = innermost = self._innermost = self._level(container)
        level = self._outermost
        if level is None:
            level, tip = innermost, pieces
        view = self._view()  # its fields are set here: see there
        view._level = level
        view._tip = None if level.is_again else tip
        view._pieces = pieces
        if pieces is not None:
            view._count = len(pieces)
            view._before = self._before
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
            self._places,
        )

    # Two hot paths. Their branches are not methods, because a call would double the cost of most.

    def _read(self, text: str) -> None:  # noqa: C901, PLR0912, PLR0915 - for that reason
        """Read a piece: what is plain here, if it is short, and the rest below."""
        self._view_of_whole = self._innermost = None
        rest = text
        step = self._step if len(text) <= _SHORT else ESCAPE  # which is none of those here
        while step <= SCALAR:
            if step == SCALAR:
                try:
                    at = self._number_or_literal(text, len(text) - len(rest))
                except _InvalidError as invalid:
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
                        raise _InvalidError("control character in a string", stop)  # noqa: TRY301 - a hot path
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
        except _InvalidError as invalid:
            self._stop(invalid)

    def _act(self, following: int | None, at: int) -> None:
        """Do what a mark is for: go on to the step that follows, or open or close a container."""
        if following is None:
            raise _InvalidError(f"expected {EXPECTED[self._step]}", at)
        if following <= STRING:
            is_again = self._is_again and self._step == COLON
            if is_again and len(self._replaced or ()) >= MAX_REPEATS:
                raise _InvalidError(f"keys repeated more than {MAX_REPEATS} times", at)
            self._step = following
        elif following == CLOSE:
            self._close_container()
        elif following == SCALAR_BEGINS:
            self._begin_scalar()
        elif self._depth < self._max_depth:
            self._open_container(following)
        else:
            raise _InvalidError(f"nested deeper than {self._max_depth} levels", at)

    def _stop(self, invalid: _InvalidError) -> None:
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
            raise _InvalidError(message, at - excess)
        if at < end:
            if state not in FINISHED:
                raise _InvalidError("invalid number or literal", at)
            marks, expected = AFTER_SCALAR[type(self._container)]
            if text[at] not in marks:
                raise _InvalidError(f"expected {expected}", at)
            self._finish_scalar(at)
        return at

    # The actions when a container, a string or a value begins or ends.

    def _open_container(self, action: int) -> None:
        container: Container
        if action == OPEN_ARRAY:
            container, self._step = [], FIRST_ITEM
        else:
            container, self._step = {}, FIRST_KEY
        if self._is_watched:
            self._container_begins(container)
        self._depth += 1
        if self._container is None:
            self._view = PartialArray if action == OPEN_ARRAY else PartialObject
        else:
            self._parent = self._level(self._container)
            if self._outermost is None:
                self._outermost = self._parent
        self._container = container
        self._is_again = False
        self._replaced = None
        self._places = None if action == OPEN_ARRAY else {}

    def _close_container(self) -> None:
        container, parent = self._container, self._parent
        if self._replaced and isinstance(container, dict):
            container = container | dict(self._replaced)
        if self._depth == self._unwatched_depth:
            self._unwatched_depth = 0
            self._is_watched = True
        self._depth -= 1
        if parent is None:
            self._container = None
        else:
            self._container = parent.container
            self._key = parent.key
            self._is_again = parent.is_again
            self._replaced = parent.replaced[0] if parent.replaced else None
            self._places = parent.places
            self._parent = parent.parent
            if parent is self._outermost:
                self._outermost = None
        self._finish(container)

    def _open_string(self) -> None:
        self._pieces = [""]
        self._before = None
        self._half = ""
        self._step = STRING
        if self._is_watched and self._in_value:
            self._string_begins()

    def _whole_string(self) -> str:
        """Return the string that ends here, which all views of it share."""
        pieces = self._pieces
        if self._before is None:
            string = "".join(pieces)
        else:
            string = text_of((pieces, len(pieces), self._before))
        pieces[0] = string
        return string

    def _extend(self, piece: str) -> None:
        """Add characters to the open string, which may be halves."""
        if self._half or not (piece.isascii() or max(piece) < FIRST_HALF):
            piece, self._half = joined_halves(self._half + piece)
            if self._half:
                self._step = AFTER_HALF
        self._pieces.append(piece)

    def _join_pieces(self) -> None:
        """Join the pieces of a long string, so that each does not take an object's memory."""
        text = GrowingText() if self._before is None else self._before[0]
        text.append("".join(self._pieces))
        self._before = text, text.length
        self._pieces = [""]

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
                raise _InvalidError("integer longer than int() takes", at) from error
            if convert is float and math.isinf(value):
                raise _InvalidError("number that is not finite", at)
            self._finish(value)

    def _finish(self, value: object) -> None:
        if self._is_watched:
            self._value_ends(value)
        container = self._container
        if container is None:
            self._root = value
            self.complete = True
            self._step = AFTER_ROOT
        elif isinstance(container, list):
            container.append(value)
            self._step = AFTER_ITEM
        else:
            if not self._is_again:
                container[self._key] = value
            elif self._replaced:
                self._replaced.append((self._key, value))
            else:
                # Views read the dict, so a second value for a key is kept beside it.
                self._replaced = [(self._key, value)]
            self._step = AFTER_MEMBER

    # The notices to a subclass, while it watches.

    def _container_begins(self, container: Container, /) -> None:
        """Take notice of a container that opens, before what is inside."""

    def _string_begins(self) -> None:
        """Take notice of a string that has not come in one piece."""

    def _value_ends(self, value: Any, /) -> None:
        """Take notice of a value, before it enters its container."""

    _WITHIN: ClassVar[dict[int, Callable[[PartialJSON, str, int], int]]] = {
        ESCAPE: _escape,
        HEX_DIGITS: _hex_digits,
        AFTER_HIGH: _after_high,
        AFTER_HALF: _after_half,
        SCALAR: _number_or_literal,
    }
    """The methods of the steps within a string, number or literal."""


class _InvalidError(Exception):
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
