"""Messages: what is sent, and how it is answered. No I/O.

Source: https://platform.openai.com/docs/api-reference/messages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Required

from streamkit.families._resource.call import Call, delete, get, path, post
from streamkit.families._resource.params import ListParams, RequestOptions
from streamkit.types import CursorPage
from streamkit.types.beta.threads.message import Message, MessageDeleted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from streamkit._core.wire import Wire
    from streamkit.families._resource.params import NotGiven

__all__ = [
    "MessageCreateParams",
    "MessageListParams",
    "MessageUpdateParams",
    "create",
    "delete_",
    "list_",
    "retrieve",
    "update",
]


class MessageUpdateParams(RequestOptions, total=False):
    """What of a message can be changed."""

    metadata: Mapping[str, str] | NotGiven | None


class MessageCreateParams(MessageUpdateParams, total=False):
    """What a message is made of."""

    content: Required[str | Iterable[Mapping[str, Any] | Wire]]
    role: Required[Literal["user", "assistant"]]
    attachments: Iterable[Mapping[str, Any] | Wire] | NotGiven | None


class MessageListParams(ListParams, total=False):
    """Which messages of a thread are wanted."""

    run_id: str | NotGiven
    """Only those that this run wrote."""


def create(thread_id: str, params: Mapping[str, Any]) -> Call[Message]:
    """Add a message to a thread."""
    return post(_all(thread_id), Message, params)


def retrieve(message_id: str, thread_id: str, params: Mapping[str, Any]) -> Call[Message]:
    """Fetch a message."""
    return get(_one(message_id, thread_id), Message, params)


def update(message_id: str, thread_id: str, params: Mapping[str, Any]) -> Call[Message]:
    """Change a message."""
    return post(_one(message_id, thread_id), Message, params)


def list_(thread_id: str, params: Mapping[str, Any]) -> Call[CursorPage[Message]]:
    """Fetch the messages of a thread."""
    return get(_all(thread_id), CursorPage[Message], params)


def delete_(message_id: str, thread_id: str, params: Mapping[str, Any]) -> Call[MessageDeleted]:
    """Delete a message."""
    return delete(_one(message_id, thread_id), MessageDeleted, params)


def _all(thread_id: str) -> str:
    return path("/threads/{thread_id}/messages", thread_id=thread_id)


def _one(message_id: str, thread_id: str) -> str:
    template = "/threads/{thread_id}/messages/{message_id}"
    return path(template, thread_id=thread_id, message_id=message_id)
