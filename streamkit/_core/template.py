"""Templates: how the successive frames of a stream, equal but for a few values, are read.

Nearly all frames of a stream differ from an earlier one in a piece of text alone, or in that and
values beside it, such as a padding. Such a frame is known by the bytes around these values, and
only they are decoded.
"""

# Strategy: in JSON, the text of a string never changes what the rest of a document means. So any
# frame with the bytes of a template around valid strings is the same part as the template's, with
# other values. A value begins and ends with its quotes, so that no white space, and no end of a
# line, is between it and the template. The decoder of a value refuses what the decoder of the frame
# would (control characters, a second string, half a surrogate pair, bytes that are no UTF-8), or
# reads more leniently: then the template does not fit.

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeAlias, TypeVar

from msgspec.json import encode

from streamkit._core.compiled import decoder
from streamkit._core.runs import RunReader

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Fill",
    "Hole",
    "Road",
    "Template",
    "is_quoted",
    "places_of",
    "quoted_text_in",
    "text_in",
]

A = TypeVar("A")
E = TypeVar("E")

Fill: TypeAlias = Callable[..., A]
"""A function of a piece, and of the values beside it, that makes a part of them."""
Scalar: TypeAlias = str | int | float | bool
"""A value of JSON that holds no others, and is not null."""
Road: TypeAlias = Callable[..., Sequence[E]]
"""A machine's function of the same values, which returns the events of such a part."""

text_in = decoder(str).decode
"""The text of a JSON string, or of one between white space; raises ``ValueError`` for others."""
_QUOTE, _ZERO = b'"0'
_MOST_DIGITS = 16
_int_in, _float_in = decoder(int).decode, decoder(float).decode

STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
"""The pattern of a string in JSON."""
_NEGATIVE = re.compile(rb"-[1-9]\d{0,14}")
_FLOAT = re.compile(rb"-?(?:0|[1-9]\d{0,39})(?:\.\d{1,40}(?:[eE][+-]?\d{1,2})?|[eE][+-]?\d{1,2})")
_MEMBER = re.compile(rb"\s*+:\s*+(%b|[\w.+-]++)" % STRING, flags=re.DOTALL)


def is_quoted(value: bytes, text: str) -> bool:
    """Return whether a value, which has this text, begins and ends with quotes."""
    # Most are exactly that long; the hot path knows it without a call.
    return len(value) == len(text) + 2 or value[0] == value[-1] == _QUOTE


def quoted_text_in(value: bytes) -> str:
    """Return the text of a JSON string; raise ``ValueError`` for anything else, and white space."""
    text = text_in(value)
    if not is_quoted(value, text):
        raise ValueError(value)
    return text


def scalar_in(value: bytes) -> Scalar:
    """Return a scalar; raise ``ValueError`` for anything else, and where decoders disagree.

    They do on large integers, and on the negative zero.
    """
    # Most are numbers without a sign, or texts; a regular expression costs more than all of these.
    if value.isdigit() and len(value) < _MOST_DIGITS and (value[0] != _ZERO or len(value) == 1):
        return _int_in(value)
    if value[:1] == b'"':
        return quoted_text_in(value)
    if _FLOAT.fullmatch(value):
        return _float_in(value)
    if _NEGATIVE.fullmatch(value):
        return _int_in(value)
    if value in {b"true", b"false"}:
        return value == b"true"
    raise ValueError(value)


class Hole(NamedTuple):
    """The values of a part that differs from others in these alone."""

    text: str
    """The piece of text."""
    beside: Mapping[str, Scalar | None] = MappingProxyType({})
    """Scalars beside the piece that change in each part, as a padding does, by the names of their
    fields; None where there is none.
    """
    optional: Mapping[str, Scalar] = MappingProxyType({})
    """Scalars that belong to the part, unless they differ in the frames that prove a template."""
    is_copied: bool = True
    """Whether parts can be made from this one; else each is decoded as a whole."""

    @property
    def values(self) -> list[Any]:
        """The piece and the values beside it, in the order in which parts are made of them."""
        return [self.text, *self.beside.values()]


