"""The calls of assistants: their parameters, requests and answers. No I/O.

Source: https://platform.openai.com/docs/api-reference/assistants.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Required

from streamkit.families._resource.call import Call, delete, get, path, post
from streamkit.families._resource.params import RequestOptions
from streamkit.types import CursorPage
from streamkit.types.beta.assistant import Assistant, AssistantDeleted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from streamkit._core.wire import Wire
    from streamkit.families._resource.params import NotGiven

__all__ = [
    "AssistantCreateParams",
    "AssistantUpdateParams",
    "create",
    "delete_",
    "list_",
    "retrieve",
    "update",
]


class _AssistantParams(RequestOptions, total=False):
    description: str | NotGiven | None
    instructions: str | NotGiven | None
    metadata: Mapping[str, str] | NotGiven | None
    name: str | NotGiven | None
    reasoning_effort: str | NotGiven | None
    response_format: str | Mapping[str, Any] | NotGiven | None
    temperature: float | NotGiven | None
    tool_resources: Mapping[str, Any] | Wire | NotGiven | None
    tools: Iterable[Mapping[str, Any] | Wire] | NotGiven
    top_p: float | NotGiven | None


class AssistantCreateParams(_AssistantParams, total=False):
    """The parameters of a new assistant."""

    model: Required[str]


class AssistantUpdateParams(_AssistantParams, total=False):
    """The parameters of a change of an assistant."""

    model: str | NotGiven


def create(params: Mapping[str, Any]) -> Call[Assistant]:
    """Return the call that makes an assistant."""
    return post("/assistants", Assistant, params)


def retrieve(assistant_id: str, params: Mapping[str, Any]) -> Call[Assistant]:
    """Return the call that fetches an assistant."""
    return get(_path(assistant_id), Assistant, params)


def update(assistant_id: str, params: Mapping[str, Any]) -> Call[Assistant]:
    """Return the call that changes an assistant."""
    return post(_path(assistant_id), Assistant, params)


def list_(params: Mapping[str, Any]) -> Call[CursorPage[Assistant]]:
    """Return the call that lists the assistants."""
    return get("/assistants", CursorPage[Assistant], params)


def delete_(assistant_id: str, params: Mapping[str, Any]) -> Call[AssistantDeleted]:
    """Return the call that deletes an assistant."""
    return delete(_path(assistant_id), AssistantDeleted, params)


def _path(assistant_id: str) -> str:
    return path("/assistants/{assistant_id}", assistant_id=assistant_id)
