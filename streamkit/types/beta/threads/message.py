"""A message of a thread, and the deltas that events add to one.

Source: https://platform.openai.com/docs/api-reference/messages/object.
"""

from __future__ import annotations

from msgspec import field

from streamkit._core.wire import Wire
from streamkit.types.beta.assistant_tool import CodeInterpreterTool, FileSearchTool
from streamkit.types.beta.threads.content import MessageContent
from streamkit.types.beta.threads.content_delta import MessageContentDelta

__all__ = [
    "Attachment",
    "IncompleteDetails",
    "Message",
    "MessageDeleted",
    "MessageDelta",
    "MessageDeltaEvent",
]


class Attachment(Wire):
    """A file that came with a message, for some tools."""

    file_id: str | None = None
    tools: list[CodeInterpreterTool | FileSearchTool] | None = None


class IncompleteDetails(Wire):
    """The reason that a message is incomplete."""

    reason: str = ""


class Message(Wire):
    """A message from the user or the assistant."""

    id: str = ""
    assistant_id: str | None = None
    attachments: list[Attachment] | None = None
    completed_at: int | None = None
    content: list[MessageContent] = []
    created_at: int = 0
    incomplete_at: int | None = None
    incomplete_details: IncompleteDetails | None = None
    metadata: dict[str, str] | None = None
    object: str = "thread.message"
    role: str = ""
    """``user`` or ``assistant``."""
    run_id: str | None = None
    status: str = ""
    """``in_progress``, ``incomplete`` or ``completed``."""
    thread_id: str = ""


class MessageDeleted(Wire):
    """The confirmation that a message was deleted."""

    id: str = ""
    deleted: bool = False
    object: str = "thread.message.deleted"


class MessageDelta(Wire):
    """An addition to a message."""

    content: list[MessageContentDelta] | None = None
    role: str | None = None


class MessageDeltaEvent(Wire):
    """An addition to the message with this ``id``."""

    id: str = ""
    delta: MessageDelta = field(default_factory=MessageDelta)
    object: str = "thread.message.delta"
