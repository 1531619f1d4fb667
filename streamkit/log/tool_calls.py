"""Which tool call a fragment belongs to, and what the calls say so far."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from streamkit.errors import LimitExceededError
from streamkit.limits import DEFAULTS, Limits
from streamkit.log.merge import EMPTY, merged, resolved
from streamkit.log.text import TextLog
from streamkit.types import (
    ChatCompletionMessageCustomToolCall,
    ChoiceDeltaCustom,
    Custom,
    ParsedFunction,
    ParsedFunctionToolCall,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamkit.types import ChoiceDeltaToolCall, ChoiceDeltaToolCallFunction

__all__ = ["CallMark", "CallUpdate", "ToolCallLog", "ToolCallsLog"]


class ToolCallLog:
    """One tool call as it arrives."""

    __slots__ = ("arguments", "extra", "function_extra", "id", "index", "name", "type")

    def __init__(self, index: int, limits: Limits = DEFAULTS) -> None:
        self.index = index
        self.id = ""
        self.name = ""
        self.type = "function"
        self.arguments = TextLog(limits)
        """The arguments of a function, or the input of a custom tool."""
        self.extra: Mapping[str, Any] = EMPTY
        self.function_extra: Mapping[str, Any] = EMPTY

    def is_whole(self) -> bool:
        """Whether the arguments are a closed JSON value."""
        return self.arguments.is_whole_json()

    def mark(self) -> CallMark:
        """The call as it is now."""
        return CallMark(
            self,
            self.arguments.length,
            self.id,
            self.type,
            self.name,
            self.extra,
            self.function_extra,
        )


class CallMark(Struct, frozen=True, gc=False):
    """A tool call as of a moment."""

    call: ToolCallLog
    end: int
    id: str
    type: str
    name: str
    extra: Mapping[str, Any]
    function_extra: Mapping[str, Any]

    def build(
        self, parsed_arguments: object = None
    ) -> ParsedFunctionToolCall | ChatCompletionMessageCustomToolCall:
        """The wire type of the call, with ``parsed_arguments`` when it is a function's."""
        text = self.call.arguments.first(self.end)
        tool_call: ParsedFunctionToolCall | ChatCompletionMessageCustomToolCall
        if self.type == "custom":
            custom = Custom(input=text, name=self.name)
            custom.add_unknown(resolved(self.function_extra))
            tool_call = ChatCompletionMessageCustomToolCall(id=self.id, custom=custom)
        else:
            function = ParsedFunction(
                arguments=text, name=self.name, parsed_arguments=parsed_arguments
            )
            function.add_unknown(resolved(self.function_extra))
            tool_call = ParsedFunctionToolCall(id=self.id, function=function)
        tool_call.add_unknown(resolved(self.extra))
        return tool_call


class CallUpdate(Struct, frozen=True, gc=False):
    """What a chunk added to a tool call."""

    call: ToolCallLog
    arguments_delta: str
    end: int
    opened: bool
    """Whether this is the first that was heard of the call."""


class ToolCallsLog:
    """The tool calls of one choice, keyed and never positional.

    A fragment belongs to the call of its index; without one, to the call of its id, else to the one
    opened last. A new call is opened by a new id on a used index, and, for servers that send
    neither, by a name after the last call's arguments are whole.
    """

    __slots__ = ("_by_id", "_by_index", "_highest", "_limits", "_opened", "_places", "marks")

    def __init__(self, limits: Limits = DEFAULTS) -> None:
        self.marks: tuple[CallMark, ...] = ()
        """The calls as they are now, in the order of their indices."""
        self._limits = limits
        self._highest = -1
        self._by_index: dict[int, ToolCallLog] = {}
        self._by_id: dict[str, ToolCallLog] = {}
        self._opened: list[ToolCallLog] = []
        self._places: dict[int, int] = {}  # in `marks`, by index; -1 before it is known

    def append(self, fragments: Sequence[ChoiceDeltaToolCall]) -> tuple[CallUpdate, ...]:
        """Take the fragments of one delta."""
        updates = tuple([self._append(fragment) for fragment in fragments])
        touched = {update.call.index: update.call for update in updates}
        if len(self._opened) > len(self.marks):
            by_index = {mark.call.index: mark for mark in self.marks}
            by_index.update((index, call.mark()) for index, call in touched.items())
            self.marks = tuple([by_index[index] for index in sorted(by_index)])
            self._places = {mark.call.index: place for place, mark in enumerate(self.marks)}
        else:
            marks = list(self.marks)
            for index, call in touched.items():
                marks[self._places[index]] = call.mark()
            self.marks = tuple(marks)
        return updates

    def _append(self, fragment: ChoiceDeltaToolCall) -> CallUpdate:
        body = fragment.function or fragment.custom
        name = body.name if body else None
        piece = _text(body)
        call = self._find(fragment, name, piece)
        opened = call is None
        if call is None:
            call = self._open(fragment)
        if fragment.id and not call.id:
            call.id = fragment.id
            self._by_id.setdefault(fragment.id, call)
        if name and not call.name:
            call.name = name
        if fragment.type:
            call.type = fragment.type
        elif fragment.custom is not None:
            call.type = "custom"
        if fragment.unknown_fields:
            call.extra = merged(call.extra, fragment.model_extra, self._limits)
        if body is not None and body.unknown_fields:
            call.function_extra = merged(call.function_extra, body.model_extra, self._limits)
        added = call.arguments.append(piece)
        return CallUpdate(call, added, call.arguments.length, opened)

    def _find(
        self, fragment: ChoiceDeltaToolCall, name: str | None, piece: str
    ) -> ToolCallLog | None:
        if fragment.index is not None:
            call = self._by_index.get(fragment.index)
            if call is None:
                return None
            if fragment.id and call.id and fragment.id != call.id:
                return self._by_id.get(fragment.id)
        elif fragment.id:
            return self._by_id.get(fragment.id)
        else:
            call = self._opened[-1] if self._opened else None
            if call is None:
                return None
        if fragment.id or not name or not call.name:
            return call
        # A repeated name opens no call: some servers send it with every fragment.
        says_more = name != call.name or piece.strip()
        return None if says_more and call.is_whole() else call

    def _open(self, fragment: ChoiceDeltaToolCall) -> ToolCallLog:
        index = fragment.index
        if index is None or index in self._places:
            index = self._highest + 1
        if len(self._opened) >= self._limits.tool_calls:
            raise LimitExceededError(
                "tool_calls", self._limits.tool_calls, f"the server opened a tool call {index}"
            )
        call = ToolCallLog(index, self._limits)
        self._highest = max(self._highest, index)
        self._places[index] = -1
        self._opened.append(call)
        self._by_index[index if fragment.index is None else fragment.index] = call
        return call


def _text(body: ChoiceDeltaToolCallFunction | ChoiceDeltaCustom | None) -> str:
    if isinstance(body, ChoiceDeltaCustom):
        return body.input or ""
    return (body.arguments or "") if body else ""
