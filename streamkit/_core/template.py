"""Templates: how the successive frames of a stream, equal but for one JSON string, are read.

Nearly all frames of a stream differ from an earlier one in a piece of text alone. Such a frame is
known by the bytes before and after the piece, and only the piece is decoded.
"""

# Strategy: a candidate for a template is a frame that was decoded as a whole. The next frame with
# the same bytes around another piece proves it: it is decoded as a whole, too, and must be the same
# part but for the piece. In JSON, the text of a string never changes what the rest of a document
# means, so any frame with these bytes around a valid string is the same part with another piece.
# The quotes belong to both the template and the piece, so that no white space comes between them;
# and the decoder of the piece refuses what the decoder of the frame would (control characters, a
# second string, half a surrogate pair, bytes that are no UTF-8), or reads more leniently: then
# there is no hit. A candidate costs nearly as much as a frame. So frames that nothing fits are
# looked at in rounds; after each, the templates are forgotten and ever more frames pass.

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

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

_FIRST_ROUND, _LATER_ROUND = MAX_TEMPLATES, 2  # frames that are looked at in vain before a pause
_PAUSE, _MAX_PAUSE = 64, 256  # frames that pass

_text = decoder(str).decode


class Hole(NamedTuple, Generic[A]):
    """The piece of text in a part of an answer."""

    text: str
    fill: Callable[[str], A]
    """A function that makes a new part, which differs from the first one in the piece alone."""


class Template(Generic[A, E]):
    """The bytes around the piece of a frame, and the function that takes a piece."""

    __slots__ = ("after", "before", "fill", "start", "stop", "take", "text")

    def __init__(self, before: bytes, after: bytes, hole: Hole[A]) -> None:
        self.before = before
        self.after = after
        self.start = len(before) - 1
        self.stop = 1 - len(after)
        self.text, self.fill = hole
        self.take: Callable[[str], Sequence[E]] | None = None
        """The machine's road for such pieces; None while it is to be asked for one."""

    def piece_of(self, frame: bytes) -> str | None:
        """Return the piece of a frame; None if the template does not fit."""
        if frame.startswith(self.before) and frame.endswith(self.after):
            try:
                return _text(frame[self.start : self.stop])
            except ValueError:
                return None
        return None


class Templates(Generic[A, E]):
    """The templates of one stream, by which it reads frames in place of its decoders.

    Both decoders count what is read here, as if they had read it.
    """

    def __init__(self, sse: SSEDecoder, answer: AnswerDecoder[A], machine: Machine[A, E]) -> None:
        self._take = sse.take
        self._answer = answer
        self._machine = machine
        self.known: list[Template[A, E]] = []  # the newest first
        """The templates that are proved; while there is none, there is nothing to read by."""
        self._candidates: list[Template[A, E]] = []  # the newest first
        self._in_vain = 0  # frames looked at that proved nothing, without as many hits since
        self.pause = 0
        """The number of frames that are still to pass before one is to be learnt from."""
        self._next_pause = _PAUSE
        self._has_short_roads = False

    def read(self, frame: bytes) -> Sequence[E] | None:
        """Return the events of a read that is one frame; None if no template fits."""
        # A hot path: nearly every frame of a stream.
        for template in self.known:
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
        """Learn from a read that is one frame, with its data, and the part in these.

        The part is to be fed next.
        """
        if self._has_short_roads:
            self.leave_short_roads()
        if self._proves(frame, data, part):
            return
        self._in_vain += 1
        if self._in_vain > _FIRST_ROUND:
            self._in_vain = _FIRST_ROUND - _LATER_ROUND
            self.pause = self._next_pause
            self._next_pause = min(2 * self.pause, _MAX_PAUSE)
            self.known.clear()
        else:
            self._add_candidate(frame, data, part)

    def leave_short_roads(self) -> None:
        """Let the machine decide anew about its short roads, because it is fed something else."""
        self._has_short_roads = False
        for template in self.known:
            template.take = None

    def _feed(self, template: Template[A, E], piece: str) -> Sequence[E]:
        feed, fill = self._machine.feed, template.fill
        events = feed(fill(piece))
        road = self._machine.short_road(Hole(piece, fill))
        template.take = (lambda piece: feed(fill(piece))) if road is None else road
        self._has_short_roads = True
        return events

    def _proves(self, frame: bytes, data: bytes, part: A) -> bool:
        """Return whether a candidate fits a frame; if the part proves it, it is a template now."""
        for candidate in self._candidates:
            piece = candidate.piece_of(frame)
            if piece is None:
                continue
            if piece == candidate.text:  # the same frame again proves nothing
                return True
            self._candidates.remove(candidate)
            if self._is_proof(data, part, candidate.fill(piece), piece):
                self.known = [candidate, *self.known][:MAX_TEMPLATES]
                return True
            return False
        return False

    def _is_proof(self, data: bytes, part: A, filled: A, piece: str) -> bool:
        """Return whether the part of the data, read strictly, is the filled one with its piece."""
        try:
            strict = self._answer.reread(data)
        except (ValueError, RecursionError):
            return False
        hole = self._answer.hole(part)
        return hole is not None and hole.text == piece and filled == part == strict

    def _add_candidate(self, frame: bytes, data: bytes, part: A) -> None:
        hole = self._answer.hole(part)
        if hole is None or not hole.text:
            return
        try:
            quoted = f'"{hole.text}"'.encode()
        except UnicodeEncodeError:
            return
        at = frame.rfind(quoted, len(frame) - len(data) - 2)
        if at >= 0:
            new: Template[A, E] = Template(frame[: at + 1], frame[at + len(quoted) - 1 :], hole)
            self._candidates = [new, *self._candidates][:MAX_TEMPLATES]
