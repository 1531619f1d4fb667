"""The turns of messages whose model calls the program's tools. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit.families._common.turns import Turns, has_failed
from streamkit.families.messages.call import MessageCall

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from streamkit.families._common.turn_events import ToolFailedEvent, ToolResultEvent
    from streamkit.families._common.turns import AnyTool
    from streamkit.structured.tool import Tool
    from streamkit.types.messages import ParsedMessage

__all__ = ["MessageTurns"]


class MessageTurns(Turns):
    """The requests of a conversation by messages.

    The blocks of each answer, thinking and its signature included, are sent back as they came.
    """

    def __init__(self, params: Mapping[str, Any], tools: Iterable[AnyTool]) -> None:
        super().__init__(params, tools, ("on_truncated", "output_format", "partial_strings"))
        self.messages = self._given_messages()

    @staticmethod
    def declared(tool: Tool) -> dict[str, Any]:
        """Return a tool as a request declares it."""
        return tool.message_definition()

    def call(self) -> MessageCall:
        """Return the call of the next request."""
        params = {**self.params, "messages": self.messages}
        return MessageCall(params, stream=True, **self.reading)

    def _add(
        self, answer: ParsedMessage[Any], results: Sequence[ToolResultEvent | ToolFailedEvent]
    ) -> None:
        content = [block.to_dict() for block in answer.content]
        if content:
            self.messages.append({"role": answer.role, "content": content})
        if results:
            blocks = [_block(event) for event in results]
            self.messages.append({"role": "user", "content": blocks})


def _block(event: ToolResultEvent | ToolFailedEvent) -> dict[str, Any]:
    block = {
        "type": "tool_result",
        "tool_use_id": event.tool_call_id,
        "content": event.output,
    }
    return {**block, "is_error": True} if has_failed(event) else block
