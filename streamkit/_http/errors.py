"""The translation of HTTP failures: the transport's errors and the API's statuses become ours."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any, cast

from streamkit._core.decoding import loads
from streamkit._http.charset import charset
from streamkit._http.content_coding import CodingError, HalfPackedError
from streamkit._http.environment import proxy_variables
from streamkit._http.redaction import Secrets
from streamkit.errors import (
    QUOTE_LIMIT,
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    ClientClosedRequestError,
    ConflictError,
    ContentTooLargeError,
    GatewayTimeoutError,
    HTTPNotImplementedError,
    InternalServerError,
    NotFoundError,
    OverloadedError,
    PaymentRequiredError,
    PermissionDeniedError,
    PreconditionFailedError,
    RateLimitError,
    RequestHeaderFieldsTooLargeError,
    RequestTimeoutError,
    ServiceUnavailableError,
    StreamDecodeError,
    StreamkitError,
    StreamTimeoutError,
    StreamTruncatedError,
    UnprocessableEntityError,
)
from streamkit.errors._request_id import request_id_in

if TYPE_CHECKING:
    from types import ModuleType

    import httpx

__all__ = [
    "ERROR_BODY_LIMIT",
    "body_error",
    "coded",
    "detached",
    "exchange_error",
    "forget_request",
    "library_of",
    "status_error",
    "status_kind",
]

ERROR_BODY_LIMIT = 1 << 16
"""The number of bytes of an error's body that are read."""


def library_of(instance: object) -> ModuleType:
    """Return the HTTP library that ``instance``'s class comes from: httpx, or one built like it.

    Each library has its own exception classes, with the same names.
    """
    for base in type(instance).__mro__:
        module = sys.modules.get(base.__module__.partition(".")[0])
        if module is not None and hasattr(module, "TransportError"):
            return module
    return importlib.import_module("httpx")


def exchange_error(error: Exception, request: httpx.Request) -> APIError:
    """Return our error for an ``error`` of the HTTP client before a whole response came.

    Some errors are not the library's own: transports pass on those that they do not know.
    """
    library, host = library_of(error), _host(request)
    if isinstance(error, library.TimeoutException | TimeoutError):
        return APITimeoutError(f"Request to {host} timed out ({_said(error)})")
    if isinstance(error, library.TransportError | OSError | EOFError) or _is_of_network(error):
        proxies = proxy_variables(request.url)
        by = f", or to the proxy that {proxies} names," if proxies else ""
        return APIConnectionError(f"Connection to {host}{by} failed ({_said(error)})")
    if isinstance(error, CodingError | library.DecodingError):
        return APIResponseValidationError(f"{host} sent garbled data ({_said(error)})")
    if isinstance(error, UnicodeError):
        return APIError(
            f"Request to {host} was not sent: there can be no such host, or proxy ({_said(error)})"
        )
    return APIError(f"Request to {host} came to no answer ({_said(error)})")


def body_error(error: Exception, response: httpx.Response) -> StreamkitError:
    """Return our error for an ``error`` of the HTTP client in the middle of a body."""
    library, host = library_of(error), _host(response.request)
    if isinstance(error, library.TimeoutException | TimeoutError):
        phases: dict[str, float | None] = response.request.extensions.get("timeout", {})
        return StreamTimeoutError(
            f"{host} fell silent in the middle of its answer ({_said(error)})",
            limit="read",
            seconds=phases.get("read"),
            request_id=request_id_in(response.headers),
        )
    if isinstance(error, CodingError | library.DecodingError) and not isinstance(
        error, HalfPackedError
    ):
        return StreamDecodeError(f"{host} sent garbled data ({_said(error)})")
    return StreamTruncatedError(f"{host} broke off in the middle of its answer ({_said(error)})")


def status_error(response: httpx.Response, content: bytes) -> APIStatusError:
    """Return the error for the response's status, with the message in ``content``, its body."""
    response = detached(response, content)
    text = response.text.strip()
    body = _error_object(text)
    message = _message(body) or text[:QUOTE_LIMIT]
    status = response.status_code
    error = coded(
        status_kind(status) or APIStatusError,
        f"Error code: {status} - {message}" if message else f"Error code: {status}",
        response,
        body,
    )
    if status == 404 and (hint := _misplaced(response.request.url.path)):
        error.add_note(hint)
    return error


