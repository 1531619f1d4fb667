"""The calls of messages: their parameters, requests and answers. No I/O.

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
    """The parameters of a change of a message."""

    metadata: Mapping[str, str] | NotGiven | None


class MessageCreateParams(MessageUpdateParams, total=False):
    """The parameters of a new message."""

    content: Required[str | Iterable[Mapping[str, Any] | Wire]]
    role: Required[Literal["user", "assistant"]]
    attachments: Iterable[Mapping[str, Any] | Wire] | NotGiven | None


class MessageListParams(ListParams, total=False):
    """The parameters of a request for the messages of a thread."""

    run_id: str | NotGiven
    """The id of a run, to list only the messages that it wrote."""


def create(thread_id: str, params: Mapping[str, Any]) -> Call[Message]:
    """Return the call that adds a message to a thread."""
    return post(_all(thread_id), Message, params)


def retrieve(message_id: str, thread_id: str, params: Mapping[str, Any]) -> Call[Message]:
    """Return the call that fetches a message."""
    return get(_one(message_id, thread_id), Message, params)


def update(message_id: str, thread_id: str, params: Mapping[str, Any]) -> Call[Message]:
    """Return the call that changes a message."""
    return post(_one(message_id, thread_id), Message, params)


def list_(thread_id: str, params: Mapping[str, Any]) -> Call[CursorPage[Message]]:
    """Return the call that lists the messages of a thread."""
    return get(_all(thread_id), CursorPage[Message], params)


def delete_(message_id: str, thread_id: str, params: Mapping[str, Any]) -> Call[MessageDeleted]:
    """Return the call that deletes a message."""
    return delete(_one(message_id, thread_id), MessageDeleted, params)


def _all(thread_id: str) -> str:
    return path("/threads/{thread_id}/messages", thread_id=thread_id)


def _one(message_id: str, thread_id: str) -> str:
    template = "/threads/{thread_id}/messages/{message_id}"
    return path(template, thread_id=thread_id, message_id=message_id)
