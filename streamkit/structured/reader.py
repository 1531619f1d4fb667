"""The reader of an answer's text, while the text grows and when it is whole."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from streamkit._core.reading import NOTHING_READ, Outcome
from streamkit.errors import ParseError
from streamkit.structured.wrapper import WRAPPER_KEY

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamkit._core.text import TextLog
    from streamkit.structured.response_format import ResponseFormat
    from streamkit.structured.tools import ToolParsers

__all__ = ["Reader"]


class Reader:
    """A reader that parses content by ``response_format`` and arguments by ``tools``, each once."""

    __slots__ = ("_format", "_is_json", "_partial_strings", "_tools", "_unwrap")

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
        """Whether an answer that a limit cut short is an error."""
        return self.expects_content or bool(self._tools)

    @property
    def expects_content(self) -> bool:
        """Whether an answer without content is an error."""
        return self._format is not None and self._format.parses

    @property
    def within(self) -> tuple[str, ...]:
        """The location of the value in the content's JSON: a value that is no object is wrapped."""
        return () if self._unwrap is None else (WRAPPER_KEY,)

    def reads_arguments(self, name: str) -> bool:
        """Return whether the arguments of a tool of this name are parsed."""
        return self._tools is not None and name in self._tools

    def partial_content(self, text: TextLog, end: int, newest: str = "") -> object:
        """Return the value that the first ``end`` characters of the content begin, or None.

        Args:
            text: The content.
            end: The number of characters to read.
            newest: The last of these characters, if the caller has them at hand.
        """
        if not self._is_json:
            return None
        partial = text.partial_json(end, newest, self._partial_strings)
        return partial if self._unwrap is None else self._unwrap(partial)

    def partial_arguments(self, name: str, text: TextLog, end: int, newest: str = "") -> object:
        """Return the value that a function's arguments begin; None if its tool is not parsed."""
        if not self.reads_arguments(name):
            return None
        return text.partial_json(end, newest, self._partial_strings)

    def content(self, text: TextLog) -> Outcome:
        """Return the whole content as the requested type; only the first reading has the error."""
        format_ = self._format
        if format_ is None or not self._is_json:
            return NOTHING_READ
        if not format_.parses:
            # The request gave the JSON no type: it is read as plain JSON.
            whole = text.partial_json(text.length) if text.is_whole_json() else None
            return Outcome(self, text.length, whole)
        return self._read(text, format_.parse)

    def arguments(self, name: str, text: TextLog) -> Outcome:
        """Return the whole arguments as the tool's type; only the first reading has the error."""
        tools = self._tools
        if tools is None or name not in tools:
            return NOTHING_READ
        # Some servers send no text at all where a function has no parameters.
        return self._read(text, lambda whole: tools.parse(name, whole.strip() or "{}"))

    def _read(self, text: TextLog, parse: Callable[[str], Any]) -> Outcome:
        # Validators may cost much and have effects, so no text is read twice unless it has grown.
        outcome = text.outcome
        if outcome is not None and outcome.reader is self and outcome.length == text.length:
            return outcome
        # The whole value replaces the partial one, so that not both are held.
        text.forget_json()
        content = text.first(text.length)
        try:
            text.outcome = Outcome(self, len(content), parse(content))
        except ParseError as error:
            # The error is not kept: its traceback leads to frames, they to events, and those back
            # to the text, a cycle that the garbage collector cannot see.
            text.outcome = Outcome(self, len(content))
            _forget_frames(error.__cause__)
            return Outcome(self, len(content), None, error)
        return text.outcome


def _forget_frames(error: BaseException | None) -> None:
    """Cut the tracebacks of the errors that pydantic hides inside its own.

    A validator's frame leads to the frames of its callers, and those to the stream. A program that
    keeps the error would keep the stream, and forever if the stream keeps the error.
    """
    # Only a loaded pydantic has raised such an error; other errors hide nothing.
    core: Any = sys.modules.get("pydantic_core")
    details: Any = error
    if core is None or not isinstance(error, core.ValidationError):
        return
    for detail in details.errors():
        inner: BaseException | None = detail.get("ctx", {}).get("error")
        while isinstance(inner, BaseException):
            inner.__traceback__ = None
            inner = inner.__cause__ or inner.__context__