def _misplaced(path: str) -> str:
    """Return what is odd about the base URL of a request for a path; nothing if nothing is."""
    if path.startswith(_UNVERSIONED):
        return "base_url has no path; that of most APIs ends with /v1"
    if path.endswith(_TWICE):
        return "base_url has the path of a resource; that of most APIs ends with /v1"
    return ""


def coded(
    kind: type[APIStatusError], message: str, response: httpx.Response | None, body: object
) -> APIStatusError:
    """Return an error of a class, or of the class for the code in its details, if there is one."""
    error = kind(message, response=response, body=body)
    if (code := error.error_code) is not None:
        from streamkit.errors._by_code import of_code

        if (known := of_code(kind, code)) is not kind:
            return known(message, response=response, body=body)
    return error


def status_kind(status: object) -> type[APIStatusError] | None:
    """Return the class of the error for a status; None for any other value."""
    if not isinstance(status, int) or not 400 <= status < 600:
        return None
    return _BY_STATUS.get(status, InternalServerError if status >= 500 else APIStatusError)


def detached(response: httpx.Response, content: bytes) -> httpx.Response:
    """Return the response with its decoded body, without connection and request headers.

    Callers may keep a response, and may log an error that carries one or send it to a tracker.
    """
    framing = {b"content-encoding", b"content-length", b"transfer-encoding"}
    alone = type(response)(
        response.status_code,
        # As bytes: a server's headers need not be ASCII, and httpx would not encode others again.
        headers=[pair for pair in response.headers.raw if pair[0].lower() not in framing],
        content=content,
        request=_bare(response.request),
    )
    alone.encoding = charset(response.headers.get("content-type", ""), content)
    Secrets.of(response).follow(alone.request)
    return alone


def forget_request(response: httpx.Response) -> None:
    """Remove the request's headers and body from a response that is passed to the caller."""
    extensions = response.request.extensions
    response.request = _bare(response.request)
    response.request.extensions = extensions


_UNVERSIONED = ("/chat/", "/files", "/models", "/responses", "/threads", "/vector_stores")
"""The beginnings of the paths of OpenAI's API, without its version."""
_TWICE = ("/completions/chat/completions", "/responses/responses", "/messages/v1/messages")
"""The ends of the paths of requests if the base URL is an address of a resource."""
_BY_STATUS: dict[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    402: PaymentRequiredError,
    403: PermissionDeniedError,
    404: NotFoundError,
    408: RequestTimeoutError,
    409: ConflictError,
    412: PreconditionFailedError,
    413: ContentTooLargeError,
    422: UnprocessableEntityError,
    429: RateLimitError,
    431: RequestHeaderFieldsTooLargeError,
    499: ClientClosedRequestError,
    501: HTTPNotImplementedError,
    503: ServiceUnavailableError,
    504: GatewayTimeoutError,
    529: OverloadedError,
}


def _error_object(text: str) -> Any:
    try:
        body = loads(text)
    except ValueError:
        return text or None
    if text.startswith("[") and body:  # Google's servers send a list with one error
        body = body[0]
    error: Any = _fields(body).get("error")
    return error if isinstance(error, str) or _fields(error) else body


def _message(error: Any) -> str:
    if isinstance(error, str):
        return error[:QUOTE_LIMIT]
    said = _fields(error).get("message") or _fields(error).get("detail") or ""
    if not isinstance(said, str):
        import json

        said = json.dumps(said, separators=(",", ":"))
    return said[:QUOTE_LIMIT]


def _fields(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _is_of_network(error: Exception) -> bool:
    """Return whether ``error`` is a lower package's that the HTTP client did not translate."""
    raised_in = type(error).__module__
    if isinstance(error, RuntimeError):  # some raise just this for a closed connection
        import traceback

        for frame, _ in traceback.walk_tb(error.__traceback__):
            raised_in = str(frame.f_globals.get("__name__"))
    return raised_in.partition(".")[0] in {"aiohttp", "anyio", "h11", "h2", "httpcore"}


def _bare(request: httpx.Request) -> httpx.Request:
    url = request.url
    if url.query:
        url = url.copy_with(query=None)  # which parses all of it again
    return type(request)(request.method, url)


def _host(request: httpx.Request) -> str:
    return request.url.netloc.decode("ascii")


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:QUOTE_LIMIT] if str(error) else type(error).__name__
