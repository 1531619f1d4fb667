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
Road: TypeAlias = Callable[..., Sequence[E]]
"""A machine's function of the same values, which returns the events of such a part."""

text_in = decoder(str).decode
"""The text of a JSON string, or of one between white space; raises ``ValueError`` for others."""
_QUOTE = ord('"')


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


class Hole(NamedTuple):
    """The values of a part that differs from others in these alone."""

    text: str
    """The piece of text."""
    beside: Mapping[str, str | None] = MappingProxyType({})
    """Texts beside the piece that change in each part, as a padding does, by the names of their
    fields; None where there is none.
    """
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
        *("after", "before", "between", "fill", "frame", "inner", "last", "most_alone", "take"),
        *("_run", "text", "values"),
    )

    fill: Fill[A]
    """The function that makes parts of the values; set when the template is proved."""

    def __init__(self, frame: bytes, places: Sequence[_Place], hole: Hole) -> None:
        first, last = places[0], places[-1]
        self.frame = frame
        """The frame of which it is made."""
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
        if self.inner:
            (at, after), *others = self.inner
            self.between = b"" if at or others else after
        self.last = last.at
        self.text = hole.text
        self.values: list[Any] = [None] * (1 + len(hole.beside))
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
        values = self.values.copy()
        rest = frame[len(self.before) : len(frame) - len(self.after)]
        for at, between in self.inner:
            value, _, rest = rest.partition(between)  # nothing is left, if it is not found
            values[at] = quoted_text_in(value)
        values[self.last] = quoted_text_in(rest)
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
        quoted = f'"{hole.text}"'.encode()
    except UnicodeEncodeError:
        return []
    at = frame.rfind(quoted, start)
    if at < 0:
        return []
    places = [_Place(at, at + len(quoted), 0)]
    for index, (name, value) in enumerate(hole.beside.items(), 1):
        if value is None:
            continue
        written = encode(value)
        for key in (b'"%b":' % name.encode(), b'"%b": ' % name.encode()):
            if (found := frame.find(key + written, start)) >= 0:
                at = found + len(key)
                places.append(_Place(at, at + len(written), index))
                break
        else:
            return []
    places.sort()
    is_apart = all(place.end <= following.start for place, following in pairwise(places))
    return places if is_apart else []
