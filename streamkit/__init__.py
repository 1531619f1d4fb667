"""Reactive processing of the event streams of language-model APIs."""

from __future__ import annotations

from streamkit._version import __version__
from streamkit.client import AsyncOpenAI, OpenAI
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
    NotFoundError,
    OpenAIError,
    ParseError,
    PermissionDeniedError,
    RateLimitError,
    SchemaError,
    StreamClosedError,
    StreamDecodeError,
    StreamTimeoutError,
    StreamTruncatedError,
    UnprocessableEntityError,
)
from streamkit.partial_view import PartialArray, PartialObject
from streamkit.resources.params import NOT_GIVEN, NotGiven
from streamkit.stream import (
    AsyncChatCompletionStream,
    AsyncStream,
    ChatCompletionStream,
    Stream,
)
from streamkit.tools import pydantic_function_tool

__all__ = [
    "NOT_GIVEN",
    "APIConnectionError",
    "APIError",
    "APIResponseValidationError",
    "APIStatusError",
    "APITimeoutError",
    "AsyncChatCompletionStream",
    "AsyncOpenAI",
    "AsyncStream",
    "AuthenticationError",
    "BadRequestError",
    "ChatCompletionStream",
    "ConflictError",
    "ContentFilterFinishReasonError",
    "InternalServerError",
    "LengthFinishReasonError",
    "NotFoundError",
    "NotGiven",
    "OpenAI",
    "OpenAIError",
    "ParseError",
    "PartialArray",
    "PartialObject",
    "PermissionDeniedError",
    "RateLimitError",
    "SchemaError",
    "Stream",
    "StreamClosedError",
    "StreamDecodeError",
    "StreamTimeoutError",
    "StreamTruncatedError",
    "UnprocessableEntityError",
    "__version__",
    "pydantic_function_tool",
]
