"""Templates of frames in which several values change, and whose parts are decoded when read.

Some servers send a time, a count or an id of their own with each piece. Nothing but the piece says
anything new at once: of the other values the last ones count, and a reader may never look at them.
So only the piece is decoded, and the frame is kept in place of its part.
"""

# Strategy: in JSON, a scalar never changes what the rest of a document means. So a frame with the
# bytes of another one between its scalars is the same part with other values, if only such scalars
# differ that a family lets differ. Two frames show which do, and a third one, made with other
# values and decoded as a whole, proves it. The classes of values are narrow: one that is outside,
# or that may be refused or read as if it had not come, does not fit.

from __future__ import annotations

import re
import sys
from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, cast

from streamkit._core.template import STRING, Template, quoted_text_in, text_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamkit._core.answer_decoder import AnswerDecoder
    from streamkit._core.template import Fill, Hole

__all__ = ["Changing", "Decoded", "LateFill", "LateTemplate", "as_late", "late_template"]

A = TypeVar("A")
E = TypeVar("E")

_COMPILED_AFTER = 64  # frames


class Changing(NamedTuple):
    """The values beside the piece that may be others in each part of one template, by their names.

    No name is at two levels with two meanings; the names are those of all levels.
    """

    never: frozenset[str]
    """The names of values that mean more than that they are the last one, as pieces do."""
    known: frozenset[str]
    """The names of fields that have a type, and of which 0 and an empty text do not count."""


class LateFill(Generic[A]):
    """A function of a piece and its frame, which decodes the frame."""

    __slots__ = ("_decode", "_put", "_start", "like")

    def __init__(
        self,
        decode: Callable[[bytes], A],
        put: Callable[[A, str], object],
        start: int,
        like: A | None = None,
    ) -> None:
        self._decode = decode
        self._put = put
        self._start = start
        self.like = like
        """A part of the same identity, which no reader has; None where that changes, too."""

    def __call__(self, piece: str, frame: bytes) -> A:
        """Return the part of a frame, with this piece."""
        part = self._decode(frame[self._start : -2])
        self._put(part, piece)
        return part


class Decoded(NamedTuple, Generic[A]):
    """A frame that was decoded as a whole."""

    frame: bytes
    start: int
    """The place at which its data begin."""
    part: A
    hole: Hole
    """The piece of the part."""


def as_late(fill: Fill[A] | None) -> LateFill[A] | None:
    """Return the function if it decodes frames; None for any other."""
    return cast("LateFill[A]", fill) if isinstance(fill, LateFill) else None


class LateTemplate(Template[A, E]):
    """The bytes between the values of a frame, and the classes of these values."""

    __slots__ = ("_match", "_piece", "_start", "_steps", "_stop", "_texts", "_waits")

    def __init__(self, frame: bytes, values: list[_Value], fill: LateFill[A]) -> None:
        first, last = values[0], values[-1]
        self.before = frame[: first.start]
        self.after = frame[last.end :]
        self._start = first.start
        self._stop = last.end - len(frame)
        self.most_alone = sys.maxsize  # its frames are no run
        self.between = b""
        self.fill = fill
        self.take = None
        self._piece = 0
        self._steps = [
            # A quote at the end of a value helps to find that.
            (frame[value.end - (quote := value.kind is _TEXT) : following.start], int(quote), value)
            for value, following in pairwise(values)
        ]
        self._steps.append((b"", 0, last))
        self._waits = _COMPILED_AFTER
        self._match: Callable[..., re.Match[bytes] | None] | None = None
        self._texts: list[int] = []

    def values_in(self, frame: bytes) -> list[Any]:
        """Return the piece and the frame; raise ``ValueError`` if it does not fit."""
        # A hot path: nearly every frame of a stream that has such values.
        match = self._match
        if match is None:
            return self._first_values_in(frame)
        found = match(frame, self._start, len(frame) + self._stop)
        if found is None:
            raise ValueError(frame)
        if self._texts:
            for text in self._texts:
                text_in(found[text])  # the decoder of the frame would refuse it, too
        return [text_in(found[self._piece]), frame]

    def _first_values_in(self, frame: bytes) -> list[Any]:
        """Return the same without the regular expression, which costs as much as some hundred."""
        start, piece = self._start, ""
        for between, quote, value in self._steps:
            end = frame.find(between, start) + quote if between else self._stop
            found = value.kind.check(frame[start:end])  # which refuses it, if no end was found
            if found is None:
                raise ValueError(frame)
            if value.is_piece:
                piece = text_in(frame[start:end])
            start = end + len(between) - quote
        self._waits -= 1
        if not self._waits:
            self._compile()
        return [piece, frame]

    def _compile(self) -> None:
        pattern: list[bytes] = []
        for between, quote, value in self._steps:
            pattern += value.kind.pattern, re.escape(between[quote:])
        self._match = re.compile(b"".join(pattern), flags=re.DOTALL).fullmatch
        texts = [value for _, _, value in self._steps if value.kind is _TEXT]
        self._piece = next(at for at, value in enumerate(texts, 1) if value.is_piece)
        self._texts = [at for at, value in enumerate(texts, 1) if not value.is_piece]


