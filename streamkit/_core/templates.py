"""The templates of a stream, by which its frames are read."""

from __future__ import annotations

from itertools import chain, repeat
from operator import length_hint
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from streamkit._core.template import (
    CARRIAGE_RETURN,
    LINE_FEED,
    SPACE,
    is_quoted,
    quoted_text_in,
    text_in,
    value_in,
)
from streamkit._core.template_learning import LONGEST, MAX_TEMPLATES, Learner

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from streamkit._core.answer_decoder import AnswerDecoder
    from streamkit._core.machine import Machine
    from streamkit._core.sse import SSEDecoder
    from streamkit._core.template import Road, Template

__all__ = ["Templates"]

A = TypeVar("A")
E = TypeVar("E")


class Templates(Generic[A, E]):
    """The templates of one stream, by which it reads frames in place of its decoders.

    Both decoders count what is read here, as if they had read it.
    """

    __slots__ = (
        *("_answer", "_coming", "_machine", "_received", "_sse", "_unfit"),
        *("has_short_roads", "known", "learner"),
    )

    def __init__(self, sse: SSEDecoder, answer: AnswerDecoder[A], machine: Machine[A, E]) -> None:
        self._sse = sse
        self._answer = answer
        self._machine = machine
        self.known: list[Template[A, E]] = []  # the newest first
        """The templates that are proved; while there is none, there is nothing to read by."""
        self.learner: Learner[A, E] = Learner(answer)
        """What makes the templates; it says how many frames are to pass before it takes one."""
        self._received = self._unfit = 0  # at the last success, or when frames last began to pass
        self.has_short_roads = False
        """Whether there are roads to leave when the machine is fed anything else."""
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
                    piece, check = text_in(inner), template.check_last
                    if check is None:
                        padding = text_in(beside)
                        if len(beside) - len(padding) != 2 and not is_quoted(beside, padding):
                            continue
                    else:
                        padding = value_in(beside)
                        kind = padding.__class__
                        if kind is list or kind is dict:
                            # A call costs more than the two tests of most.
                            few = template.few
                            if (
                                len(beside) >= few
                                or LINE_FEED in beside
                                or CARRIAGE_RETURN in beside
                            ):
                                check(beside)
                        elif beside[0] <= SPACE or beside[-1] <= SPACE:
                            continue
                else:
                    piece, values = "", template.values_in(frame)
            except (ValueError, RecursionError):
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
            or template.check_last is not None
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
        learner = self.learner
        if len(frame) > LONGEST:
            return
        if learner.wait:
            learner.wait -= 1
            learner.kept.append(frame)
            return
        received, new = self._answer.received, learner.look(frame, data, part)
        if new is not None:
            self.known = [new, *self.known][:MAX_TEMPLATES]
        elif not learner.pause:
            return
        elif received - self._received < 2 * (learner.unfit - self._unfit):
            self.known = []  # they fit less than half of the frames
        self._received, self._unfit = received, learner.unfit

    def leave_short_roads(self) -> None:
        """Let the machine decide anew about its short roads, because it is fed something else."""
        self.has_short_roads = False
        for template in self.known:
            template.take = None

    def _road(self, template: Template[A, E]) -> Road[E]:
        """Return a road for one part: the machine is asked for a shorter one when that is fed."""
        feed, fill = self._machine.feed, template.fill

        def take(*values: Any) -> Sequence[E]:
            events = feed(fill(*values))
            road = self._machine.short_road(fill("", *values[1:]), fill)
            template.take = (lambda *values: feed(fill(*values))) if road is None else road
            self.has_short_roads = True
            return events

        return take

    def _first_road(self, template: Template[A, E]) -> Road[E]:
        """Return a road for the parts of a run, of which the first one is asked with."""

        def take(*values: Any) -> Sequence[E]:
            return (template.take or self._road(template))(*values)

        return take
