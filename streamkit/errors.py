"""Every error streamkit raises: whose fault it is, what was expected, and what came.

The names are those of the ``openai`` package, so ``except`` clauses keep working. No error ever
carries a key or a request header. Every one can be copied and pickled, for the way out of another
process, with its attributes.
"""

from __future__ import annotations

import pickle
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Self, SupportsIndex

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
    "PermissionDeniedError",
    "PollTimeoutError",
    "RateLimitError",
    "SchemaError",
    "SlowConsumerError",
    "StreamClosedError",
    "StreamDecodeError",
    "StreamTimeoutError",
    "StreamTruncatedError",
    "TimeLimit",
    "UnprocessableEntityError",
]

QUOTE_LIMIT = 500
"""How many characters or bytes of what came an error message quotes."""


class OpenAIError(Exception):
    """The base of every error that streamkit raises on purpose."""

    completion: ChatCompletion | ParsedChatCompletion[Any] | None = None
    """What had arrived of the answer, when the error ended one."""
    request_id: str | None = None
    """The response's ``x-request-id``, where there was one; quote it to support."""
    events_received: int | None = None
    """How many server-sent events had come, when the error ended a stream of them."""
    bytes_received: int | None = None
    """How many bytes of the response's body had come, then."""
    run: Run | None = None
    """The run as it was last known, when the error ended the stream of one; it may be going on."""
    messages: Sequence[Message] = ()
    """What had arrived of the run's messages, then."""
    run_steps: Sequence[RunStep] = ()
    """What had arrived of its steps."""
    resource_id: str | None = None
    """What was being polled, when the error ended that; its work goes on, and can be polled on."""
    file_ids: Sequence[str] = ()
    """The files that a batch upload had created, when the error ended one; nobody deletes them."""

    # An exception is usually made again by its class from its arguments, which here are the message
    # alone. So ours are made without their constructors, and get back what they had.

    def __copy__(self) -> Self:
        return _again(type(self), self.args, vars(self))

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        copied = _each(vars(self), lambda value: deepcopy(value, memo), "copied")
        return _again(type(self), self.args, copied)

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        pickled = _each(vars(self), lambda value: pickle.loads(pickle.dumps(value)), "pickled")  # noqa: S301 - our own
        return _again, (type(self), self.args, pickled)


class APIError(OpenAIError):
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


class SchemaError(OpenAIError, TypeError):
    """A type or schema cannot be a strict response format or tool; found before any request."""

    def __init__(self, message: str, *, path: str = "") -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path
        """Where in the schema, as ``steps[].output``; empty for the whole."""


class ParseError(OpenAIError, ValueError):
    """The whole text does not fit the type that was asked for; the cause is the validator's.

    Or there is none: neither content nor a refusal or a tool call.
    """

    def __init__(self, message: str, *, content: str) -> None:
        super().__init__(message)
        self.content = content
        """The whole text, as the model wrote it."""


class LengthFinishReasonError(OpenAIError):
    """The token limit ended an answer that was to be parsed."""

    def __init__(self, *, completion: ChatCompletion | ParsedChatCompletion[Any]) -> None:
        usage = completion.usage
        spent = f" - {usage!r}" if usage else ""
        super().__init__(f"Could not parse response content as the length limit was reached{spent}")
        self.completion = completion


class ContentFilterFinishReasonError(OpenAIError):
    """The content filter ended an answer that was to be parsed."""

    def __init__(self, *, completion: ChatCompletion | ParsedChatCompletion[Any]) -> None:
        super().__init__(
            "Could not parse response content as the request was rejected by the content filter"
        )
        self.completion = completion


class StreamTruncatedError(OpenAIError):
    """The stream ended before the answer did; ``completion`` holds what had arrived."""


class StreamDecodeError(OpenAIError):
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


class PollTimeoutError(OpenAIError, TimeoutError):
    """What was polled did not finish in the time allowed; its work goes on."""

    def __init__(
        self, message: str, *, last: object = None, resource_id: str | None = None
    ) -> None:
        super().__init__(message)
        self.last = last
        """The newest state; None when there was no time for a request."""
        self.resource_id = resource_id


TimeLimit: TypeAlias = Literal["read", "first_content", "between_content", "total"]
"""The limits of an open stream's time, by the names of ``Timeout``."""


class StreamTimeoutError(APITimeoutError):
    """A stream took longer than allowed; ``completion`` holds what had arrived."""

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


class StreamClosedError(OpenAIError):
    """The stream was closed by its user before the answer ended."""


class SlowConsumerError(OpenAIError):
    """A consumer of a hub was too slow; the stream goes on without it."""

    def __init__(self, *, limit: int, behind: int) -> None:
        super().__init__(f"the consumer fell {behind} events behind, and its limit is {limit}")
        self.limit = limit
        """How many events may wait for it."""
        self.behind = behind
        """How many it had not taken then."""


AnyError = TypeVar("AnyError", bound=OpenAIError)


def _again(
    kind: type[AnyError], args: tuple[object, ...], attributes: Mapping[str, object]
) -> AnyError:
    """An error like another one, without its traceback and cause."""
    error = kind.__new__(kind, *args)
    error.args = args
    vars(error).update(attributes)
    if notes := cast("list[str]", attributes.get("__notes__")):
        vars(error)["__notes__"] = [*notes]
    return error


def _each(
    attributes: Mapping[str, object], convert: Callable[[object], object], done: str
) -> dict[str, object]:
    """The attributes converted, and a note for each that cannot be and is None then.

    What was parsed may be of a class that only one function knows.
    """
    converted: dict[str, object] = {}
    notes: list[str] = []
    for name, value in attributes.items():
        try:
            converted[name] = convert(value)
        except Exception as error:  # noqa: BLE001 - any class may raise anything there
            converted[name] = None
            notes.append(f"{name} is missing: it cannot be {done} ({type(error).__name__})")
    if notes:
        converted["__notes__"] = [*cast("list[str]", converted.get("__notes__") or ()), *notes]
    return converted
