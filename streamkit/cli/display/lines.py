"""The display of events as plain lines, for a pipe or a log."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from streamkit._core.json.view import is_open, plain
from streamkit._core.visible import visible, visible_json, visible_line
from streamkit.cli.display.fields import Fields
from streamkit.families._common.events import (
    ContentDeltaEvent,
    ContentDoneEvent,
    FunctionToolCallArgumentsDeltaEvent,
    FunctionToolCallArgumentsDoneEvent,
    RefusalDeltaEvent,
    RefusalDoneEvent,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamkit._core.events import Event

__all__ = ["FIELD_LIMIT", "Lines"]

FIELD_LIMIT = 200
"""The number of fields of one value that get a line each."""


class Lines:
    """A writer of text as it arrives, and of the fields of parsed values as they are completed.

    A pipe may end at a terminal too, so control characters are made visible; tabs stay tabs. The
    text of several choices is written in lines, each marked with its choice.

    Args:
        write: Writes a piece of text.
        choices: The number of choices that the answer will have.
        format_name: The name of the content's type; None when the content is text.
    """

    def __init__(
        self, write: Callable[[str], object], *, choices: int = 1, format_name: str | None = None
    ) -> None:
        self._page = _Page(write)
        self._several = choices > 1
        self._parses = format_name is not None
        self._open: dict[tuple[int, str | int], _Text | _Value] = {}

    def feed(self, event: Event) -> None:
        """Take an event of the stream."""
        match event:
            case ContentDeltaEvent(choice_index=choice):
                if self._parses:
                    self._value(choice, "content").grow(event.parsed, lambda: event.snapshot)
                elif event.delta:
                    self._text(choice, "content").add(event.delta)
            case ContentDoneEvent(choice_index=choice):
                self._close(choice, "content")
            case RefusalDeltaEvent(choice_index=choice):
                self._text(choice, "refusal", "refusal: ").add(event.delta)
            case RefusalDoneEvent(choice_index=choice):
                self._close(choice, "refusal")
            case FunctionToolCallArgumentsDeltaEvent(choice_index=choice):
                value = self._value(choice, event.index, event.name)
                value.grow(event.parsed_arguments, lambda: event.arguments)
            case FunctionToolCallArgumentsDoneEvent(choice_index=choice):
                self._close(choice, event.index)
                if event.parsed_arguments is not None:
                    said = f"{event.name} = {event.parsed_arguments!r}"
                    self._page.line(self._mark(choice) + visible_line(said))
            case _:
                pass

    def close(self) -> None:
        """Write the text that is still held, as after a stream that was cut."""
        for choice, channel in list(self._open):
            self._close(choice, channel)

    def _text(self, choice: int, channel: str, label: str = "") -> _Text:
        text = self._open.get((choice, channel))
        if not isinstance(text, _Text):
            text = _Text(self._page, self._mark(choice), label, by_line=self._several)
            self._open[choice, channel] = text
        return text

    def _value(self, choice: int, channel: str | int, name: str = "") -> _Value:
        value = self._open.get((choice, channel))
        if not isinstance(value, _Value):
            name = visible_line(name)
            value = self._open[choice, channel] = _Value(self._page, self._mark(choice), name)
        return value

    def _close(self, choice: int, channel: str | int) -> None:
        ended = self._open.pop((choice, channel), None)
        if ended is not None:
            ended.close()

    def _mark(self, choice: int) -> str:
        return f"[{choice}] " if self._several else ""


class _Page:
    """The output of all texts and values, in whole lines or in pieces of an unfinished line."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self._unfinished: object = None
        """The writer of the unfinished line; None when the last line is finished."""

    def line(self, text: str) -> None:
        self.end()
        self._write(text + "\n")

    def piece(self, writer: object, text: str) -> None:
        if self._unfinished is not writer:
            self.end()
        self._write(text)
        self._unfinished = None if text.endswith("\n") else writer

    def end(self) -> None:
        if self._unfinished is not None:
            self._write("\n")
            self._unfinished = None


class _Text:
    """A growing text: written at once when it is the only one, otherwise line by line."""

    def __init__(self, page: _Page, mark: str, label: str, *, by_line: bool) -> None:
        self._page = page
        self._mark = mark
        self._by_line = by_line
        self._held = label
        self._last = ""

    def add(self, delta: str) -> None:
        text = self._held + _visible(delta, after=self._last)
        self._last = delta[-1:] or self._last
        if self._by_line:
            *lines, self._held = text.split("\n")
            for line in lines:
                self._page.line(self._mark + line)
        else:
            self._held = ""
            self._page.piece(self, text)

    def close(self) -> None:
        if self._held:
            self._page.line(self._mark + self._held)
        self._page.end()


class _Value:
    """A growing value: each field is written when it is complete."""

    def __init__(self, page: _Page, mark: str, name: str) -> None:
        self._page = page
        self._mark = mark
        self._name = name
        self._fields = Fields(name)
        self._written = 0
        self._value: object = None
        self._text: Callable[[], str] = str

    def grow(self, value: object, text: Callable[[], str]) -> None:
        self._value, self._text = value, text
        self._write_news(whole=False)

    def close(self) -> None:
        self._write_news(whole=True)
        if not self._written and (text := self._text()):
            # No part of the text could be parsed, or the tool is not strict.
            text = _visible(text)
            self._page.line(f"{self._mark}{self._name}{': ' * bool(self._name)}{text}")

    def _write_news(self, *, whole: bool) -> None:
        if self._written > FIELD_LIMIT or self._value is None:
            return
        # A value that is still partial after its stream was cut: its last fields never ended.
        cut = whole and is_open(self._value)
        for path, value in self._fields.news(self._value, whole=whole):
            self._written += 1
            if self._written > FIELD_LIMIT:
                self._page.line(f"{self._mark}… and more fields")
                return
            said = visible_json(json.dumps(value, ensure_ascii=False, default=plain))
            name = visible_line(path) or "answer"
            self._page.line(f"{self._mark}{name} = {said}{' …' * cut}")


def _visible(text: str, *, after: str = "") -> str:
    first, *others = text.split("\t")
    return "\t".join([visible(first, after=after), *map(visible, others)])
