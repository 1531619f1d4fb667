"""The rules of the API for requests whose single fields are all well formed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import msgspec

from streamkit._core.compiled import convert
from streamkit.server.api_error import ApiError
from streamkit.server.chat.request import (
    SUPPORTED,
    AllowedChoice,
    AssistantMessage,
    ChatRequest,
    CustomChoice,
    CustomTool,
    FunctionChoice,
    FunctionTool,
    ObjectFormat,
    SchemaFormat,
    ToolMessage,
    text_of,
)
from streamkit.server.complaint import complaint, missing, unknown
from streamkit.server.schemas import check_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamkit.server.sampling.budget import Budget

NOT_SERVED = (
    "audio",
    "function_call",
    "functions",
    "moderation",
    "web_search_options",
)
"""The parameters of the API that this server knows but does not serve."""


def checked(body: Any, budget: Budget) -> ChatRequest:
    """Return a decoded body as a request; the check of its schemas spends from the budget.

    Raises:
        ApiError: The API would refuse the request; faults are found in the API's order.
    """
    fields = cast("dict[str, Any]", body) if isinstance(body, dict) else {}
    if not fields.get("model"):
        raise ApiError("you must provide a model parameter")
    if "messages" not in fields:
        raise missing("messages")
    for name in fields:
        if name not in ChatRequest.__struct_fields__:
            raise unknown(name)
    try:
        request = convert(fields, ChatRequest)
    except msgspec.ValidationError as error:
        raise complaint(error, fields, supported=SUPPORTED) from None
    _served(request)
    _combinations(request)
    _tools(request, budget)
    _conversation(request)
    _response_format(request, budget)
    return request


def _served(request: ChatRequest) -> None:
    refused = [name for name in NOT_SERVED if getattr(request, name) is not None]
    if request.modalities is not None and "audio" in request.modalities:
        refused.append("modalities")
    for name in refused:
        raise ApiError(
            f"Unsupported parameter: '{name}' is not supported with this model.",
            param=name,
            code="unsupported_parameter",
        )


def _combinations(request: ChatRequest) -> None:
    if request.stream_options is not None and not request.stream:
        raise _only_with("stream_options", "stream")
    if request.top_logprobs is not None and not request.logprobs:
        raise _only_with("top_logprobs", "logprobs")
    if request.max_tokens is not None and request.max_completion_tokens is not None:
        raise ApiError(
            "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
            code="invalid_parameter_combination",
        )


def _only_with(param: str, enabler: str) -> ApiError:
    return ApiError(
        f"The '{param}' parameter is only allowed when '{enabler}' is enabled.", param=param
    )


def _tools(request: ChatRequest, budget: Budget) -> None:
    if request.tools is None:
        for param in ("tool_choice", "parallel_tool_calls"):
            if getattr(request, param) is not None:
                raise ApiError(
                    f"Invalid value for '{param}': "
                    f"'{param}' is only allowed when 'tools' are specified.",
                    param=param,
                )
        return
    for position, tool in enumerate(request.tools):
        if isinstance(tool, CustomTool):
            _custom_tool(tool, position)
        else:
            check_function(tool, position, budget)
    known = {(type(tool), _tool_name(tool)) for tool in request.tools}
    for kind, name in _chosen(request):
        if (kind, name) not in known:
            word = "custom" if kind is CustomTool else "function"
            raise ApiError(
                f"Tool choice '{word}' '{name}' not found in 'tools' parameter.",
                param="tool_choice",
            )


def check_function(tool: FunctionTool, position: int, budget: Budget) -> None:
    """Raise the API's error when the schema of the tool at a position cannot be used."""
    if tool.function.parameters is not None:
        check_schema(
            tool.function.parameters,
            owner=f"function '{tool.function.name}'",
            strict=bool(tool.function.strict),
            param=f"tools[{position}].function.parameters",
            code="invalid_function_parameters",
            budget=budget,
        )


def check_format(wanted: object, budget: Budget) -> None:
    """Raise the API's error when a response format has a schema that cannot be used."""
    if isinstance(wanted, SchemaFormat):
        schema = wanted.json_schema
        if schema.definition is None:
            raise missing("response_format.json_schema.schema")
        check_schema(
            schema.definition,
            owner=f"response_format '{schema.name}'",
            strict=bool(schema.strict),
            param="response_format",
            code=None,
            budget=budget,
        )


def _custom_tool(tool: CustomTool, position: int) -> None:
    # The server cannot generate texts of a grammar, so no answer would be sure to fit one.
    kind = (tool.custom.format or {"type": "text"}).get("type")
    if kind != "text":
        raise ApiError(
            f"Unsupported value: 'tools[{position}].custom.format.type' does not support '{kind}' "
            "with this model. Supported values are: 'text'.",
            param=f"tools[{position}].custom.format.type",
            code="unsupported_value",
        )


def _tool_name(tool: FunctionTool | CustomTool) -> str:
    return tool.function.name if isinstance(tool, FunctionTool) else tool.custom.name


def _chosen(request: ChatRequest) -> Iterator[tuple[type[FunctionTool | CustomTool], str]]:
    choice = request.tool_choice
    named = choice.allowed_tools.tools if isinstance(choice, AllowedChoice) else [choice]
    for tool in named:
        if isinstance(tool, FunctionChoice):
            yield FunctionTool, tool.function.name
        elif isinstance(tool, CustomChoice):
            yield CustomTool, tool.custom.name


def _conversation(request: ChatRequest) -> None:
    open_calls: set[str] = set()
    for position, message in enumerate(request.messages):
        if isinstance(message, ToolMessage):
            if message.tool_call_id not in open_calls:
                raise ApiError(
                    "Invalid parameter: messages with role 'tool' must be a response to a "
                    "preceding message with 'tool_calls'.",
                    param=f"messages.[{position}].role",
                )
            open_calls.discard(message.tool_call_id)
            continue
        if open_calls:
            raise _unanswered(open_calls, position)
        if isinstance(message, AssistantMessage):
            open_calls = {call.id for call in message.tool_calls or ()}
    if open_calls:
        raise _unanswered(open_calls, len(request.messages))


def _unanswered(calls: set[str], position: int) -> ApiError:
    return ApiError(
        "An assistant message with 'tool_calls' must be followed by tool messages responding to "
        "each 'tool_call_id'. The following tool_call_ids did not have response messages: "
        + ", ".join(sorted(calls)),
        param=f"messages.[{position}].role",
    )


def _response_format(request: ChatRequest, budget: Budget) -> None:
    wanted = request.response_format
    if isinstance(wanted, ObjectFormat) and not any(
        "json" in text_of(message).lower() for message in request.messages
    ):
        raise ApiError(
            "'messages' must contain the word 'json' in some form, "
            "to use 'response_format' of type 'json_object'.",
            param="messages",
        )
    check_format(wanted, budget)
