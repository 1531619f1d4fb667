"""Reactive processing of the event streams of language-model APIs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._core.json.view import PartialArray, PartialObject
from streamkit._core.serialization import json_default
from streamkit._core.tags import ThinkTags
from streamkit._http.config import Timeout
from streamkit._version import __version__
from streamkit.client import OpenAI
from streamkit.errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    ContentFilterFinishReasonError,
    InternalServerError,
    LengthFinishReasonError,
    LimitExceededError,
    NotFoundError,
    OpenAIError,
    ParseError,
    PermissionDeniedError,
    PollTimeoutError,
    RateLimitError,
    SchemaError,
    SlowConsumerError,
    StreamClosedError,
    StreamDecodeError,
    StreamkitError,
    StreamTimeoutError,
    StreamTruncatedError,
    UnprocessableEntityError,
)
from streamkit.families._resource._sync.stream import Stream
from streamkit.families._resource.params import NOT_GIVEN, NotGiven
from streamkit.families.chat._sync.stream import ChatCompletionStream
from streamkit.limits import Limits
from streamkit.structured.tools import pydantic_function_tool

if TYPE_CHECKING:
    from streamkit.client import AsyncOpenAI
    from streamkit.families._resource._async.stream import AsyncStream
    from streamkit.families.assistants._async.handler import AsyncAssistantEventHandler
    from streamkit.families.assistants._async.stream import AsyncAssistantStream
    from streamkit.families.assistants._sync.handler import AssistantEventHandler
    from streamkit.families.assistants._sync.stream import AssistantStream
    from streamkit.families.chat._async.stream import AsyncChatCompletionStream
    from streamkit.families.files.batch_upload import UploadProgress
    from streamkit.hub.hub import Hub

__all__ = [
    "NOT_GIVEN",
    "APIConnectionError",
    "APIError",
    "APIResponseValidationError",
    "APIStatusError",
    "APITimeoutError",
    "AssistantEventHandler",
    "AssistantStream",
    "AsyncAssistantEventHandler",
    "AsyncAssistantStream",
    "AsyncChatCompletionStream",
    "AsyncOpenAI",
    "AsyncStream",
    "AuthenticationError",
    "BadRequestError",
    "ChatCompletionStream",
    "ConflictError",
    "ContentFilterFinishReasonError",
    "Hub",
    "InternalServerError",
    "LengthFinishReasonError",
    "LimitExceededError",
    "Limits",
    "NotFoundError",
    "NotGiven",
    "OpenAI",
    "OpenAIError",
    "ParseError",
    "PartialArray",
    "PartialObject",
    "PermissionDeniedError",
    "PollTimeoutError",
    "RateLimitError",
    "SchemaError",
    "SlowConsumerError",
    "Stream",
    "StreamClosedError",
    "StreamDecodeError",
    "StreamTimeoutError",
    "StreamTruncatedError",
    "StreamkitError",
    "ThinkTags",
    "Timeout",
    "UnprocessableEntityError",
    "UploadProgress",
    "__version__",
    "json_default",
    "pydantic_function_tool",
]

_IMPORTED_WHEN_ASKED_FOR = {
    "AssistantEventHandler": "streamkit.families.assistants._sync.handler",
    "AssistantStream": "streamkit.families.assistants._sync.stream",
    "AsyncAssistantEventHandler": "streamkit.families.assistants._async.handler",
    "AsyncAssistantStream": "streamkit.families.assistants._async.stream",
    "AsyncChatCompletionStream": "streamkit.families.chat._async.stream",
    "AsyncOpenAI": "streamkit.client",
    "AsyncStream": "streamkit.families._resource._async.stream",
    "Hub": "streamkit.hub.hub",
    "UploadProgress": "streamkit.families.files.batch_upload",
}
"""A program that chats and blocks needs none of them: asyncio takes a third as long to import as
all of this, and reactivex, whose class the handlers derive from, longer."""

if not TYPE_CHECKING:  # with it, checkers would believe in any name

    def __getattr__(name: str) -> object:
        module = _IMPORTED_WHEN_ASKED_FOR.get(name)
        if module is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
        from importlib import import_module

        value = globals()[name] = getattr(import_module(module), name)
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
