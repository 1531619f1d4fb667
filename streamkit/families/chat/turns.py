"""The turns of a chat whose model calls the program's tools. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from streamkit._core.wire import Wire
from streamkit.families._common.turns import Turns
from streamkit.families.chat.call import CompletionCall
from streamkit.families.chat.conversation import unparsed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from streamkit.families._common.turn_events import ToolFailedEvent, ToolResultEvent
    from streamkit.families._common.turns import AnyTool
    from streamkit.structured.tool import Tool
    from streamkit.types import ParsedChatCompletion

__all__ = ["ChatTurns"]


class ChatTurns(Turns):
    """The requests of a chat, whose history is a list of messages."""

    def __init__(self, params: Mapping[str, Any], tools: Iterable[AnyTool]) -> None:
        super().__init__(params, tools, ("on_truncated", "partial_strings", "think_tags"))
        self.messages = self._given_messages()
        if self.params.get("n") not in (None, 1):
            raise ValueError("run_tools continues one answer, and not n of them")

    @staticmethod
    def declared(tool: Tool) -> dict[str, Any]:
        """Return a tool as a request declares it."""
        return tool.definition()

    def call(self) -> CompletionCall:
        """Return the call of the next request."""
        params = {**self.params, "messages": self.messages}
        return CompletionCall(params, stream=True, **self.reading)

    def _add(
        self,
        answer: ParsedChatCompletion[Any],
        results: Sequence[ToolResultEvent | ToolFailedEvent],
    ) -> None:
        for choice in answer.choices[:1]:
            (message,) = cast("list[Any]", unparsed([choice.message]))
            self.messages.append(message.to_dict() if isinstance(message, Wire) else message)
        self.messages += [
            {"role": "tool", "tool_call_id": event.tool_call_id, "content": event.output}
            for event in results
        ]
