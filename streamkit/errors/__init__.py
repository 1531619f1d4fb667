"""Every error streamkit raises: whose fault it is, what was expected, and what came.

The names are those of the ``openai`` package, so ``except`` clauses keep working. No error ever
carries a key or a request header. What had arrived is its ``partial``, whatever was asked for.
Every one can be copied and pickled, on the way out of another process, with its attributes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from streamkit.errors._copies import CopyableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamkit.types import ChatCompletion, ParsedChatCompletion
    from streamkit.types.beta.threads import Message, Run
    from streamkit.types.beta.threads.runs import RunStep

__all__ = [
    "APIConnectionError",
    "APIError",
    "APIResponseValidationError",
    "APIStatusError",
    "APITimeoutError",
    "AuthenticationError",
    "BadRequestError",
    "ConflictError",
    "ContentFilterFinishReasonError",
    "InternalServerError",
    "LengthFinishReasonError",
    "LimitExceededError",
    "NotFoundError",
    "OpenAIError",
    "ParseError",
    "PartialRun",
    "PermissionDeniedError",
    "PollTimeoutError",
    "RateLimitError",
    "SchemaError",
    "SlowConsumerError",
    "StreamClosedError",
    "StreamDecodeError",
    "StreamTimeoutError",
    "StreamTruncatedError",
    "StreamkitError",
    "TimeLimit",
    "UnprocessableEntityError",
]

QUOTE_LIMIT = 500
"""How many characters or bytes of what came an error message quotes."""


@dataclass(frozen=True)
class PartialRun:
    """What had arrived of a run: the ``partial`` of an error that ended the stream of one."""

    run: Run | None
    """The run as it was last known; it may be going on."""
    messages: Sequence[Message] = ()
    """Its messages so far."""
    run_steps: Sequence[RunStep] = ()
    """Its steps so far."""


class StreamkitError(CopyableError):
    """The base of every error that streamkit raises on purpose."""

    partial: object = None
    """What had arrived when the error was raised, or None.

    A chat's is its completion so far, that of a run a ``PartialRun``, and that of a poll the newest
    state of what was polled.
    """
    request_id: str | None = None
    """The response's ``x-request-id``, where there was one; quote it to support."""
    events_received: int | None = None
    """How many server-sent events had come, when the error ended a stream of them."""
    bytes_received: int | None = None
    """How many bytes of the response's body had come, then."""
    resource_id: str | None = None
    """What was being polled, when the error ended that; its work goes on, and can be polled on."""
    file_ids: Sequence[str] = ()
    """The files that a batch upload had created, when the error ended one; nobody deletes them."""

    @property
    def completion(self) -> ChatCompletion | ParsedChatCompletion[Any] | None:
        """The ``partial`` of a chat: the completion so far; None of anything else."""
        return cast("Any", self.partial) if hasattr(self.partial, "choices") else None

    @completion.setter
    def completion(self, completion: ChatCompletion | ParsedChatCompletion[Any] | None) -> None:
        self.partial = completion

    @property
    def run(self) -> Run | None:
        """The run in the ``partial`` of a run's stream; None where there is no such."""
        return self.partial.run if isinstance(self.partial, PartialRun) else None

    @property
    def messages(self) -> Sequence[Message]:
        """The messages in the ``partial`` of a run's stream."""
        return self.partial.messages if isinstance(self.partial, PartialRun) else ()

    @property
    def run_steps(self) -> Sequence[RunStep]:
        """The steps in the ``partial`` of a run's stream."""
        return self.partial.run_steps if isinstance(self.partial, PartialRun) else ()


OpenAIError = StreamkitError
"""The same class by the name that it has in the ``openai`` package."""


