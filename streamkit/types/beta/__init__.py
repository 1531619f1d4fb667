"""The types of assistants, under the path where the ``openai`` package has its own."""

from __future__ import annotations

from streamkit.types.beta.assistant import Assistant, AssistantDeleted
from streamkit.types.beta.assistant_stream_event import AssistantStreamEvent
from streamkit.types.beta.assistant_tool import (
    AssistantTool,
    CodeInterpreterTool,
    FileSearchTool,
    FunctionTool,
)
from streamkit.types.beta.thread import Thread, ThreadDeleted

__all__ = [
    "Assistant",
    "AssistantDeleted",
    "AssistantStreamEvent",
    "AssistantTool",
    "CodeInterpreterTool",
    "FileSearchTool",
    "FunctionTool",
    "Thread",
    "ThreadDeleted",
]
