"""The display of an answer that can be drawn at any moment of its stream."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.console import Group
from rich.pretty import pretty_repr
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from streamkit._core.visible import visible, visible_line
from streamkit.cli.display.tree import CURSOR, value_tree
from streamkit.events import (
    ChunkEvent,
    ContentDeltaEvent,
    ContentDoneEvent,
    FinishEvent,
    FunctionToolCallArgumentsDeltaEvent,
    FunctionToolCallArgumentsDoneEvent,
    ReasoningDeltaEvent,
    RefusalDeltaEvent,
    RefusalDoneEvent,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from rich.console import RenderableType
    from rich.tree import Tree

    from streamkit._core.events import Event

__all__ = ["Answer"]

ITEM_LIMIT = 200
"""The number of items of a container that are drawn; thousands would flood a terminal."""
NARROWEST = 24
"""The least width, in columns, at which choices stand side by side."""


class Answer:
    """The newest event of each text, call and value of an answer, drawn on request.

    One thread may feed events while another draws. Events are read only when they are drawn, so
    feeding costs a fast stream almost nothing.

    Args:
        choices: The number of choices that the answer will have.
        format_name: The name of the content's type; None when the content is text.
    """

    def __init__(self, *, choices: int = 1, format_name: str | None = None) -> None:
        self._choices = {index: _Choice() for index in range(choices)}
        self._format_name = format_name
        self._spinner = Spinner("dots", style="yellow")

    def feed(self, event: Event) -> None:
        """Take an event of the stream."""
        match event:
            case ReasoningDeltaEvent(choice_index=index):
                self._choice(index).reasoning = event
            case ContentDeltaEvent(choice_index=index, delta=delta):
                # The first content delta of a tool call or a refusal is often empty.
                if delta:
                    self._choice(index).content = event
            case ContentDoneEvent(choice_index=index):
                self._choice(index).content_done = event
            case RefusalDeltaEvent(choice_index=index) | RefusalDoneEvent(choice_index=index):
                self._choice(index).refusal = event
            case FunctionToolCallArgumentsDeltaEvent(choice_index=index):
                self._choice(index).calls[event.index] = event
            case FunctionToolCallArgumentsDoneEvent(choice_index=index):
                self._choice(index).calls_done[event.index] = event
            case ChunkEvent(chunk=chunk):
                for choice in chunk.choices or ():
                    if choice.finish_reason:
                        self._choice(choice.index).finish_reason = choice.finish_reason
            case FinishEvent(choice_index=index, reason=reason):
                self._choice(index).finish_reason = reason
            case _:
                pass

    def drawn(self, *, width: int, rows: int | None = None) -> RenderableType:
        """Return the answer so far, ready to print.

        Args:
            width: The columns of the terminal.
            rows: The rows that there is room for; of longer parts only about their end is drawn.
        """
        # One step makes each copy, because another thread may add a choice or a call.
        choices = sorted(self._choices.copy().items())
        columns = [Group(*self._parts(choice, width, rows)) for _, choice in choices]
        if len(columns) == 1:
            return columns[0]
        headings = [Text(f"choice {index}", "bold") for index, _ in choices]
        if width // len(columns) < NARROWEST:
            pairs = zip(headings, columns, strict=True)
            return Group(*(part for pair in pairs for part in pair))
        table = Table.grid(expand=True, padding=(0, 2, 0, 0))
        for _ in columns:
            table.add_column(ratio=1)
        table.add_row(*headings)
        table.add_row(*columns)
        return table

    def _choice(self, index: int) -> _Choice:
        return self._choices.setdefault(index, _Choice())

    def _parts(self, choice: _Choice, width: int, rows: int | None) -> Iterator[RenderableType]:
        if choice.reasoning is not None:
            thought = _end(choice.reasoning.snapshot, width, rows)
            yield Text(visible(thought.strip()), "bright_black italic")
        if choice.content is not None:
            yield self._content(choice, choice.content, width, rows)
        if choice.refusal is not None:
            yield _refusal(choice.refusal)
        for place, call in sorted(choice.calls.copy().items()):
            yield _call(call, choice.calls_done.get(place), width, rows)
        if choice.finish_reason not in _USUAL:
            yield Text(f"ended by: {visible_line(str(choice.finish_reason))}", "yellow")
        if choice.is_empty:
            yield Text("nothing came", "bright_black") if choice.finish_reason else self._spinner

    def _content(
        self, choice: _Choice, event: ContentDeltaEvent, width: int, rows: int | None
    ) -> RenderableType:
        done = choice.content_done
        parsed = event.parsed if self._format_name else None
        text = event.snapshot
        if self._format_name and (parsed is not None or text.lstrip()[:1] in _JSON_BEGINNINGS):
            label = Text(self._format_name, "bold")
            if done is not None:
                fits = done.parsed is not None
                label.append(" ✓", "green") if fits else label.append(" ✗", "red")
            return value_tree(label, parsed, growing=done is None, limit=rows or ITEM_LIMIT)
        return _with_cursor(Text(visible(_end(text, width, rows))), growing=done is None)


@dataclass
class _Choice:
    reasoning: ReasoningDeltaEvent | None = None
    content: ContentDeltaEvent | None = None
    content_done: ContentDoneEvent[Any] | None = None
    refusal: RefusalDeltaEvent | RefusalDoneEvent | None = None
    calls: dict[int, FunctionToolCallArgumentsDeltaEvent] = field(
        default_factory=dict[int, FunctionToolCallArgumentsDeltaEvent]
    )
    calls_done: dict[int, FunctionToolCallArgumentsDoneEvent] = field(
        default_factory=dict[int, FunctionToolCallArgumentsDoneEvent]
    )
    finish_reason: str | None = None

    @property
    def is_empty(self) -> bool:
        said = self.reasoning or self.content or self.refusal
        return said is None and not self.calls


_USUAL = (None, "stop", "tool_calls", "function_call")
_JSON_BEGINNINGS = ("{", "[")


def _end(text: str, width: int, rows: int | None) -> str:
    return text if rows is None else text[1 - rows * width :]


def _refusal(event: RefusalDeltaEvent | RefusalDoneEvent) -> Text:
    growing = isinstance(event, RefusalDeltaEvent)
    said = event.snapshot if isinstance(event, RefusalDeltaEvent) else event.refusal
    text = Text.assemble(("refusal ", "bold red"), visible(said))
    return _with_cursor(text, growing=growing)


def _call(
    call: FunctionToolCallArgumentsDeltaEvent,
    done: FunctionToolCallArgumentsDoneEvent | None,
    width: int,
    rows: int | None,
) -> Tree:
    label = Text.assemble((visible_line(call.name), "bold"), ("()", "bright_black"))
    value = call.parsed_arguments
    # The arguments of a tool that is not strict are not parsed, so their text is drawn.
    said = call.arguments if value is None else value
    tree = value_tree(label, said, growing=done is None, limit=rows or ITEM_LIMIT)
    if done is not None:
        label.append(" ✓", "green")
        if done.parsed_arguments is not None:
            read = pretty_repr(done.parsed_arguments, max_width=max(width - 8, 20))
            tree.add(Text.assemble(("= ", "green"), visible(read)))
    return tree


def _with_cursor(text: Text, *, growing: bool) -> Text:
    return text.append_text(CURSOR) if growing else text