class _Place(NamedTuple):
    """The place of a value in a frame."""

    start: int
    end: int
    at: int
    """The index of the value."""


class Template(Generic[A, E]):
    """The bytes around the values of a frame, and the function that takes such values."""

    __slots__ = (
        *("after", "before", "between", "fill", "inner", "last", "most_alone", "read_last"),
        *("_readers", "_run", "take"),
    )

    fill: Fill[A]
    """The function that makes parts of the values; set when the template is proved."""

    def __init__(self, frame: bytes, places: Sequence[_Place], hole: Hole) -> None:
        first, last = places[0], places[-1]
        self.before = frame[: first.start]
        self.after = frame[last.end :]
        self.inner = [
            (place.at, frame[place.end : following.start]) for place, following in pairwise(places)
        ]
        """The values before the last one, with the bytes between each and the next one."""
        self.between: bytes | None = None
        """The bytes between the piece and the only other value, which comes after it; empty for
        other values, and None if the piece is the only one.
        """
        self._readers: list[Callable[[bytes], Any]] = [
            quoted_text_in if value is None or isinstance(value, str) else scalar_in
            for value in hole.values
        ]
        """The functions that read the values, by their indexes."""
        if self.inner:
            (at, after), *others = self.inner
            self.between = b"" if at or others else after
        self.last = last.at
        is_text = self._readers[last.at] is quoted_text_in
        self.read_last = None if is_text else self._readers[last.at]
        """The function that reads the last value; None if that is a text."""
        self.take: Road[E] | None = None
        """The machine's road for such values; None while it is to be asked for one."""
        written = sum(place.end - place.start for place in places)
        self.most_alone = 2 * (len(frame) - written)
        """The bytes of a read beyond which it may be several frames; or one with a long piece."""
        self._run: RunReader | None = None

    def run_before(self, after: bytes) -> RunReader:
        """Return the reader of frames that end with these bytes after the piece."""
        run = self._run
        if run is None or run.after != after:
            run = self._run = RunReader(self.before, after)
        return run

    def fits(self, frame: bytes) -> bool:
        """Return whether a frame may have values where the template has them."""
        return frame.startswith(self.before) and frame.endswith(self.after)

    def values_in(self, frame: bytes) -> list[Any]:
        """Return the values of a frame that may fit; raise ``ValueError`` if it does not."""
        readers = self._readers
        values: list[Any] = [None] * len(readers)
        rest = frame[len(self.before) : len(frame) - len(self.after)]
        for at, between in self.inner:
            value, _, rest = rest.partition(between)  # nothing is left, if it is not found
            values[at] = readers[at](value)
        values[self.last] = readers[self.last](rest)
        return values

    def frame_of(self, values: Sequence[Any]) -> bytes:
        """Return the frame with other values."""
        parts = [self.before]
        for at, between in self.inner:
            parts += encode(values[at]), between
        parts += encode(values[self.last]), self.after
        return b"".join(parts)


def places_of(hole: Hole, frame: bytes, start: int) -> list[_Place]:
    """Return the places of a part's values in its frame, whose data begin at ``start``.

    They are guesses, and none if a value is not found.
    """
    try:
        quoted = encode(hole.text)
    except UnicodeEncodeError:  # half a surrogate pair
        return []
    at = frame.rfind(quoted, start)
    if at < 0 and not hole.text.isascii():
        import json

        quoted = json.dumps(hole.text).encode()  # each character that is not ASCII is escaped
        at = frame.rfind(quoted, start)
    if at < 0:
        return []
    places = [_Place(at, at + len(quoted), 0)]
    for index, (name, value) in enumerate(hole.beside.items(), 1):
        if value is None:
            continue
        key = f'"{name}"'.encode("utf-8", "surrogatepass")
        at = frame.rfind(key, start)
        found = _MEMBER.match(frame, at + len(key)) if at >= 0 else None
        if found is None:
            return []
        places.append(_Place(*found.span(1), index))
    places.sort()
    is_apart = all(place.end <= following.start for place, following in pairwise(places))
    return places if is_apart else []
