"""The choice of the tools that an answer calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.server.chat.request import (
    AllowedChoice,
    ChatRequest,
    CustomChoice,
    CustomTool,
    FunctionChoice,
    FunctionTool,
    ToolMessage,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

Tool = FunctionTool | CustomTool
Choice = FunctionChoice | CustomChoice


def tools_to_call(request: ChatRequest, random: Random) -> tuple[Sequence[Tool], bool]:
    """Return the tools to call, in order, and whether the request named the one tool.

    Every allowed tool is called once, or only one of them without parallel calls. With ``auto`` the
    answer calls tools until the last message is the result of one.
    """
    tools = request.tools or []
    choice = request.tool_choice
    if isinstance(choice, FunctionChoice | CustomChoice):
        return [tool for tool in tools if _is(tool, choice)], True
    if isinstance(choice, AllowedChoice):
        allowed = choice.allowed_tools.tools
        tools = [tool for tool in tools if any(_is(tool, each) for each in allowed)]
        choice = choice.allowed_tools.mode
    answered = isinstance(request.messages[-1], ToolMessage)
    if not tools or choice == "none" or (answered and choice != "required"):
        return [], False
    if request.parallel_tool_calls is False:
        return [random.choice(tools)], False
    return tools, False


def _is(tool: Tool, choice: Choice) -> bool:
    if isinstance(tool, FunctionTool):
        return isinstance(choice, FunctionChoice) and tool.function.name == choice.function.name
    return isinstance(choice, CustomChoice) and tool.custom.name == choice.custom.name
