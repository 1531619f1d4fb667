"""The templates of a stream: how they are learnt from its frames, and read by."""

# Strategy: a candidate for a template is a frame that was decoded as a whole. The next frame with
# the same bytes around another piece proves it: that frame is decoded once more with other values
# in it, and must be the same part but for these. A candidate costs nearly as much as a frame. So
# frames that nothing fits are looked at in rounds; after each, the templates are forgotten and ever
# more frames pass.

from __future__ import annotations

from itertools import chain, repeat
from operator import length_hint
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from streamkit._core.late_template import Decoded, late_template
from streamkit._core.template import Template, is_quoted, places_of, quoted_text_in, text_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from streamkit._core.answer_decoder import AnswerDecoder
    from streamkit._core.machine import Machine
    from streamkit._core.sse import SSEDecoder
    from streamkit._core.template import Hole, Road

__all__ = ["MAX_TEMPLATES", "Templates"]

A = TypeVar("A")
E = TypeVar("E")

MAX_TEMPLATES = 8
"""The number of templates of a stream: its parallel choices, calls and kinds of text."""

_FIRST_ROUND, _LATER_ROUND = MAX_TEMPLATES, 2  # frames that are looked at in vain before a pause
_FIRST_LATE_LOOKS = 3  # of which this many are compared with the one before; later one a round
_PAUSE, _MAX_PAUSE = 64, 256  # frames that pass


