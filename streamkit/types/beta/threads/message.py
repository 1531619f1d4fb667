"""A message of a thread, and what an event adds to one.

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
    """Why a message is incomplete."""

    reason: str = ""


class Message(Wire):
    """What one side said."""

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
    """That a message was deleted."""

    id: str = ""
    deleted: bool = False
    object: str = "thread.message.deleted"


class MessageDelta(Wire):
    """What is added to a message."""

    content: list[MessageContentDelta] | None = None
    role: str | None = None


class MessageDeltaEvent(Wire):
    """What is added to the message with this ``id``."""

    id: str = ""
    delta: MessageDelta = field(default_factory=MessageDelta)
    object: str = "thread.message.delta"
