"""An assistant: a model with its instructions and tools, which runs on threads.

Source: https://platform.openai.com/docs/api-reference/assistants/object.
"""

from __future__ import annotations

from typing import Any

from streamkit._core.wire import Wire
from streamkit.types.beta.assistant_tool import AssistantTool
from streamkit.types.beta.thread import ToolResources

__all__ = ["Assistant", "AssistantDeleted"]


class Assistant(Wire):
    """A model with its instructions and tools."""

    id: str = ""
    created_at: int = 0
    description: str | None = None
    instructions: str | None = None
    metadata: dict[str, str] | None = None
    model: str = ""
    name: str | None = None
    object: str = "assistant"
    tools: list[AssistantTool] = []
    response_format: Any = None
    """``"auto"``, or the response format that was given."""
    temperature: float | None = None
    tool_resources: ToolResources | None = None
    top_p: float | None = None


class AssistantDeleted(Wire):
    """The confirmation that an assistant was deleted."""

    id: str = ""
    deleted: bool = False
    object: str = "assistant.deleted"
