"""Templates: how the successive frames of a stream, equal but for a few values, are read.

Nearly all frames of a stream differ from an earlier one in a piece of text alone, or in that and
values beside it, such as a padding. Such a frame is known by the bytes around these values, and
only they are decoded.
"""

# Strategy: in JSON, the text of a string never changes what the rest of a document means. So any
# frame with the bytes of a template around valid strings is the same part as the template's, with
# other values. A text begins and ends with its quotes, and no other value has an end of a line in
# it or around it. The decoder of a value refuses what the decoder of the frame would (control
# characters, a second value, half a surrogate pair, bytes that are no UTF-8), or reads more
# leniently: then the template does not fit.

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeAlias, TypeVar

from msgspec.json import Decoder, encode

from streamkit._core.compiled import decoder
from streamkit._core.decoding import brackets
from streamkit._core.runs import RunReader
from streamkit.limits import DEFAULTS

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "CARRIAGE_RETURN",
    "LINE_FEED",
    "SPACE",
    "Fill",
    "Hole",
    "Road",
    "Template",
    "is_quoted",
    "places_of",
    "quoted_text_in",
    "text_in",
    "value_in",
]

A = TypeVar("A")
E = TypeVar("E")

Fill: TypeAlias = Callable[..., A]
"""A function of a piece, and of the values beside it, that makes a part of them."""
Road: TypeAlias = Callable[..., Sequence[E]]
"""A machine's function of the same values, which returns the events of such a part."""

text_in = decoder(str).decode
"""The text of a JSON string, or of one between white space; raises ``ValueError`` for others."""
value_in: Callable[[bytes], Any] = Decoder().decode
"""Any value of JSON, or one between white space; raises ``ValueError`` or ``RecursionError``."""
_CONTAINERS = (list, dict)
"""The types of values that hold others."""
SPACE = ord(" ")
"""The last byte that is white space, of which some ends a line."""
_QUOTE, LINE_FEED, CARRIAGE_RETURN = b'"\n\r'

STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
"""The pattern of a string in JSON."""
_COLON = re.compile(rb"\s*+:\s*+")
_SCALAR = re.compile(rb"%b|[\w.+-]++" % STRING, flags=re.DOTALL)


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


@cache
def _container_check(max_depth: int) -> Callable[[bytes], None]:
    """Return a function that raises ``ValueError`` for some containers beside a piece.

    It refuses those with the end of a line in them, and those with which a part may have more
    levels than this.
    """

    def check(value: bytes) -> None:
        # A hot path: an unknown list beside nearly every piece of a stream. Each level takes two
        # bytes at least.
        if len(value) >= max_depth and brackets(value) > max_depth - 2:
            raise ValueError(value)
        if LINE_FEED in value or CARRIAGE_RETURN in value:
            raise ValueError(value)

    return check


@cache
def _value_reader(max_depth: int) -> Callable[[bytes], Any]:
    """Return a function that reads any value beside a piece; it raises ``ValueError`` for others.

    These have the end of a line in them or around them, or too many levels for a part.
    """
    check = _container_check(max_depth)

    def read(value: bytes) -> Any:
        try:
            found = value_in(value)
        except RecursionError as error:
            raise ValueError(value) from error
        if found.__class__ in _CONTAINERS:
            check(value)
        elif value[0] <= SPACE or value[-1] <= SPACE:
            raise ValueError(value)
        return found

    return read


class Hole(NamedTuple):
    """The values of a part that differs from others in these alone."""

    text: str
    """The piece of text."""
    beside: Mapping[str, Any] = MappingProxyType({})
    """Values beside the piece that change in each part, as a padding does, by the names of their
    fields; None where there is none.
    """
    optional: Mapping[str, Any] = MappingProxyType({})
    """Scalars that belong to the part, unless they differ in the frames that prove a template."""
    max_depth: int = DEFAULTS.json_depth
    """The levels of containers that a part may have, of which a value beside the piece is in two
    at most.
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
        *("after", "before", "between", "check_last", "few", "fill", "inner", "last"),
        *("_readers", "_run", "most_alone", "take"),
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
        read_value = _value_reader(hole.max_depth)
        self._readers: list[Callable[[bytes], Any]] = [
            quoted_text_in if value is None or isinstance(value, str) else read_value
            for value in hole.values
        ]
        """The functions that read the values, by their indexes."""
        if self.inner:
            (at, after), *others = self.inner
            self.between = b"" if at or others else after
        self.last = last.at
        is_text = self._readers[last.at] is quoted_text_in
        self.check_last = None if is_text else _container_check(hole.max_depth)
        """The function that refuses some containers as the last value; None if that is a text."""
        self.few = hole.max_depth
        """The bytes of a container below which it is refused for the end of a line alone."""
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
        colon = _COLON.match(frame, at + len(key)) if at >= 0 else None
        end = 0 if colon is None else _end_of(value, frame, colon.end())
        if colon is None or not end:
            return []
        places.append(_Place(colon.end(), end, index))
    places.sort()
    is_apart = all(place.end <= following.start for place, following in pairwise(places))
    return places if is_apart else []


def _end_of(value: object, frame: bytes, start: int) -> int:
    """Return the end of the value that begins at a place, and is a container if this one is.

    It is 0 if there is none.
    """
    if not isinstance(value, (dict, list)):
        found = _SCALAR.match(frame, start)
        return 0 if found is None else found.end()
    import json

    with suppress(ValueError, RecursionError):
        rest = frame[start:].decode()
        _, length = json.JSONDecoder().raw_decode(rest)
        return start + len(rest[:length].encode())
    return 0
