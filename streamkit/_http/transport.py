"""The part of a transport that never waits: it builds requests, and the errors of attempts.

The transports that send them are in ``_async`` and ``_sync``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import contextmanager
from functools import lru_cache
from math import inf
from typing import TYPE_CHECKING, Any, Generic

from msgspec import UNSET

from streamkit._http.client import AnyClient, Connections
from streamkit._http.config import ClientConfig, Timeout, timeouts
from streamkit._http.cookies import OwnCookies, forget_unsendable
from streamkit._http.errors import exchange_error
from streamkit._http.redaction import Secrets
from streamkit._http.request import Request, headers, query
from streamkit._http.retries import Attempts
from streamkit._rx.cancel_scope import time_left
from streamkit.errors import QUOTE_LIMIT, LimitExceededError, StreamkitError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping
    from contextlib import AbstractContextManager
    from typing import Self

    import httpx

    from streamkit._http.config import Timeouts
    from streamkit._http.connection import Connection
    from streamkit._http.upload import Form, Progress
    from streamkit._http.watch import Instrument

__all__ = ["Content", "Transport"]


_NO_HEADERS: Mapping[str, str] = {}
_NO_USUAL_HEADERS: tuple[tuple[str, bool, bool] | None, Mapping[str, str | None]] = None, {}


class Transport(ABC, Generic[AnyClient]):
    """A transport of any client, without what sends the requests."""

    instrument: Instrument | None = None
    """The instrument that follows the requests; that of the class follows those of all clients."""

    def __init__(self, config: ClientConfig, connections: Connections[AnyClient]) -> None:
        self.config = config
        self._connections = connections
        self._usual_headers = _NO_USUAL_HEADERS
        self.own_cookies: OwnCookies | None = None
        """The cookies in place of the HTTP client's, if the credentials have been changed."""

    @property
    def http_client(self) -> AnyClient:
        """The HTTP client that sends the requests."""
        client = self._connections.pool().client
        return client if self.own_cookies is None else self.own_cookies.of(client)

    @property
    def timeout(self) -> float | Timeouts | None:
        """The timeout of requests that have none of their own."""
        if self.config.timeout is not UNSET:
            return self.config.timeout
        given: Timeouts | None = getattr(self._connections.given, "timeout", None)
        if given is not None and set(given.as_dict().values()) != {_HTTPX_TIMEOUT}:
            return given
        return Timeout()

    def with_config(self, config: ClientConfig) -> Self:
        """Return a transport with another configuration and the same connections.

        With other credentials it has other cookies, because cookies may identify the former caller.
        """
        from copy import copy

        other = copy(self)
        other.config = config
        other._usual_headers = _NO_USUAL_HEADERS  # noqa: SLF001 - of this class
        if config.credentials != self.config.credentials:
            other.own_cookies = OwnCookies()
        return other

    def prepared(self, prepare: Callable[[AnyClient], object]) -> AbstractContextManager[None]:
        """Have ``prepare`` take each HTTP client, also those that are made in the block."""
        cookies = self.own_cookies
        if cookies is None:
            return self._connections.prepared(prepare)
        return self._connections.prepared(lambda client: prepare(cookies.of(client)))

    def attempts(self, request: Request) -> Attempts:
        """Return the attempts at ``request``, which count them and decide about the next one."""
        return Attempts(request, self._max_retries(request))

    def time_limits(self, request: Request) -> Timeout | None:
        """Return the time limits of the request, or None if httpx can keep all of them."""
        timeout = self.config.timeout if request.timeout is UNSET else request.timeout
        return timeout if isinstance(timeout, Timeout) and timeout.limits_content else None

    def _max_retries(self, request: Request) -> int:
        retries = request.max_retries
        if request.upload and not request.upload.repeatable:
            retries = 0
        return self.config.max_retries if retries is None else retries

    @contextmanager
    def _built(
        self, request: Request, content: bytes | None, api_key: object
    ) -> Generator[tuple[httpx.Request, Form | None]]:
        """Yield the request of one attempt and its form; the form's file is open meanwhile."""
        if request.upload is None:
            yield self._build(request, content, api_key), None
            return
        with request.upload.opened() as form:
            encoded = self._build_by_client(request.method, self.config.base_url, **form)
            sent = self._form(encoded, request.upload.on_progress)
            yield self._build(request, sent, api_key, sent.headers), sent

    @abstractmethod
    def _form(self, encoded: httpx.Request, on_progress: Progress | None) -> Form:
        """Return the form to send in place of ``encoded``."""

    def _build(
        self,
        request: Request,
        content: bytes | Form | None,
        api_key: object,
        of_content: Mapping[str, str] = _NO_HEADERS,
    ) -> httpx.Request:
        named = {**self._headers(request, api_key), **of_content}
        built = self._build_by_client(
            request.method,
            f"{self.config.base_url}/{request.path.lstrip('/')}",
            params=query(request, self.config),
            headers={name: value for name, value in named.items() if value is not None},
            content=content,
            extensions={"timeout": self._timeouts(request)},
        )
        for name, value in named.items():
            if value is None and name in built.headers:
                del built.headers[name]
        Secrets(built).follow(built)
        return built

    def _headers(self, request: Request, api_key: object) -> Mapping[str, str | None]:
        """Return the headers of a request; those of the client alone are made once."""
        if request.headers or request.upload or not isinstance(api_key, str):
            return headers(request, self.config, api_key)
        kind = (api_key, request.stream, request.json is UNSET)
        known, named = self._usual_headers
        if known != kind:
            named = headers(request, self.config, api_key)
            self._usual_headers = kind, named
        return named

    def _build_by_client(self, method: str, url: str, **options: Any) -> httpx.Request:
        client = self.http_client
        forget_unsendable(client)
        try:
            # A given client may be of another library, whose URLs are of another class.
            parsed = url if self._connections.is_given else _parsed(url)
            built: httpx.Request = client.build_request(method, parsed, **options)
        except StreamkitError:
            raise
        except Exception as error:  # noqa: BLE001 - its message may quote a secret
            kind = type(error).__name__
        else:
            return built
        raise StreamkitError(
            f"The request cannot be built ({kind}): base_url, a query parameter or a field of the"
            " form is nothing that HTTP can carry"
        )

    def _failure(
        self,
        error: Exception,
        request: httpx.Request,
        form: Form | None,
        connection: Connection,
    ) -> Exception:
        """Return the error to raise for an ``error`` of an attempt."""
        connection.leave()
        if form is not None and form.failure is not None:
            error = form.failure
        elif not isinstance(error, StreamkitError):
            cut = connection.is_cut
            error = connection.closed_error() if cut else exchange_error(error, request)
        return Secrets.of_request(request).taken_from(error)

    def _timeouts(self, request: Request) -> dict[str, float | None]:
        # A client that was given has steps that cannot be cut in a thread, so none may take longer
        # than the time that is left.
        steps, left = self._given_timeouts(request), time_left()
        if left == inf:
            return steps
        return {
            name: left if seconds is None else min(left, seconds) for name, seconds in steps.items()
        }

    def _given_timeouts(self, request: Request) -> dict[str, float | None]:
        return timeouts(self.timeout if request.timeout is UNSET else request.timeout)


class Content:
    """The body of a response, up to its limit in bytes."""

    def __init__(self, config: ClientConfig, request: Request) -> None:
        self.taken = bytearray()
        """The bytes that have arrived."""
        self._name = "file_bytes" if request.fetches_file else "response_bytes"
        self._limit: int = getattr(config.limits, self._name)

    def add(self, chunk: bytes) -> None:
        """Append ``chunk``; raise ``LimitExceededError`` when the body exceeds its limit."""
        self.taken += chunk
        if len(self.taken) > self._limit:
            begin = bytes(self.taken[:QUOTE_LIMIT])
            raise LimitExceededError(
                self._name, self._limit, "the response is too large", received=begin
            )


@lru_cache(maxsize=256)
def _parsed(url: str) -> httpx.URL:
    """Return a URL as httpx has it; most requests of a program are to the same few."""
    import httpx

    return httpx.URL(url)


_HTTPX_TIMEOUT = 5.0
"""The seconds that httpx allows each phase by default; a client with these was given no timeout."""
