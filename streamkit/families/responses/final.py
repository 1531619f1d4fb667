"""A response as the final answer in the common vocabulary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit.families._common.final import Final, FinalToolCall, Usage
from streamkit.families.responses.log.kinds import type_of_item
from streamkit.types.responses.calls import ResponseCustomToolCall
from streamkit.types.responses.content import ResponseOutputRefusal
from streamkit.types.responses.items import ResponseReasoningItem
from streamkit.types.responses.parsed import (
    ParsedResponse,
    ParsedResponseFunctionToolCall,
    ParsedResponseOutputMessage,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamkit.types.responses.response import Response

__all__ = ["final", "reason_of", "usage_of"]


def final(response: ParsedResponse[Any]) -> Final[Any]:
    """Return a response as the final answer."""
    reason = reason_of(response)
    return Final(
        response.output_text,
        "".join(_thoughts(response)),
        "".join(_refusals(response)),
        response.output_parsed,
        list(_calls(response)),
        usage_of(response),
        None if reason is None else reason[0],
        response,
    )


def reason_of(response: Response) -> tuple[str, str] | None:
    """Return the reason of a response's end, and the API's word for it; None before the end."""
    status = response.status
    if status == "completed":
        is_call = any(type_of_item(item) in _CALLS for item in response.output)
        return ("tool_calls" if is_call else "stop"), status
    if status == "incomplete":
        details = response.incomplete_details
        word = (details and details.reason) or status
        return _REASONS.get(word, word), word
    return (status, status) if status == "cancelled" else None


def usage_of(response: Response) -> Usage | None:
    """Return the tokens that a response used; None if the server did not say."""
    usage = response.usage
    if usage is None:
        return None
    return Usage(
        usage.input_tokens,
        usage.input_tokens_details.cached_tokens or 0,
        usage.output_tokens,
        usage.output_tokens_details.reasoning_tokens or 0,
    )


_CALLS = frozenset({"function_call", "custom_tool_call"})
_REASONS = {
    "max_output_tokens": "length",
    "max_messages": "length",
    "steered": "cancelled",
}


def _thoughts(response: Response) -> Iterator[str]:
    """Yield the texts of the reasoning, or of its summary where that is all that was sent."""
    for item in response.output:
        if isinstance(item, ResponseReasoningItem):
            for part in item.content or item.summary:
                yield part.text


def _refusals(response: ParsedResponse[Any]) -> Iterator[str]:
    for item in response.output:
        if isinstance(item, ParsedResponseOutputMessage):
            for part in item.content:
                if isinstance(part, ResponseOutputRefusal):
                    yield part.refusal


def _calls(response: ParsedResponse[Any]) -> Iterator[FinalToolCall]:
    for item in response.output:
        if isinstance(item, ParsedResponseFunctionToolCall):
            yield FinalToolCall(item.call_id, item.name, item.arguments, item.parsed_arguments)
        elif isinstance(item, ResponseCustomToolCall):
            yield FinalToolCall(item.call_id, item.name, item.input, type="custom")
