"""The turns of responses whose model calls the program's tools. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit.families._common.turns import Turns
from streamkit.families.responses.call import ResponseCall

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from streamkit.families._common.turn_events import ToolFailedEvent, ToolResultEvent
    from streamkit.families._common.turns import AnyTool
    from streamkit.structured.tool import Tool
    from streamkit.types.responses.parsed import ParsedResponse

__all__ = ["ResponseTurns"]


class ResponseTurns(Turns):
    """The requests of a conversation by responses, whose history is a list of input items.

    The items of each answer, reasoning included, are sent back as they came. In a ``conversation``,
    which the server keeps, only what it does not have yet is sent.
    """

    def __init__(self, params: Mapping[str, Any], tools: Iterable[AnyTool]) -> None:
        super().__init__(params, tools)
        given = self.params.pop("input", [])
        self.messages = [{"role": "user", "content": given}] if isinstance(given, str) else [*given]
        self._is_kept = self.params.get("conversation") is not None
        self._kept = 0  # the number of items that the server has

    @staticmethod
    def declared(tool: Tool) -> dict[str, Any]:
        """Return a tool as a request declares it."""
        return tool.flat_definition()

    def call(self) -> ResponseCall:
        """Return the call of the next request."""
        params = {**self.params, "input": self.messages[self._kept :]}
        return ResponseCall(params, stream=True)

    def _add(
        self, answer: ParsedResponse[Any], results: Sequence[ToolResultEvent | ToolFailedEvent]
    ) -> None:
        self.messages += [item.to_dict() for item in answer.output]
        if self._is_kept:
            self._kept = len(self.messages)
        outputs = {
            item.call_id: "custom_tool_call_output"
            for item in answer.output
            if item.type == "custom_tool_call"
        }
        self.messages += [
            {
                "type": outputs.get(event.tool_call_id, "function_call_output"),
                "call_id": event.tool_call_id,
                "output": event.output,
            }
            for event in results
        ]
