"""Templates: how the successive frames of a stream, equal but for one JSON string, are read.

Nearly all frames of a stream differ from an earlier one in a piece of text alone. Such a frame is
known by the bytes before and after the piece, and only the piece is decoded.
"""

# Strategy: a template is learnt from a frame that was decoded as a whole. Its place for the piece
# is proved: the frame is decoded once more with another text there, and all but the piece must be
# equal. In JSON, the text of a string never changes what the rest of a document means, so any frame
# with these bytes around a valid string is the same part with another piece. The quotes belong to
# both the template and the piece, so that no white space comes between them; and the decoder of the
# piece refuses what the decoder of the frame would (control characters, a second string, half a
# surrogate pair, bytes that are no UTF-8), or reads more leniently: then there is no hit.
# A template that is never hit costs the time to learn it, so after each in vain, twice as many
# frames pass before the next; each hit halves that.

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from streamkit._core.compiled import decoder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from streamkit._core.answer_decoder import AnswerDecoder
    from streamkit._core.machine import Machine
    from streamkit._core.sse import SSEDecoder

__all__ = ["MAX_TEMPLATES", "Hole", "Templates"]

A = TypeVar("A")
E = TypeVar("E")

MAX_TEMPLATES = 8
"""The number of templates of a stream: its parallel choices, calls and kinds of text."""

_MAX_PAUSE = 8  # as a power of two: 256 frames
_FEW = 4  # templates in vain, after which only two are kept
_PLACES = 4  # the number of places in a frame that are tried
_OTHER = ("\N{HEAVY LARGE CIRCLE}", "\N{WHITE CIRCLE}")  # texts to prove a place with

_text = decoder(str).decode


class Hole(NamedTuple, Generic[A]):
    """The piece of text in a part of an answer."""

    text: str
    fill: Callable[[str], A]
    """A function that makes a new part, which differs from the first one in the piece alone."""


class Template(Generic[A, E]):
    """The bytes around the piece of a frame, and the function that takes a piece."""

    __slots__ = ("after", "before", "fill", "is_used", "start", "stop", "take")

    def __init__(self, before: bytes, after: bytes, start: int, fill: Callable[[str], A]) -> None:
        self.before = before
        self.after = after
        self.start = start
        self.stop = 1 - len(after)
        self.fill = fill
        self.is_used = False
        self.take: Callable[[str], Sequence[E]] | None = None
        """The machine's road for such pieces; None while it is to be asked for one."""


class Templates(Generic[A, E]):
    """The templates of one stream, by which it reads frames in place of its decoders.

    Both decoders count what is read here, as if they had read it.
    """

    def __init__(self, sse: SSEDecoder, answer: AnswerDecoder[A], machine: Machine[A, E]) -> None:
        self._take = sse.take
        self._answer = answer
        self._machine = machine
        self._templates: list[Template[A, E]] = []  # the newest first
        self._missed = 0  # frames since a template was learnt
        self._in_vain = 0  # templates learnt, without as many hits since
        self._has_short_roads = False

    def read(self, frame: bytes) -> Sequence[E] | None:
        """Return the events of a read that is one frame; None if no template fits."""
        # A hot path: nearly every frame of a stream.
        for template in self._templates:
            if frame.startswith(template.before) and frame.endswith(template.after):
                try:
                    piece = _text(frame[template.start : template.stop])
                except ValueError:
                    return None
                answer = self._answer
                if answer.done or not (answer.fits_templates and self._take(len(frame))):
                    return None
                answer.received += 1
                if self._in_vain:
                    self._in_vain -= 1
                take = template.take
                return self._feed(template, piece) if take is None else take(piece)
        return None

    def learn(self, frame: bytes, data: bytes, part: A) -> None:
        """Learn a template from a read that is one frame, with its data, and the part in these.

        The part is to be fed next.
        """
        self._missed += 1
        if self._has_short_roads:
            self.leave_short_roads()
        if self._missed >> self._in_vain:
            self._learn(frame, data, part)

    def leave_short_roads(self) -> None:
        """Let the machine decide anew about its short roads, because it is fed something else."""
        self._has_short_roads = False
        for template in self._templates:
            template.take = None

    def _feed(self, template: Template[A, E], piece: str) -> Sequence[E]:
        template.is_used = True
        feed, fill = self._machine.feed, template.fill
        events = feed(fill(piece))
        road = self._machine.short_road(Hole(piece, fill))
        template.take = (lambda piece: feed(fill(piece))) if road is None else road
        self._has_short_roads = True
        return events

    def _learn(self, frame: bytes, data: bytes, part: A) -> None:
        hole = self._answer.hole(part)
        if hole is None or not hole.text:
            return
        self._missed = 0
        self._in_vain = min(self._in_vain + 1, _MAX_PAUSE)
        other = _OTHER[hole.text == _OTHER[0]]
        try:
            quoted, other_bytes = f'"{hole.text}"'.encode(), other.encode()
        except UnicodeEncodeError:
            return
        if other_bytes in data:
            return
        at = -1
        for _ in range(_PLACES):
            at = data.find(quoted, at + 1)
            if at < 0:
                return
            before, after = data[: at + 1], data[at + len(quoted) - 1 :]
            if self._is_proved(before + other_bytes + after, other, part, hole):
                head = frame[: len(frame) - len(data) - 2]
                before, start = head + before, len(head) + len(before) - 1
                self._keep(Template(before, after + b"\n\n", start, hole.fill))
                return

    def _keep(self, new: Template[A, E]) -> None:
        """Add a template; of the unused ones keep one, and of all while most are in vain."""
        # A frame that nothing fits is compared with each template.
        if self._in_vain > _FEW:
            self._templates = [new, *self._templates[:1]]
            return
        unused = [template for template in self._templates if not template.is_used][1:]
        kept = [template for template in self._templates if template not in unused]
        self._templates = [new, *kept][:MAX_TEMPLATES]

    def _is_proved(self, data: bytes, text: str, part: Any, hole: Hole[A]) -> bool:
        """Return whether data with another text have the part with that text as its piece."""
        try:
            other = self._answer.reread(data)
        except (ValueError, RecursionError):
            return False
        found = None if other is None else self._answer.hole(other)
        return (
            found is not None
            and found.text == text
            and found.fill(hole.text) == part
            and hole.fill(text) == other
        )
