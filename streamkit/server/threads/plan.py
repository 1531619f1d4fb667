"""The choice of a run's scenario and of the tools that it calls."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from streamkit._core.compiled import convert
from streamkit.server.api_error import ApiError
from streamkit.server.chat.request import FunctionTool
from streamkit.server.threads.requests import Tool
from streamkit.server.threads.scenario import Message, Scenario, Text, shipped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streamkit.server.store import Document

MODEL = "scenario:"
"""The start of a model's name whose runs follow the scenario named by the rest."""
KEY = "scenario"
"""The key in the metadata of a run or an assistant that names its scenario."""


def scenario_for(
    run: Document,
    *,
    assistant: Mapping[str, str],
    prompt: str,
    scenarios: Mapping[str, Scenario],
) -> Scenario:
    """Return the scenario that a run follows.

    The run's metadata name it, or else a mark such as ``[[failed]]`` in the user's last message, or
    else the model, or else the assistant's metadata. Without a name, the run calls each of its
    tools and answers.

    Args:
        run: The run's object.
        assistant: The metadata of its assistant.
        prompt: The text of the user's last message.
        scenarios: The scenarios that can be named.

    Raises:
        ApiError: Metadata or the model name a scenario that does not exist.
    """
    named = run["metadata"].get(KEY)
    if named is None:
        marks = re.findall(r"\[\[(\w+)\]\]", prompt)
        named = next((mark for mark in marks if mark in scenarios), None)
    if named is None and run["model"].startswith(MODEL):
        named = run["model"].removeprefix(MODEL)
    if named is None:
        named = assistant.get(KEY)
    if named is None:
        return _with_tools(run)
    if named not in scenarios:
        known = ", ".join(sorted(scenarios))
        raise ApiError(f"There is no scenario '{named}'. There are: {known}.", param="metadata")
    return scenarios[named]


def tools_of(run: Document) -> list[Tool]:
    """Return the tools that a run's ``tool_choice`` allows."""
    tools: list[Tool] = convert(run["tools"], list[Tool])
    choice: str | dict[str, Any] = run["tool_choice"]
    if choice == "none":
        return []
    if isinstance(choice, str):
        return tools
    name = choice.get("function", {}).get("name")
    return [
        tool
        for tool in tools
        if _type(tool) == choice["type"]
        and (not isinstance(tool, FunctionTool) or tool.function.name == name)
    ]


def _with_tools(run: Document) -> Scenario:
    """Return the steps of the tools' own scenarios without their messages, then one message."""
    kinds = dict.fromkeys(_type(tool) for tool in tools_of(run))
    steps: list[Any] = []
    citations = 0
    for kind in kinds:
        *calls, answer = shipped()["functions" if kind == "function" else kind].steps
        steps += calls
        if kind == "file_search" and isinstance(answer, Message):
            citations = sum(part.citations for part in answer.content if isinstance(part, Text))
    return Scenario([*steps, Message([Text(citations=citations)])])


def _type(tool: Tool) -> str:
    tag = tool.__struct_config__.tag
    return str(tag)
