"""The rules of the API for requests for a response, beyond the form of single fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import msgspec

from streamkit._core.compiled import convert
from streamkit.server.api_error import ApiError
from streamkit.server.chat.request import ObjectFormat
from streamkit.server.complaint import complaint, missing, unknown
from streamkit.server.responses.request import (
    SUPPORTED,
    AllowedChoice,
    CustomChoice,
    CustomTool,
    FunctionChoice,
    FunctionTool,
    ResponseRequest,
    SchemaFormat,
)
from streamkit.server.schemas import check_schema

if TYPE_CHECKING:
    from streamkit.server.sampling.budget import Budget

NOT_SERVED = (
    "access_programs",
    "background_options",
    "context_management",
    "conversation",
    "image",
    "moderation",
    "prompt",
)
"""The parameters of the API that this server knows but does not serve."""


def checked(body: Any, budget: Budget) -> ResponseRequest:
    """Return a decoded body as a request; the check of its schemas spends from the budget.

    Raises:
        ApiError: The API would refuse the request.
    """
    fields = cast("dict[str, Any]", body) if isinstance(body, dict) else {}
    for name in ("model", "input"):
        if not fields.get(name):
            raise missing(name)
    _check_names(fields.get("tools"))
    for name in fields:
        if name not in ResponseRequest.__struct_fields__:
            raise unknown(name)
    try:
        request = convert({**fields, "input": _typed(fields["input"])}, ResponseRequest)
    except msgspec.ValidationError as error:
        raise complaint(error, fields, supported=SUPPORTED) from None
    _served(request)
    _combinations(request)
    _tools(request, budget)
    _format(request, budget)
    return request


def _typed(given: Any) -> Any:
    """Return an input whose messages have a type, which the API does not require."""
    if not isinstance(given, list):
        return given
    items = cast("list[Any]", given)
    return [
        {"type": "message", **item} if isinstance(item, dict) and "role" in item else item
        for item in items
    ]


def _check_names(tools: Any) -> None:
    """Raise the API's error for a tool in the form of chat, before its field is an unknown one."""
    if not isinstance(tools, list):
        return
    for position, tool in enumerate(cast("list[Any]", tools)):
        if isinstance(tool, dict) and "function" in tool and "name" not in tool:
            raise missing(f"tools[{position}].name")


def _served(request: ResponseRequest) -> None:
    for name in NOT_SERVED:
        if getattr(request, name) is not None:
            raise ApiError(
                f"Unsupported parameter: '{name}' is not supported with this model.",
                param=name,
                code="unsupported_parameter",
            )


def _combinations(request: ResponseRequest) -> None:
    if request.stream_options is not None and not request.stream:
        raise ApiError(
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
            param="stream_options",
        )
    if request.background and request.store is False:
        raise ApiError(
            "Background responses must be stored: 'store' must not be false.",
            param="background",
        )


def _tools(request: ResponseRequest, budget: Budget) -> None:
    tools = request.tools or []
    for position, tool in enumerate(tools):
        if isinstance(tool, CustomTool):
            _custom_tool(tool, position)
        elif tool.parameters is not None:
            check_schema(
                tool.parameters,
                owner=f"function '{tool.name}'",
                strict=bool(tool.strict),
                param=f"tools[{position}].parameters",
                code="invalid_function_parameters",
                budget=budget,
            )
    known = {(type(tool), tool.name) for tool in tools}
    choice = request.tool_choice
    for named in choice.tools if isinstance(choice, AllowedChoice) else [choice]:
        kind = FunctionTool if isinstance(named, FunctionChoice) else CustomTool
        if isinstance(named, FunctionChoice | CustomChoice) and (kind, named.name) not in known:
            word = "function" if kind is FunctionTool else "custom"
            raise ApiError(
                f"Tool choice '{word}' '{named.name}' not found in 'tools' parameter.",
                param="tool_choice",
            )
    if choice == "required" and not tools:
        raise ApiError("Tool choice 'required' must be specified with 'tools' parameter.")


def _custom_tool(tool: CustomTool, position: int) -> None:
    # The server cannot generate texts of a grammar, so no answer would be sure to fit one.
    kind = (tool.format or {"type": "text"}).get("type")
    if kind != "text":
        param = f"tools[{position}].format.type"
        raise ApiError(
            f"Unsupported value: '{param}' does not support '{kind}' with this model. "
            "Supported values are: 'text'.",
            param=param,
            code="unsupported_value",
        )


def _format(request: ResponseRequest, budget: Budget) -> None:
    wanted = request.text.format if request.text else None
    if isinstance(wanted, SchemaFormat):
        check_schema(
            wanted.definition,
            owner=f"response_format '{wanted.name}'",
            strict=bool(wanted.strict),
            param="text.format.schema",
            code="invalid_json_schema",
            budget=budget,
        )
    said = msgspec.json.encode(request.input).lower()
    if isinstance(wanted, ObjectFormat) and b"json" not in said:
        raise ApiError(
            "Response input messages must contain the word 'json' in some form "
            "to use 'text.format' of type 'json_object'.",
            param="input",
        )