class APIError(StreamkitError):
    """The API, or something on the way to it, reported an error."""

    def __init__(self, message: str, *, body: object = None, request_id: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.body = body
        """The decoded error object, or the text when it was no JSON; None when there was none."""
        self.request_id = request_id
        details = cast("dict[str, Any]", body if isinstance(body, dict) else {})
        self.code: str | int | None = details.get("code")
        self.param: str | None = details.get("param")
        self.type: str | None = details.get("type")


class APIConnectionError(APIError):
    """The API could not be reached, or the connection broke.

    The HTTP client's error is quoted, and is not the cause: it leads to the request and its key.
    """

    def __init__(
        self, message: str = "Connection error.", *, request_id: str | None = None
    ) -> None:
        super().__init__(message, request_id=request_id)


class APITimeoutError(APIConnectionError):
    """The API did not answer in the time allowed."""

    def __init__(
        self, message: str = "Request timed out.", *, request_id: str | None = None
    ) -> None:
        super().__init__(message, request_id=request_id)


class APIStatusError(APIError):
    """The API answered with a 4xx or 5xx status; its headers are on ``response``."""

    def __init__(self, message: str, *, response: Any, body: object = None) -> None:
        super().__init__(message, body=body, request_id=response.headers.get("x-request-id"))
        self.response = response
        self.status_code: int = response.status_code


class BadRequestError(APIStatusError):
    """400: the request was not understood."""


class AuthenticationError(APIStatusError):
    """401: the key is missing or wrong."""


class PermissionDeniedError(APIStatusError):
    """403: the key may not do this."""


class NotFoundError(APIStatusError):
    """404: no such model, path or object."""


class ConflictError(APIStatusError):
    """409: the object is in use elsewhere."""


class UnprocessableEntityError(APIStatusError):
    """422: the request was understood and cannot be carried out."""


class RateLimitError(APIStatusError):
    """429: too many requests, or no quota left."""


class InternalServerError(APIStatusError):
    """5xx: the fault is the server's."""


class APIResponseValidationError(APIError):
    """The API answered with success and a body that is no such object, or a stream without it."""


class SchemaError(StreamkitError, TypeError):
    """A type or schema cannot be a strict response format or tool; found before any request."""

    def __init__(self, message: str, *, path: str = "") -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path
        """Where in the schema, as ``steps[].output``; empty for the whole."""


class ParseError(StreamkitError, ValueError):
    """The whole text does not fit the type that was asked for; the cause is the validator's.

    Or there is none: neither content nor a refusal or a tool call.
    """

    def __init__(self, message: str, *, content: str) -> None:
        super().__init__(message)
        self.content = content
        """The whole text, as the model wrote it."""


class LengthFinishReasonError(StreamkitError):
    """The token limit ended an answer that was to be parsed."""

    def __init__(self, *, completion: ChatCompletion | ParsedChatCompletion[Any]) -> None:
        usage = completion.usage
        spent = f" - {usage!r}" if usage else ""
        super().__init__(f"Could not parse response content as the length limit was reached{spent}")
        self.partial = completion


class ContentFilterFinishReasonError(StreamkitError):
    """The content filter ended an answer that was to be parsed."""

    def __init__(self, *, completion: ChatCompletion | ParsedChatCompletion[Any]) -> None:
        super().__init__(
            "Could not parse response content as the request was rejected by the content filter"
        )
        self.partial = completion


class StreamTruncatedError(StreamkitError):
    """The stream ended before the answer did; ``partial`` holds what had arrived."""


class StreamDecodeError(StreamkitError):
    """The server sent something that is no stream of JSON chunks."""

    def __init__(self, message: str, *, received: str | bytes = b"") -> None:
        text = received.decode("utf-8", "replace") if isinstance(received, bytes) else received
        quote = text if len(text) <= QUOTE_LIMIT else text[:QUOTE_LIMIT] + "…"
        super().__init__(f"{message}: {quote!r}" if quote else message)
        self.received = quote
        """The beginning of what came instead, at most ``QUOTE_LIMIT`` characters."""


class LimitExceededError(StreamDecodeError):
    """The server sent more than one of the client's ``Limits`` allows."""

    def __init__(self, limit: str, value: int, came: str, *, received: str | bytes = b"") -> None:
        super().__init__(f"{came}: more than Limits.{limit} = {value} allows", received=received)
        self.limit = limit
        """The name of the limit, as ``event_bytes``."""
        self.value = value
        """What it is."""


class PollTimeoutError(StreamkitError, TimeoutError):
    """What was polled did not finish in the time allowed; its work goes on."""

    def __init__(
        self, message: str, *, last: object = None, resource_id: str | None = None
    ) -> None:
        super().__init__(message)
        self.partial = last
        self.resource_id = resource_id

    @property
    def last(self) -> object:
        """The newest state, its ``partial``; None when there was no time for a request."""
        return self.partial


TimeLimit: TypeAlias = Literal["read", "first_content", "between_content", "total"]
"""The limits of an open stream's time, by the names of ``Timeout``."""


class StreamTimeoutError(APITimeoutError):
    """A stream took longer than allowed; ``partial`` holds what had arrived."""

    def __init__(
        self,
        message: str,
        *,
        limit: TimeLimit,
        seconds: float | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message, request_id=request_id)
        self.limit: TimeLimit = limit
        """Which limit was reached."""
        self.seconds = seconds
        """How long it is."""


class StreamClosedError(StreamkitError):
    """The stream was closed by its user before the answer ended."""


class SlowConsumerError(StreamkitError):
    """A consumer of a hub was too slow; the stream goes on without it."""

    def __init__(self, *, limit: int, behind: int) -> None:
        super().__init__(f"the consumer fell {behind} events behind, and its limit is {limit}")
        self.limit = limit
        """How many events may wait for it."""
        self.behind = behind
        """How many it had not taken then."""
