"""The log of an answer's text as it arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._core.growing_text import GrowingText
from streamkit._core.json.parser import PartialJSON
from streamkit.limits import DEFAULTS, Limits

if TYPE_CHECKING:
    from streamkit._core.reading import Outcome

__all__ = ["TextLog", "whole_text"]


class TextLog(GrowingText):
    """A growing text that may hold JSON.

    One thread appends, and any may read. The JSON is parsed once, as far as it is requested.
    """

    __slots__ = ("_idle", "_limits", "outcome")

    def __init__(self, limits: Limits = DEFAULTS) -> None:
        super().__init__()
        self._limits = limits
        self.outcome: Outcome | None = None
        """The outcome of reading the whole text, which its reader keeps here."""
        # The parser, when no thread uses it. A reading thread takes it out, which two threads
        # cannot do at once, at half the cost of a lock. A thread that finds none makes a new one.
        self._idle: list[PartialJSON] = []

    def partial_json(self, end: int, newest: str = "", *, partial_strings: bool = True) -> object:
        """Return the value that the first ``end`` characters begin, as far as it is known.

        Return None when no value is known. For the newest text, the parser reads only the
        characters since its last call; an older text is parsed from its beginning. ``newest`` may
        pass the last characters if the caller has them at hand.
        """
        idle = self._idle
        try:
            parser = idle.pop()
        except IndexError:
            parser = self._new_parser()
        # A hot path: most often nothing but ``newest`` came since the last reading.
        if newest and parser.position + len(newest) == end:
            parser.feed(newest)
        elif parser.position > end:
            self._idle = [parser]
            parser = self._new_parser()
            parser.feed(self.first(end))
            return parser.view(partial_strings=partial_strings)
        else:
            self._advance(parser, end)
        view = parser.view() if partial_strings else parser.view(partial_strings=False)
        if not idle:  # another thread may have put one back
            idle.append(parser)
        return view

    def is_whole_json(self) -> bool:
        """Return whether the text is a closed JSON value; parses the text since the last call."""
        parser = self._read()
        return parser.complete and parser.error is None

    def is_open_json(self) -> bool:
        """Return whether the text begins a JSON value and more must follow; costs the same."""
        parser = self._read()
        return not parser.complete and parser.error is None

    def forget_json(self) -> None:
        """Drop the parsed value; a later call parses the text again from its beginning, once."""
        self._idle = []

    def _read(self) -> PartialJSON:
        """Return the parser after it has read the whole text; use it before more text comes."""
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
        if parser.error is None:  # after an error no text need be joined, because none is read
            parser.feed(self.between(parser.position, end))


def whole_text(text: str) -> TextLog:
    """Return the log of a text that is whole."""
    log = TextLog()
    log.append(text)
    return log
