"""The errors that streamkit raises, which name the side at fault, the expected and the actual.

The names are those of the ``openai`` and ``anthropic`` packages, so ``except`` clauses keep
working. No error ever carries a key or a request header. An error's ``partial`` holds the part of
the answer that had arrived. Every error can be copied and pickled with its attributes, also into
another process.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias, cast

from msgspec import Struct

from streamkit.errors._copies import CopyableError
from streamkit.errors._request_id import request_id_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streamkit.types import ChatCompletion, ParsedChatCompletion
    from streamkit.types.beta.threads import Message, Run
    from streamkit.types.beta.threads.runs import RunStep
    from streamkit.types.messages import ParsedMessage
    from streamkit.types.responses import ParsedResponse
else:
    # The signature of `PartialRun` names them, and their modules take long to import.
    Message = Run = RunStep = Any

__all__ = [
    "APIConnectionError",
    "APIError",
    "APIResponseValidationError",
    "APIStatusError",
    "APITimeoutError",
    "AnthropicError",
    "AuthenticationError",
    "BadRequestError",
    "ClientClosedRequestError",
    "ConflictError",
    "ContentFilterFinishReasonError",
    "ContentTooLargeError",
    "CredentialsError",
    "DeadlineExceededError",
    "GatewayTimeoutError",
    "HTTPNotImplementedError",
    "InternalServerError",
    "LengthFinishReasonError",
    "LimitExceededError",
    "NotFoundError",
    "OpenAIError",
    "OverloadedError",
    "ParseError",
    "PartialRun",
    "PaymentRequiredError",
    "PermissionDeniedError",
    "PollTimeoutError",
    "PreconditionFailedError",
    "RateLimitError",
    "RequestHeaderFieldsTooLargeError",
    "RequestTimeoutError",
    "RequestTooLargeError",
    "RetryableError",
    "SchemaError",
    "ServiceUnavailableError",
    "SlowConsumerError",
    "StreamClosedError",
    "StreamDecodeError",
    "StreamTimeoutError",
    "StreamTruncatedError",
    "StreamkitError",
    "TextWithheldError",
    "TimeLimit",
    "TurnLimitError",
    "UnprocessableEntityError",
]

QUOTE_LIMIT = 500
"""The maximum number of characters or bytes that an error message quotes."""


class PartialRun(Struct, frozen=True):
    """The part of a run that had arrived: the ``partial`` of an error that ended a run's stream."""

    run: Run | None
    """The run in its last known state; it may still be at work."""
    messages: Sequence[Message] = ()
    """The run's messages so far."""
    run_steps: Sequence[RunStep] = ()
    """The run's steps so far."""


class StreamkitError(CopyableError):
    """The base of every error that streamkit raises on purpose."""

    partial: object = None
    """The part of the answer that had arrived, or None.

    It is a chat's completion so far, a response or a message so far, a run's ``PartialRun``, or the
    newest state of a polled object. Each has a typed name as well: ``completion``,
    ``partial_response``, ``partial_message`` and ``run``.
    """
    request_id: str | None = None
    """The response's ``x-request-id`` or ``request-id``, where it had one; quote it to support."""
    events_received: int | None = None
    """The number of server-sent events received, when the error ended a stream of them."""
    bytes_received: int | None = None
    """The number of bytes received of that stream's body."""
    resource_id: str | None = None
    """The id of the object whose polling ended; its work continues, so poll it again."""
    file_ids: Sequence[str] = ()
    """The ids of the files that a failed batch upload had created; they are not deleted."""

    @property
    def completion(self) -> ChatCompletion | ParsedChatCompletion[Any] | None:
        """The chat completion so far, which is a chat's ``partial``; None for other requests."""
        return cast("Any", self.partial) if hasattr(self.partial, "choices") else None

    @completion.setter
    def completion(self, completion: ChatCompletion | ParsedChatCompletion[Any] | None) -> None:
        self.partial = completion

    # `response` and `message` are names of the packages, for a status error's and for its text.
    @property
    def partial_response(self) -> ParsedResponse[Any] | None:
        """The response so far, which is the ``partial`` of a request for one; else None."""
        return cast("Any", self.partial) if hasattr(self.partial, "output_text") else None

    @property
    def partial_message(self) -> ParsedMessage[Any] | None:
        """The model's message so far, which is the ``partial`` of a request for one; else None."""
        return cast("Any", self.partial) if hasattr(self.partial, "stop_reason") else None

    @property
    def run(self) -> Run | None:
        """The run in the ``partial`` of a run's stream; None for other requests."""
        return self.partial.run if isinstance(self.partial, PartialRun) else None

    @property
    def messages(self) -> Sequence[Message]:
        """The messages in the ``partial`` of a run's stream; empty for other requests."""
        return self.partial.messages if isinstance(self.partial, PartialRun) else ()

    @property
    def run_steps(self) -> Sequence[RunStep]:
        """The steps in the ``partial`` of a run's stream; empty for other requests."""
        return self.partial.run_steps if isinstance(self.partial, PartialRun) else ()


