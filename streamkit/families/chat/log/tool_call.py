"""The log of one tool call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from streamkit._core.calls import CallLog
from streamkit._core.merge import EMPTY, merged, resolved
from streamkit.errors import LimitExceededError
from streamkit.families.chat.log.rules import DELTAS
from streamkit.limits import DEFAULTS, Limits
from streamkit.types import (
    ChatCompletionMessageCustomToolCall,
    ChoiceDeltaCustom,
    Custom,
    FunctionCall,
    ParsedFunction,
    ParsedFunctionToolCall,
)

if TYPE_CHECKING:
    from typing import TypeAlias

    from streamkit.types import (
        ChoiceDeltaFunctionCall,
        ChoiceDeltaToolCall,
        ChoiceDeltaToolCallFunction,
    )

    Body: TypeAlias = ChoiceDeltaToolCallFunction | ChoiceDeltaFunctionCall | ChoiceDeltaCustom

__all__ = ["CallMark", "ToolCallLog", "body_of", "text_of"]


class ToolCallLog(CallLog):
    """The log of one tool call, or of a function call of the old kind.

    The id is the first that came because some servers send another id with every fragment.
    """

    __slots__ = ("_limits", "extra", "function_extra", "id_came_back")

    def __init__(self, index: int, limits: Limits = DEFAULTS) -> None:
        super().__init__(index, limits)
        self._limits = limits
        self.id_came_back = False
        """Whether another fragment had the same id, which shows that ids belong to calls."""
        self.extra: Mapping[str, Any] = EMPTY
        self.function_extra: Mapping[str, Any] = EMPTY

    def add(self, fragment: ChoiceDeltaToolCall) -> str:
        """Append a fragment and return its addition to the arguments."""
        if fragment.id:
            self.id_came_back = fragment.id == self.id or self.id_came_back
            self.id = self.id or fragment.id
        if fragment.type:
            self.type = fragment.type
        elif fragment.custom is not None:
            self.type = "custom"
        if fragment.unknown_fields:
            self.extra = merged(self.extra, fragment.model_extra, DELTAS, self._limits)
        return self.add_body(fragment.function or fragment.custom)

    def add_body(self, body: Body | None) -> str:
        """Append the function of a fragment and return its addition to the arguments."""
        if body is not None:
            if body.name and body.name != self.name:
                self._add_name(body.name)
            if body.unknown_fields:
                self.function_extra = merged(
                    self.function_extra, body.model_extra, DELTAS, self._limits
                )
        piece = text_of(body)
        if len(piece) == self.arguments.length and self._is_said_again(piece):
            piece = ""
        return self.arguments.append(piece)

    def mark(self) -> CallMark:
        """Return the current state of the call."""
        return CallMark(
            self,
            self.arguments.length,
            self.id,
            self.type,
            self.name,
            self.extra,
            self.function_extra,
        )

    def _is_said_again(self, piece: str) -> bool:
        """Return whether a piece repeats all the arguments, and they are closed."""
        return (
            piece[:1] in _BEGINS
            and self.type != "custom"
            and piece == self.arguments.first(len(piece))
            and self.is_whole()
        )

    def _add_name(self, piece: str) -> None:
        """Append a piece to the name; after the arguments have ended, it is ignored."""
        if self.name and not self.is_open():
            return
        if len(self.name) + len(piece) > self._limits.name_length:
            raise LimitExceededError(
                "name_length", self._limits.name_length, f"the name of tool call {self.index}"
            )
        self.name += piece


_BEGINS = ("{", "[")
"""The beginnings of arguments that are closed by their last character and cannot continue."""


class CallMark(Struct, frozen=True, gc=False):
    """The state of a tool call at one moment."""

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
        """Return the wire type of the call, with ``parsed_arguments`` if it is a function call."""
        text = self.call.arguments.first(self.end)
        tool_call: ParsedFunctionToolCall | ChatCompletionMessageCustomToolCall
        if self.type == "custom":
            custom = Custom(input=text, name=self.name)
            if self.function_extra:
                custom.add_unknown(resolved(self.function_extra))
            tool_call = ChatCompletionMessageCustomToolCall(id=self.id, custom=custom)
        else:
            function = ParsedFunction(
                arguments=text, name=self.name, parsed_arguments=parsed_arguments
            )
            if self.function_extra:
                function.add_unknown(resolved(self.function_extra))
            tool_call = ParsedFunctionToolCall(id=self.id, function=function)
            if self.type != "function":
                tool_call.add_unknown({"type": self.type})
        if self.extra:
            tool_call.add_unknown(resolved(self.extra))
        return tool_call

    def build_old_kind(self) -> FunctionCall:
        """Return the wire type of a function call of the old kind."""
        call = FunctionCall(arguments=self.call.arguments.first(self.end), name=self.name)
        call.add_unknown(resolved(self.function_extra))
        return call


def body_of(fragment: ChoiceDeltaToolCall) -> Body | None:
    """Return the part of a fragment for its function or custom tool."""
    return fragment.function or fragment.custom


def text_of(body: Body | None) -> str:
    """Return the piece of arguments or of a custom tool's input."""
    if isinstance(body, ChoiceDeltaCustom):
        return body.input or ""
    return (body.arguments or "") if body else ""
