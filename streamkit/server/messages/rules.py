"""The rules of Anthropic's API for requests whose single fields are all well formed."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

import msgspec

from streamkit._core.compiled import convert
from streamkit.server.api_error import ApiError
from streamkit.server.messages.complaint import complaint, refused
from streamkit.server.messages.request import (
    AnyChoice,
    DisabledThinking,
    EnabledThinking,
    MessageRequest,
    Prompt,
    TextBlock,
    ToolChoice,
    ToolResultBlock,
    ToolUseBlock,
)
from streamkit.server.messages.schemas import check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamkit.server.messages.request import AnyBlock, Message
    from streamkit.server.sampling.budget import Budget

P = TypeVar("P", bound=Prompt)

SAMPLING = ("temperature", "top_k", "top_p")
"""The parameters that the API takes no longer."""
WITHOUT_SAMPLING = "2026-10-21"
"""The first version of the API that does not take them."""


def checked(body: Any, kind: type[P], version: str, budget: Budget) -> P:
    """Return a decoded body as a request; the check of its schemas spends from the budget.

    Args:
        body: The decoded body.
        kind: The type of the request.
        version: The version of the API, as the request's header names it.
        budget: The work that the check may take.

    Raises:
        ApiError: The API would refuse the request.
    """
    fields = cast("dict[str, Any]", body) if isinstance(body, dict) else {}
    for name in SAMPLING if version >= WITHOUT_SAMPLING else ():
        if name in fields:
            raise refused(name, "Extra inputs are not permitted")
    for name in _required(kind):
        if name not in fields:
            raise refused(name, "Field required")
    try:
        request = convert(fields, kind)
    except msgspec.ValidationError as error:
        raise complaint(error) from None
    _thinking(request)
    _stops(request)
    _tools(request, budget)
    _conversation(request.messages)
    if request.output_config and request.output_config.format:
        schema = request.output_config.format.definition
        check(schema, place="output_config.format.schema", strict=True, budget=budget)
    return request


@cache
def _required(kind: type[Prompt]) -> list[str]:
    return [field.name for field in msgspec.structs.fields(kind) if field.required]


def _thinking(request: Prompt) -> None:
    asked = request.thinking
    limit = request.max_tokens if isinstance(request, MessageRequest) else math.inf
    if isinstance(asked, EnabledThinking) and asked.budget_tokens >= limit:
        raise ApiError("`max_tokens` must be greater than `thinking.budget_tokens`.")
    thinks = asked and not isinstance(asked, DisabledThinking)
    if thinks and isinstance(request.tool_choice, AnyChoice | ToolChoice):
        raise ApiError("Thinking may not be enabled when tool_choice forces tool use.")


def _stops(request: Prompt) -> None:
    stops = request.stop_sequences if isinstance(request, MessageRequest) else None
    if not all(stop.strip() for stop in stops or ()):
        raise refused("stop_sequences", "each stop sequence must contain non-whitespace")


def _tools(request: Prompt, budget: Budget) -> None:
    tools = request.tools or []
    names = {tool.name for tool in tools}
    if len(names) < len(tools):
        raise refused("tools", "Tool names must be unique.")
    if request.tool_choice is not None and not tools:
        raise refused("tool_choice", "tool_choice may only be specified while providing tools.")
    if isinstance(request.tool_choice, ToolChoice) and request.tool_choice.name not in names:
        raise ApiError(f"Tool '{request.tool_choice.name}' not found in provided tools")
    for position, tool in enumerate(tools):
        place = f"tools.{position}.custom.input_schema"
        if tool.input_schema.get("type") != "object":
            raise refused(f"{place}.type", "Input should be 'object'")
        check(tool.input_schema, place=place, strict=bool(tool.strict), budget=budget)


def _conversation(messages: list[Message]) -> None:
    if not messages:
        raise refused("messages", "at least one message is required")
    calls: set[str] = set()
    for position, message in enumerate(messages):
        if not message.content and (message.role != "assistant" or message is not messages[-1]):
            raise refused(
                f"messages.{position}",
                "all messages must have non-empty content except for the optional final "
                "assistant message",
            )
        _check_results(message, position, calls)
        blocks = [*_blocks(message)]
        if any(isinstance(block, TextBlock) and not block.text for block in blocks):
            raise refused("messages", "text content blocks must be non-empty")
        calls = {block.id for block in blocks if isinstance(block, ToolUseBlock)}
    if calls:
        raise _unanswered(len(messages) - 1, calls)


def _check_results(message: Message, position: int, calls: set[str]) -> None:
    """Check that a message has the results of exactly the calls before it."""
    results: set[str] = set()
    for place, block in enumerate(_blocks(message)):
        if isinstance(block, ToolResultBlock):
            results.add(block.tool_use_id)
            if block.tool_use_id not in calls:
                raise refused(
                    f"messages.{position}.content.{place}",
                    "unexpected `tool_use_id` found in `tool_result` blocks: "
                    f"{block.tool_use_id}. Each `tool_result` block must have a corresponding "
                    "`tool_use` block in the previous message.",
                )
    if calls - results:
        raise _unanswered(position - 1, calls - results)


def _unanswered(position: int, calls: set[str]) -> ApiError:
    return refused(
        f"messages.{position}",
        "`tool_use` ids were found without `tool_result` blocks immediately after: "
        f"{', '.join(sorted(calls))}. Each `tool_use` block must have a corresponding "
        "`tool_result` block in the next message.",
    )


def _blocks(message: Message) -> Iterator[AnyBlock]:
    if not isinstance(message.content, str):
        yield from message.content
