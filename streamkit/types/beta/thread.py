"""A thread: a conversation that the server keeps.

Source: https://platform.openai.com/docs/api-reference/threads/object.
"""

from __future__ import annotations

from streamkit._core.wire import Wire

__all__ = [
    "Thread",
    "ThreadDeleted",
    "ToolResources",
    "ToolResourcesCodeInterpreter",
    "ToolResourcesFileSearch",
]


class ToolResourcesCodeInterpreter(Wire):
    """The files that the code interpreter may read."""

    file_ids: list[str] | None = None


class ToolResourcesFileSearch(Wire):
    """The vector stores that are searched."""

    vector_store_ids: list[str] | None = None


class ToolResources(Wire):
    """The files and stores that a thread's tools may use."""

    code_interpreter: ToolResourcesCodeInterpreter | None = None
    file_search: ToolResourcesFileSearch | None = None


class Thread(Wire):
    """A conversation, without its messages."""

    id: str = ""
    created_at: int = 0
    metadata: dict[str, str] | None = None
    object: str = "thread"
    tool_resources: ToolResources | None = None


class ThreadDeleted(Wire):
    """The confirmation that a thread was deleted."""

    id: str = ""
    deleted: bool = False
    object: str = "thread.deleted"
