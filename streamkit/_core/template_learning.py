"""The learning of templates from the frames of a stream."""

# Strategy: frames are kept, and now and then one is looked at: whether a kept one has the same
# bytes around another piece. Then the new frame is decoded once more with other values in it, and
# must be the same part but for these. A look costs as much as a frame. So it ends at a frame that
# begins as none before it, looks that find nothing become rare, and between the rarest ones frames
# pass that are not even kept.

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from streamkit._core.late_template import Decoded, late_template
from streamkit._core.template import Template, places_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamkit._core.answer_decoder import AnswerDecoder
    from streamkit._core.template import Hole

__all__ = ["LONGEST", "MAX_TEMPLATES", "Learner"]

A = TypeVar("A")
E = TypeVar("E")

MAX_TEMPLATES = 8
"""The number of templates of a stream: its parallel choices, calls and kinds of text."""

_KEPT = 2 * MAX_TEMPLATES  # frames, after each look
_GAPS = (0, 1, 3, 7)
"""The frames that are kept between one look and the next, the first ones after a success."""
_LATE_LOOKS = (0, 1, len(_GAPS) + 1)
"""The numbers of looks in vain after which other values than the piece may change, too."""
_HEAD = 24
"""The bytes of data by whose difference frames are told apart."""
LONGEST = 1 << 16
"""The bytes of the longest frame that is learnt from."""
_PAUSE, _MAX_PAUSE = 64, 256  # frames that pass between later looks


class Learner(Generic[A, E]):
    """What makes templates of the frames of one stream that no template fits.

    It is given those whose turn has come: the ones that are to pass are not counted here.
    """

    __slots__ = (
        *("_answer", "_looks_in_vain", "_next_pause", "_since"),
        *("kept", "pause", "unfit", "wait"),
    )

    def __init__(self, answer: AnswerDecoder[A]) -> None:
        self._answer = answer
        self.kept: list[bytes] = []
        """The last frames, which new ones are compared with."""
        self.wait = 1
        """The number of frames that are still to be kept before one is looked at."""
        self.pause = 0
        """The number of frames that are still to pass before one is kept."""
        self.unfit = 0
        """The number of frames up to the last look."""
        self._since = 1  # frames from the last look to the next
        self._looks_in_vain = 0
        self._next_pause = _PAUSE

    def look(self, frame: bytes, data: bytes, part: A) -> Template[A, E] | None:
        """Return a template that a frame proves, if it does.

        Args:
            frame: A read that is one frame.
            data: Its data.
            part: The part in these, which is to be fed next.
        """
        self.unfit += 1 + self._since
        found = self._found(frame, len(frame) - len(data) - 2, part)
        if found is not None:
            self.kept = [old for old in self.kept if not found.fits(old)]
            self._looks_in_vain, self._next_pause, self._since = 0, _PAUSE, 0
            return found
        self.kept = [*self.kept[1 - _KEPT :], frame]
        if self._looks_in_vain < len(_GAPS):
            self.wait = _GAPS[self._looks_in_vain]
            self._looks_in_vain += 1
        else:
            self._looks_in_vain = len(_GAPS) + 1
            self.wait, self.pause = 1, self._next_pause
            self._next_pause = min(2 * self.pause, _MAX_PAUSE)
        self._since = self.wait + self.pause
        return None

    def _found(self, frame: bytes, start: int, part: A) -> Template[A, E] | None:
        answer, kept, head = self._answer, self.kept, frame[: start + _HEAD]
        is_alike = any(old.startswith(head) for old in kept)
        is_late = answer.changing is not None and self._looks_in_vain in _LATE_LOOKS
        hole = answer.hole(part) if is_alike or is_late else None
        if hole is None:
            return None
        if is_alike and hole.is_copied:
            new = self._similar(frame, start, hole)
            if new is None and hole.optional:
                hole = self._wider(frame, start, hole)
                new = self._similar(frame, start, hole)
            if new is not None:
                return new if self._is_proof(new, start, part, hole) else None
        if is_late and kept and kept[-1].startswith(frame[:start]):
            return late_template(answer, kept[-1], Decoded(frame, start, part, hole))
        return None

    def _similar(self, frame: bytes, start: int, hole: Hole) -> Template[A, E] | None:
        """Return the template that a frame would be, if a kept one fits it with another piece."""
        places = places_of(hole, frame, start)
        if places:
            new: Template[A, E] = Template(frame, places, hole)
            if any(values[0] != hole.text for values in self._values_by(new)):
                return new
        return None

    def _wider(self, frame: bytes, start: int, hole: Hole) -> Hole:
        """Return a hole with those optional values, too, that differ from a kept frame's."""
        every = {**hole.beside, **hole.optional}
        places = places_of(hole._replace(beside=every), frame, start)
        if places:
            new: Template[A, E] = Template(frame, places, hole._replace(beside=every))
            for text, *others in self._values_by(new):
                if text != hole.text:
                    pairs = zip(every.items(), others, strict=True)
                    changed = {
                        name: value
                        for (name, value), other in pairs
                        if name in hole.beside or other != value
                    }
                    return hole._replace(beside=changed)
        return hole

    def _values_by(self, template: Template[A, E]) -> Iterator[list[Any]]:
        """Yield the values of the kept frames that a template fits, those of the last one first."""
        for old in reversed(self.kept):
            if template.fits(old):
                with suppress(ValueError):
                    yield template.values_in(old)

    def _is_proof(self, new: Template[A, E], start: int, part: A, hole: Hole) -> bool:
        """Return whether other values in the frame, read strictly, change the part as they should.

        Then the template gets the function that makes such parts.
        """
        values = hole.values
        others = [_another(value) for value in values]
        try:
            strict = self._answer.reread(new.frame_of(others)[start:-2])
        except (ValueError, RecursionError):
            return False
        new.fill = fill = self._answer.fill(part, hole)
        return fill(*values) == part and fill(*others) == strict


def _another(value: Any) -> Any:
    if isinstance(value, str):
        return value + "?"
    if isinstance(value, bool):
        return not value
    if isinstance(value, dict):
        return {**cast("dict[str, Any]", value), "?": 0}
    if isinstance(value, list):
        return [*cast("list[Any]", value), 0]
    return None if value is None else value + 1
