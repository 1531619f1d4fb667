"""How the text of an answer is read, while it grows and when it is whole."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from streamkit._core.reading import NOTHING_READ, Outcome
from streamkit.errors import ParseError

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamkit._core.text import TextLog
    from streamkit.structured.response_format import ResponseFormat
    from streamkit.structured.tools import ToolParsers

__all__ = ["Reader"]


class Reader:
    """Reads content as ``response_format`` says and arguments as ``tools`` say, each text once."""

    def __init__(
        self,
        response_format: ResponseFormat[Any] | None = None,
        tools: ToolParsers | None = None,
        *,
        partial_strings: bool = True,
    ) -> None:
        self._format = response_format
        self._tools = tools
        self._partial_strings = partial_strings
        self._is_json = response_format is not None and response_format.is_json
        self._unwrap = (
            response_format.unwrap if response_format and response_format.wrapped else None
        )

    @property
    def expects(self) -> bool:
        """Whether an answer that was cut short by a limit is an error."""
        return self.expects_content or bool(self._tools)

    @property
    def expects_content(self) -> bool:
        """Whether an answer without content is an error."""
        return self._format is not None and self._format.parses

    def partial_content(self, text: TextLog, end: int, newest: str = "") -> object:
        """What is known of the content from its first ``end`` characters; None when nothing is.

        ``newest`` may be the last of them.
        """
        if not self._is_json:
            return None
        partial = text.partial_json(end, newest, partial_strings=self._partial_strings)
        return partial if self._unwrap is None else self._unwrap(partial)

    def partial_arguments(self, name: str, text: TextLog, end: int, newest: str = "") -> object:
        """What is known of a function's arguments; None when its tool is not one that is parsed."""
        if self._tools is None or name not in self._tools:
            return None
        return text.partial_json(end, newest, partial_strings=self._partial_strings)

    def content(self, text: TextLog) -> Outcome:
        """The whole content as the type that was asked for; an error is told once."""
        format_ = self._format
        if format_ is None or not self._is_json:
            return NOTHING_READ
        if not format_.parses:
            # Nobody said what type the JSON should have: it is read for what it is.
            whole = text.partial_json(text.length) if text.is_whole_json() else None
            return Outcome(self, text.length, whole)
        return self._read(text, format_.parse)

    def arguments(self, name: str, text: TextLog) -> Outcome:
        """The whole arguments as the type of the tool of that name; an error is told once."""
        tools = self._tools
        if tools is None or name not in tools:
            return NOTHING_READ
        # Some servers say nothing at all where a function has no parameters.
        return self._read(text, lambda whole: tools.parse(name, whole.strip() or "{}"))

    def _read(self, text: TextLog, parse: Callable[[str], Any]) -> Outcome:
        # Validators may cost much and have effects, so no text is read twice unless it has grown.
        outcome = text.outcome
        if outcome is not None and outcome.reader is self and outcome.length == text.length:
            return outcome
        # What is known of the parts gives way to the whole, else both would be held.
        text.forget_json()
        content = text.first(text.length)
        try:
            text.outcome = Outcome(self, len(content), parse(content))
        except ParseError as error:
            # Not the error: its traceback leads to frames, they to events, and those back to the
            # text, out of the collector's sight.
            text.outcome = Outcome(self, len(content))
            _forget_frames(error.__cause__)
            return Outcome(self, len(content), None, error)
        return text.outcome


def _forget_frames(error: BaseException | None) -> None:
    """Cut the tracebacks of errors that pydantic keeps inside of its own, where none can see them.

    A validator's frame leads to the frames of its callers, and those to the stream: whoever keeps
    the error would keep the stream, and if that keeps the error, for ever.
    """
    # Whoever has made one of these has loaded the module; other errors hide nothing.
    core: Any = sys.modules.get("pydantic_core")
    details: Any = error
    if core is None or not isinstance(error, core.ValidationError):
        return
    for detail in details.errors():
        inner: BaseException | None = detail.get("ctx", {}).get("error")
        while isinstance(inner, BaseException):
            inner.__traceback__ = None
            inner = inner.__cause__ or inner.__context__
