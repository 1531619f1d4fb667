"""The log of an answer's text as it arrives."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Final

from streamkit._core.growing_text import GrowingText
from streamkit._core.json.parser import PartialJSON
from streamkit.limits import DEFAULTS, Limits

if TYPE_CHECKING:
    from streamkit._core.reading import Outcome

__all__ = ["TextLog", "whole_text"]

_PARSERS: Final = 4
"""The maximum number of parsers that wait for their next reader."""


class TextLog(GrowingText):
    """A growing text that may hold JSON.

    One thread appends, and any may read. The JSON is parsed once, as far as it is requested. A
    reader of older texts has a parser of its own, so it too is linear if it reads them in order.
    """

    __slots__ = ("_idle", "_limits", "outcome")

    def __init__(self, limits: Limits = DEFAULTS) -> None:
        super().__init__()
        self._limits = limits
        self.outcome: Outcome | None = None
        """The outcome of reading the whole text, which its reader keeps here."""
        # The parsers that no thread uses, the last used one last. A reading thread takes one out,
        # which two threads cannot do at once, at half the cost of a lock.
        self._idle: list[PartialJSON] = []

    def partial_json(
        self,
        end: int,
        newest: str = "",
        partial_strings: bool = True,  # noqa: FBT001, FBT002 - a hot path
    ) -> object:
        """Return the value that the first ``end`` characters begin, as far as it is known.

        Return None when no value is known. A parser reads only the characters since an earlier
        call; a text that is older than those of the last few calls is parsed from its beginning.
        ``newest`` may pass the last characters if the caller has them at hand.
        """
        idle = self._idle
        # A hot path: most often nothing but ``newest`` came since the last reading. A call of a
        # function that takes some arguments by their names alone costs three times as much.
        try:
            parser = idle.pop()
        except IndexError:
            parser = self._advanced(idle, end)
        else:
            if newest and parser.position + len(newest) == end:
                parser.feed(newest)
            elif parser.position != end:
                idle.append(parser)
                parser = self._advanced(idle, end)
        view = parser.view(partial_strings)
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
        idle = self._idle
        parser = self._advanced(idle, self.length)
        idle.append(parser)
        return parser

    def _advanced(self, idle: list[PartialJSON], end: int) -> PartialJSON:
        """Take out a parser that has read the first ``end`` characters; put it back after use."""
        try:
            parser = idle.pop()
        except IndexError:
            parser = self._new_parser()
        else:
            if idle or parser.position > end:
                parser = self._nearest(idle, parser, end)
        if parser.position < end and parser.error is None:
            parser.feed(self.between(parser.position, end))
        return parser

    def _nearest(self, idle: list[PartialJSON], last: PartialJSON, end: int) -> PartialJSON:
        """Take out the parser that has the least to read up to ``end``, or make a new one."""
        waiting = [last]
        while idle:
            try:
                waiting.append(idle.pop())
            except IndexError:  # another thread has taken the last one
                break
        fitting = [parser for parser in waiting if parser.position <= end]
        nearest = max(fitting, key=_position, default=None)
        others = [parser for parser in waiting if parser is not nearest]
        idle.extend(reversed(others[: _PARSERS - 1]))
        return nearest or self._new_parser()

    def _new_parser(self) -> PartialJSON:
        limits = self._limits
        return PartialJSON(max_depth=limits.json_depth, max_number_length=limits.number_length)


_position = attrgetter("position")


def whole_text(text: str) -> TextLog:
    """Return the log of a text that is whole."""
    log = TextLog()
    log.append(text)
    return log