OpenAIError = StreamkitError
"""The same class under its name in the ``openai`` package."""

AnthropicError = StreamkitError
"""The same class under its name in the ``anthropic`` package."""


class CredentialsError(StreamkitError):
    """A client was made without a key, and the environment has none."""


class RetryableError(StreamkitError):
    """An error that a program raises itself, to have a request or a stream tried again.

    A hook or a transport of an ``http_client`` may raise it; then the request is sent again, up to
    ``max_retries`` times. ``retry_stream`` retries after it as well.
    """


class APIError(StreamkitError):
    """The API, or a proxy on the way to it, reported an error."""

    def __init__(self, message: str, *, body: object = None, request_id: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.body = body
        """The decoded error object, or the text if it was no JSON; None without a body."""
        self.request_id = request_id
        fields = _mapping(body)
        self.code: str | int | None = fields.get("code")
        self.param: str | None = fields.get("param")
        self.type: str | None = fields.get("type")


class APIConnectionError(APIError):
    """The API could not be reached, or the connection broke.

    The message quotes the HTTP client's error, which is not the ``__cause__``: it refers to the
    request, and so to the key.
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

    _status: ClassVar[int] = 200
    """The status of an error that a server reported within a stream, by its kind if it has one."""

    def __init__(self, message: str, *, response: Any, body: object = None) -> None:
        request_id = None if response is None else request_id_in(response.headers)
        super().__init__(message, body=body, request_id=request_id)
        self.response: Any = response
        """The response; None for an error that a server reported within a stream."""
        self.status_code: int = self._status if response is None else response.status_code

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of the response; empty for an error within a stream."""
        return {} if self.response is None else self.response.headers

    @property
    def api_message(self) -> str | None:
        """The explanation in the body; None if there is none."""
        message = _mapping(self.body).get("message")
        return message if isinstance(message, str) else None

    @property
    def details(self) -> Mapping[str, Any] | None:
        """The details of an error of Anthropic's API, such as its ``error_code``."""
        details = _mapping(self.body).get("details")
        return cast("dict[str, Any]", details) if isinstance(details, dict) else None

    @property
    def error_code(self) -> str | None:
        """The code of the cause in the ``details``, where ``type`` names only its category."""
        code = _mapping(self.details).get("error_code")
        return code if isinstance(code, str) else None

    @property
    def workspace_id(self) -> str | None:
        """The ``anthropic-workspace-id`` of the response, where it had one."""
        return self.headers.get("anthropic-workspace-id")


class BadRequestError(APIStatusError):
    """400: the API did not understand the request."""

    _status = 400


class AuthenticationError(APIStatusError):
    """401: the key is missing or wrong."""

    _status = 401


class PaymentRequiredError(APIStatusError):
    """402: the account has to be paid for first."""

    _status = 402


class PermissionDeniedError(APIStatusError):
    """403: the key may not do this."""

    _status = 403


class NotFoundError(APIStatusError):
    """404: there is no such model, path or object."""

    _status = 404


class RequestTimeoutError(APIStatusError):
    """408: the request did not arrive in time."""

    _status = 408


class ConflictError(APIStatusError):
    """409: the object is in use elsewhere."""

    _status = 409


class PreconditionFailedError(APIStatusError):
    """412: the object is not in the state that the request assumes."""

    _status = 412


class ContentTooLargeError(APIStatusError):
    """413: the request is larger than the API accepts."""

    _status = 413


RequestTooLargeError = ContentTooLargeError
"""The same class under its older name in the ``anthropic`` package."""


class UnprocessableEntityError(APIStatusError):
    """422: the API understood the request and cannot process it."""

    _status = 422


class RateLimitError(APIStatusError):
    """429: there were too many requests, or no quota is left."""

    _status = 429


class RequestHeaderFieldsTooLargeError(APIStatusError):
    """431: the headers are larger than the API accepts."""

    _status = 431


class ClientClosedRequestError(APIStatusError):
    """499: the server saw the connection closed before it answered."""

    _status = 499


class InternalServerError(APIStatusError):
    """5xx: the fault is the server's."""

    _status = 500


class HTTPNotImplementedError(InternalServerError):
    """501: the server does not have what was requested."""

    _status = 501


class ServiceUnavailableError(InternalServerError):
    """503: the server cannot answer now."""

    _status = 503


class GatewayTimeoutError(InternalServerError):
    """504: the answer took the API too long; a stream has more time."""

    _status = 504


DeadlineExceededError = GatewayTimeoutError
"""The same class under its older name in the ``anthropic`` package."""


class OverloadedError(InternalServerError):
    """529: the API has too much to do at the moment."""

    _status = 529


class APIResponseValidationError(APIError):
    """The API answered with success, but its body or stream is not the expected object."""


class SchemaError(StreamkitError, TypeError):
    """A type or schema cannot be a strict response format or tool; raised before any request."""

    def __init__(self, message: str, *, path: str = "") -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path
        """The place in the schema, as ``steps[].output``; empty for the whole."""


class ParseError(StreamkitError, ValueError):
    """The whole text does not fit the requested type; the cause is the validator's error.

    It is raised as well for an answer without any content, refusal and tool call.
    """

    def __init__(self, message: str, *, content: str) -> None:
        super().__init__(message)
        self.content = content
        """The whole text that the model wrote."""
        self.is_incomplete = False
        """Whether the text ended inside its JSON, as opposed to JSON that is wrong. Only
        ``parse_text`` says so: elsewhere a text that is cut short is an error of its own."""


class LengthFinishReasonError(StreamkitError):
    """The token limit ended an answer that was to be parsed."""

    def __init__(self, *, completion: Any) -> None:
        usage = getattr(completion, "usage", None)
        spent = f" - {usage!r}" if usage else ""
        super().__init__(f"Could not parse response content as the length limit was reached{spent}")
        self.partial = completion


class ContentFilterFinishReasonError(StreamkitError):
    """The content filter ended an answer that was to be parsed."""

    def __init__(self, *, completion: Any) -> None:
        super().__init__(
            "Could not parse response content as the request was rejected by the content filter"
        )
        self.partial = completion


class StreamTruncatedError(StreamkitError):
    """The stream ended before the answer did; ``partial`` holds what had arrived."""


class StreamDecodeError(StreamkitError):
    """The server sent a body that is no stream of JSON chunks."""

    def __init__(self, message: str, *, received: str | bytes = b"") -> None:
        text = received.decode("utf-8", "replace") if isinstance(received, bytes) else received
        quote = text if len(text) <= QUOTE_LIMIT else text[:QUOTE_LIMIT] + "…"
        super().__init__(f"{message}: {quote!r}" if quote else message)
        self.received = quote
        """The beginning of the body that came instead, at most ``QUOTE_LIMIT`` characters."""


class LimitExceededError(StreamDecodeError):
    """The server sent more than the client's ``Limits`` allow."""

    def __init__(self, limit: str, value: int, came: str, *, received: str | bytes = b"") -> None:
        super().__init__(f"{came}: more than Limits.{limit} = {value} allows", received=received)
        self.limit = limit
        """The name of the limit, as ``event_bytes``."""
        self.value = value
        """The value of the limit."""


class PollTimeoutError(StreamkitError, TimeoutError):
    """The polled object did not finish in the time allowed; its work continues."""

    def __init__(
        self, message: str, *, last: object = None, resource_id: str | None = None
    ) -> None:
        super().__init__(message)
        self.partial = last
        self.resource_id = resource_id

    @property
    def last(self) -> object:
        """The newest state, which is the ``partial``; None when there was no time for a request."""
        return self.partial


TimeLimit: TypeAlias = Literal["read", "first_content", "between_content", "total"]
"""The time limits of an open stream, by their names in ``Timeout``."""


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
        """The limit that was reached."""
        self.seconds = seconds
        """The limit's length in seconds."""


class TurnLimitError(StreamkitError):
    """A model called tools again after the last turn that was allowed; ``partial`` is its answer.

    The tools that it called have run, so a request with ``history`` can continue.
    """

    def __init__(self, *, limit: int, answer: object, history: Sequence[Any]) -> None:
        super().__init__(f"the model still calls tools after max_turns={limit} turns")
        self.limit = limit
        """The maximum number of turns."""
        self.partial = answer
        self.history: Sequence[Any] = history
        """The messages or input items so far, ready to be sent."""


class StreamClosedError(StreamkitError):
    """The stream was closed by its user before the answer ended."""


class TextWithheldError(StreamkitError):
    """A check refused a text, so ``gate`` ended the stream without emitting it."""

    def __init__(self, *, content: str) -> None:
        super().__init__("a check of `gate` refused a text of the answer; `content` has it")
        self.content = content
        """The text that the check refused."""


class SlowConsumerError(StreamkitError):
    """A consumer of a hub was too slow; the stream continues without it."""

    def __init__(self, *, limit: int, behind: int) -> None:
        super().__init__(f"the consumer fell {behind} events behind, and its limit is {limit}")
        self.limit = limit
        """The maximum number of events that may wait for the consumer."""
        self.behind = behind
        """The number of events that the consumer had not taken."""


def _mapping(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
