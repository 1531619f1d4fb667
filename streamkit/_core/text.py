"""A text of an answer, as it arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._core.growing_text import GrowingText
from streamkit._core.json.parser import PartialJSON
from streamkit.limits import DEFAULTS, Limits

if TYPE_CHECKING:
    from streamkit._core.reading import Outcome

__all__ = ["TextLog"]


class TextLog(GrowingText):
    """A growing text in which JSON may be.

    One thread appends, any reads. The JSON is parsed as far as it is asked for, and once.
    """

    __slots__ = ("_idle", "_limits", "outcome")

    def __init__(self, limits: Limits = DEFAULTS) -> None:
        super().__init__()
        self._limits = limits
        self.outcome: Outcome | None = None
        """What the whole text was read as; kept by the reader that read it."""
        # The parser, when nobody is at it. Whoever reads takes it out, which two threads cannot do
        # at once, and that at half the price of a lock. Who finds none reads with a new one.
        self._idle: list[PartialJSON] = []

    def partial_json(self, end: int, newest: str = "", *, partial_strings: bool = True) -> object:
        """The value that the first ``end`` characters begin, as far as it is known.

        None when nothing is known. Asked for the newest text, it reads only what came since it was
        last asked; asked for an older one, it reads that from its beginning. Who has the last
        characters at hand gives them as ``newest``.
        """
        try:
            parser = self._idle.pop()
        except IndexError:
            parser = self._new_parser()
        # A hot place: most often nothing else came since the last reading.
        if newest and parser.position + len(newest) == end:
            parser.feed(newest)
        elif parser.position > end:
            self._idle = [parser]
            parser = self._new_parser()
            parser.feed(self.first(end))
            return parser.view(partial_strings=partial_strings)
        else:
            self._advance(parser, end)
        view = parser.view(partial_strings=partial_strings)
        self._idle = [parser]
        return view

    def is_whole_json(self) -> bool:
        """Whether the text is a closed JSON value; costs what came since the last reading."""
        parser = self._read()
        return parser.complete and parser.error is None

    def is_open_json(self) -> bool:
        """Whether the text begins a JSON value and more must follow; costs the same."""
        parser = self._read()
        return not parser.complete and parser.error is None

    def forget_json(self) -> None:
        """Let go of what was read: who asks again has it read from its beginning, and once."""
        self._idle = []

    def _read(self) -> PartialJSON:
        """The parser, which has read all that came; to be looked at before more comes."""
        try:
            parser = self._idle.pop()
        except IndexError:
            parser = self._new_parser()
        self._advance(parser, self.length)
        self._idle = [parser]
        return parser

    def _new_parser(self) -> PartialJSON:
        limits = self._limits
        return PartialJSON(max_depth=limits.json_depth, max_number_length=limits.number_length)

    def _advance(self, parser: PartialJSON, end: int) -> None:
        if parser.error is None:  # it reads nothing more, so there is no need to join the rest
            parser.feed(self.between(parser.position, end))