def late_template(
    answer: AnswerDecoder[A], old: bytes, new: Decoded[A]
) -> LateTemplate[A, Any] | None:
    """Return the template of two frames, of which the second one proves it; None if there is none.

    Args:
        answer: The decoder of the frames.
        old: The first frame, which is the same before its data.
        new: The second frame.
    """
    frame, start, part, hole = new
    changing = answer.changing
    values = [] if changing is None else _differences(old, new, changing)
    if sum(value.is_piece for value in values) != 1:
        return None
    changed: list[bytes] = []
    end = start
    for value in values:
        now = frame[value.start : value.end]
        changed += frame[end : value.start], _other(now)
        end = value.end
    try:
        strict = answer.reread(b"".join([*changed, frame[end:-2]]))
        if strict is None or answer.reread(frame[start:-2]) != part:
            return None
    except (ValueError, RecursionError):
        return None
    new_hole = answer.hole(strict)
    if (
        new_hole is None
        or new_hole.text != hole.text + "?"
        or answer.gist(strict) != answer.gist(part)
    ):
        return None
    return LateTemplate(
        frame, values, answer.late_fill(part, start, {value.name for value in values})
    )


def _differences(old: bytes, new: Decoded[Any], changing: Changing) -> list[_Value]:
    """Return the values of a frame that differ from another's; none if it differs in more."""
    # It ends at the first difference that is too much: nearly all frames that no template fits have
    # it near their beginning.
    frame, start, _, hole = new
    values: list[_Value] = []
    name, ends = "", (start, start)
    for one, other in zip_longest(_SCALAR.finditer(old, start), _SCALAR.finditer(frame, start)):
        if one is None or other is None:
            return []
        if old[ends[0] : one.start()] != frame[ends[1] : other.start()]:
            return []
        ends = one.end(), other.end()
        was, now = one[0], other[0]
        if one[2] is not None:
            name = one[1][1:-1].decode("ascii", "replace")
            if was != now:
                return []
        elif was != now:
            kind = _kind(was, now, name, changing)
            is_piece = kind is None and was[:1] == b'"' and _is_text(now, hole.text)
            if kind is None and not is_piece:
                return []
            place = other.span()
            values.append(_Value(name, place[0], place[1], kind or _TEXT, is_piece))
    return values if old[ends[0] :] == frame[ends[1] :] else []


class _Kind(NamedTuple):
    """A class of values."""

    pattern: bytes
    """A regular expression; a group in it is a text, which may still be none."""
    check: Callable[[bytes], object]
    """A function that returns None, or raises ``ValueError``, for bytes of another class."""


def _matching(pattern: bytes) -> _Kind:
    return _Kind(b"(?:%b)" % pattern, re.compile(pattern).fullmatch)


_TEXT = _Kind(b"(%b)" % STRING, quoted_text_in)
# Values of these classes count in every field.
_KNOWN = (_matching(rb"[1-9]\d{0,14}+"), _matching(rb'"[ !#-\[\]-~]++"'))
# No decoder refuses a number of this one. None of its parts gives anything back, which costs less.
_NUMBER = _matching(rb"-?+(?>0|[1-9]\d{0,39}+)(?:\.\d{1,40}+)?+(?:[eE][+-]?+\d{1,2}+)?+")
_UNKNOWN = (_KNOWN[0], _NUMBER, _matching(b"true|false"), _TEXT)


class _Value(NamedTuple):
    """A scalar in a frame."""

    name: str
    """The name of its field, or of the field of its list, as it is written."""
    start: int
    end: int
    kind: _Kind
    is_piece: bool


def _is_text(value: bytes, text: str) -> bool:
    try:
        return text_in(value) == text
    except ValueError:
        return False


_SCALAR = re.compile(rb"(%b)(\s*+:)?|-?\d[\d.eE+-]*+|true|false|null" % STRING, flags=re.DOTALL)


def _kind(old: bytes, new: bytes, name: str, changing: Changing) -> _Kind | None:
    """Return the class of two values of a field; None if these must not change."""
    if name in changing.never or "\\" in name:
        return None
    for kind in _KNOWN if name in changing.known else _UNKNOWN:
        try:
            if kind.check(old) is not None and kind.check(new) is not None:
                return kind
        except ValueError:
            continue
    return None


def _other(value: bytes) -> bytes:
    """Return another value of the same class."""
    if value.startswith(b'"'):
        return value[:-1] + b'?"'  # also of a piece
    if value in {b"true", b"false"}:
        return b"false" if value == b"true" else b"true"
    return b"4" if value == b"2" else b"2"