class Templates(Generic[A, E]):
    """The templates of one stream, by which it reads frames in place of its decoders.

    Both decoders count what is read here, as if they had read it.
    """

    def __init__(self, sse: SSEDecoder, answer: AnswerDecoder[A], machine: Machine[A, E]) -> None:
        self._sse = sse
        self._answer = answer
        self._machine = machine
        self.known: list[Template[A, E]] = []  # the newest first
        """The templates that are proved; while there is none, there is nothing to read by."""
        self._candidates: list[Template[A, E]] = []  # the newest first
        self._in_vain = 0  # frames looked at that proved nothing, without as many hits since
        self.pause = 0
        """The number of frames that are still to pass before one is to be learnt from."""
        self._next_pause = _PAUSE
        self._late_looks = _FIRST_LATE_LOOKS
        self._has_short_roads = False
        self._coming: Iterator[str] = iter(())  # the pieces of the last run that are not fed yet

    def read(self, frame: bytes) -> Iterable[E] | None:  # noqa: C901, PLR0912 - a hot path
        """Return the events of a read that is one frame, or a run; None if no template fits."""
        # A hot path: nearly every frame of a stream. Most have a piece alone, or a piece and a
        # padding after it, which are read here.
        size = len(frame)
        for template in self.known:
            rest = frame.removeprefix(template.before)
            if len(rest) == size:
                continue
            inner = rest.removesuffix(template.after)
            if len(inner) == len(rest):
                continue
            if size > template.most_alone:
                events = self._read_run(template, frame)
                if events is not None:
                    return events
            padding = values = None
            between = template.between
            try:
                if between is None:
                    piece = text_in(inner)
                elif between:
                    inner, _, beside = inner.partition(between)  # nothing, if it is not found
                    piece = text_in(inner)
                    padding = text_in(beside)
                    if len(beside) - len(padding) != 2 and not is_quoted(beside, padding):
                        continue
                else:
                    piece, values = "", template.values_in(frame)
            except ValueError:
                continue
            if len(inner) - len(piece) != 2 and not (values or is_quoted(inner, piece)):
                continue
            answer, sse = self._answer, self._sse
            room = sse.room - size
            if (
                answer.done
                or not (answer.fits_templates and sse.is_between_frames)
                or size > sse.max_event_bytes
                or room < 0
            ):
                return None
            sse.room = room
            answer.received += 1
            if self._in_vain:
                self._in_vain -= 1
            take = template.take or self._road(template)
            if between is None:
                return take(piece)
            return take(piece, padding) if values is None else take(*values)
        return None

    def _read_run(self, template: Template[A, E], frames: bytes) -> Iterator[E] | None:
        """Return the events of frames that differ in their pieces alone; None if they do not."""
        answer, sse, between = self._answer, self._sse, template.between
        room = sse.room - len(frames)
        if (
            between == b""
            or answer.done
            or not (answer.fits_templates and sse.is_between_frames)
            or len(frames) > sse.max_event_bytes
            or room < 0
        ):
            return None
        after, padding = template.after, None
        try:
            if between:
                # The padding of the last frame is that of all.
                after = frames[frames.rindex(between) :]
                padding = quoted_text_in(after[len(between) : len(after) - len(template.after)])
            pieces = template.run_before(after).pieces_in(frames)
        except ValueError:
            return None
        sse.room = room
        self._in_vain = max(0, self._in_vain - len(pieces))
        return self._events_of_run(template, pieces, padding)

    def _events_of_run(
        self, template: Template[A, E], pieces: list[str], padding: str | None
    ) -> Iterator[E]:
        """Return an iterator that feeds each frame when its turn comes."""
        # A hot path: between the events are steps of `map` and `chain`, and no other calls than
        # those of the road. So all pieces are counted at once, less those that `coming` still has.
        self.count_run()
        self._answer.received += len(pieces)
        self._coming = coming = iter(pieces)
        take = template.take or self._first_road(template)
        return chain.from_iterable(
            map(take, coming) if padding is None else map(take, coming, repeat(padding))
        )

    @property
    def to_come(self) -> int:
        """The number of frames that count as received, and whose turn has not come."""
        return length_hint(self._coming)

    def count_run(self) -> None:
        """Count those frames of the last run alone whose turn has come."""
        self._answer.received -= self.to_come
        self._coming = iter(())

    def learn(self, frame: bytes, data: bytes, part: A) -> None:
        """Learn from a read that is one frame, with its data, and the part in these.

        The part is to be fed next.
        """
        if self._has_short_roads:
            self.leave_short_roads()
        hole, start = self._answer.hole(part), len(frame) - len(data) - 2
        if hole is not None and (
            self._proves(frame, start, part, hole) or self._proves_late(frame, start, part, hole)
        ):
            return
        self._in_vain += 1
        if self._in_vain > _FIRST_ROUND:
            self._in_vain = _FIRST_ROUND - _LATER_ROUND
            self._late_looks = 1
            self.pause = self._next_pause
            self._next_pause = min(2 * self.pause, _MAX_PAUSE)
            self.known.clear()
        elif hole is not None and hole.text:
            self._add_candidate(frame, start, hole)

    def leave_short_roads(self) -> None:
        """Let the machine decide anew about its short roads, because it is fed something else."""
        self._has_short_roads = False
        for template in self.known:
            template.take = None

    def _road(self, template: Template[A, E]) -> Road[E]:
        """Return a road for one part: the machine is asked for a shorter one when that is fed."""
        feed, fill = self._machine.feed, template.fill

        def take(*values: Any) -> Sequence[E]:
            events = feed(fill(*values))
            road = self._machine.short_road(fill("", *values[1:]), fill)
            template.take = (lambda *values: feed(fill(*values))) if road is None else road
            self._has_short_roads = True
            return events

        return take

    def _first_road(self, template: Template[A, E]) -> Road[E]:
        """Return a road for the parts of a run, of which the first one is asked with."""

        def take(*values: Any) -> Sequence[E]:
            return (template.take or self._road(template))(*values)

        return take

    def _proves(self, frame: bytes, start: int, part: A, hole: Hole) -> bool:
        """Return whether a candidate fits a frame; if the part proves it, it is a template now."""
        if not hole.is_copied:
            return False
        for candidate in self._candidates:
            if not candidate.fits(frame):
                continue
            try:
                values = candidate.values_in(frame)
            except ValueError:
                continue
            if values[0] == candidate.text:  # the same piece again proves nothing
                return True
            self._candidates.remove(candidate)
            if hole.values != values or not self._is_proof(candidate, start, part, values):
                return False
            self._add_template(candidate)
            return True
        return False

    def _is_proof(self, candidate: Template[A, E], start: int, part: A, values: list[Any]) -> bool:
        """Return whether other values in the frame, read strictly, change the part as they should.

        Then the candidate gets the function that makes such parts.
        """
        others = [None if value is None else value + "?" for value in values]
        changed = candidate.frame_of(others)
        try:
            strict = self._answer.reread(changed[start:-2])
        except (ValueError, RecursionError):
            return False
        candidate.fill = fill = self._answer.fill(part)
        return fill(*values) == part and fill(*others) == strict

    def _proves_late(self, frame: bytes, start: int, part: A, hole: Hole) -> bool:
        """Return whether values that may change as well are all that differs from a frame before.

        That is the newest candidate's: a look at two frames costs as much as a frame. Then there is
        a template for both, whose parts are decoded when they are read.
        """
        if not self._candidates or not self._late_looks:
            return False
        self._late_looks -= 1
        newest = self._candidates[0]
        new = late_template(self._answer, newest, Decoded(frame, start, part, hole))
        if new is None:
            return False
        self._late_looks = _FIRST_LATE_LOOKS
        self._candidates.remove(newest)
        self._add_template(new)
        return True

    def _add_template(self, new: Template[A, E]) -> None:
        self.known = [new, *self.known][:MAX_TEMPLATES]

    def _add_candidate(self, frame: bytes, start: int, hole: Hole) -> None:
        places = places_of(hole, frame, start)
        if places:
            new: Template[A, E] = Template(frame, places, hole)
            self._candidates = [new, *self._candidates][:MAX_TEMPLATES]
