"""The choice of the tools that a response calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.server.responses.request import (
    AllowedChoice,
    CustomChoice,
    CustomTool,
    FunctionChoice,
    FunctionTool,
    ResponseRequest,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

Tool = FunctionTool | CustomTool
Choice = FunctionChoice | CustomChoice


def tools_to_call(request: ResponseRequest, random: Random, *, answered: bool) -> Sequence[Tool]:
    """Return the tools to call, in order.

    Every allowed tool is called once, or only one of them without parallel calls. With ``auto`` the
    answer calls tools until the last item is the output of one, as ``answered`` says.
    """
    tools = request.tools or []
    choice = request.tool_choice
    if isinstance(choice, FunctionChoice | CustomChoice):
        return [tool for tool in tools if _is(tool, choice)]
    if isinstance(choice, AllowedChoice):
        allowed = choice.tools
        tools = [tool for tool in tools if any(_is(tool, each) for each in allowed)]
        choice = choice.mode
    if not tools or choice == "none" or (answered and choice != "required"):
        return []
    if request.parallel_tool_calls is False:
        return [random.choice(tools)]
    return tools[: request.max_tool_calls]


def _is(tool: Tool, choice: Choice) -> bool:
    of_one_kind = isinstance(tool, FunctionTool) == isinstance(choice, FunctionChoice)
    return of_one_kind and tool.name == choice.name
