"""One attempt at an exchange with the API: build the request, send it, check the status."""

from __future__ import annotations

from contextlib import closing, contextmanager, suppress
from copy import copy
from math import inf
from typing import TYPE_CHECKING, Any, ClassVar, Generic

from msgspec import UNSET

from streamkit._http.client import (
    AnyClient,
    Connections,
    HTTPClient,
    Pool,
    new_client,
)
from streamkit._http.config import CONNECT_TIMEOUT, READ_TIMEOUT, ClientConfig, Timeout, timeouts
from streamkit._http.content_coding import CodingError, unpacked
from streamkit._http.cookies import OwnCookies, keep_sendable
from streamkit._http.errors import (
    ERROR_BODY_LIMIT,
    detached,
    exchange_error,
    forget_request,
    library_of,
    status_error,
)
from streamkit._http.given import answered
from streamkit._http.redaction import Secrets
from streamkit._http.redirects import Redirects
from streamkit._http.request import Request, headers, query
from streamkit._http.retries import Attempts
from streamkit._http.upload import Form, SyncForm
from streamkit._rx.cancel_scope import BackOff, time_left, watch
from streamkit.errors import QUOTE_LIMIT, LimitExceededError, StreamkitError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import Self

    import httpx

    from streamkit._http.connection import Connection

__all__ = ["Content", "SyncTransport", "Transport"]


class Transport(Generic[AnyClient]):
    """The part of a transport that never waits: it builds requests, and the errors of attempts."""

    _form: ClassVar[type[Form]]

    def __init__(self, config: ClientConfig, connections: Connections[AnyClient]) -> None:
        self.config = config
        self._connections = connections
        self.own_cookies: OwnCookies | None = None
        """The cookies in place of the HTTP client's, if the credentials have been changed."""

    @property
    def http_client(self) -> AnyClient:
        """The HTTP client that sends the requests."""
        client = self._connections.pool().client
        return client if self.own_cookies is None else self.own_cookies.of(client)

    def with_config(self, config: ClientConfig) -> Self:
        """Return a transport with another configuration and the same connections.

        With other credentials it has other cookies, because cookies may identify the former caller.
        """
        other = copy(self)
        other.config = config
        if config.credentials != self.config.credentials:
            other.own_cookies = OwnCookies()
        return other

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
            yield self._build(request, sent, api_key), sent

    def _build(
        self, request: Request, content: bytes | Form | None, api_key: object
    ) -> httpx.Request:
        named = headers(request, self.config, api_key)
        if isinstance(content, Form):
            named |= content.headers
        built = self._build_by_client(
            request.method,
            f"{self.config.base_url}/{request.path.lstrip('/')}",
            params=query(request, self.config),
            headers={name: value for name, value in named.items() if value is not None},
            content=content,
            extensions={"timeout": self._timeouts(request)},
        )
        for name, value in named.items():
            if value is None:
                built.headers.pop(name, None)
        Secrets(built).follow(built)
        return built

    def _build_by_client(self, *args: Any, **kwargs: Any) -> httpx.Request:
        client = self.http_client
        keep_sendable(client)
        try:
            built: httpx.Request = client.build_request(*args, **kwargs)
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
        for timeout in (request.timeout, self.config.timeout):
            if timeout is not UNSET:
                return timeouts(timeout)
        given = getattr(self.http_client, "timeout", None)
        if given is not None and set(given.as_dict().values()) != {_HTTPX_TIMEOUT}:
            return timeouts(given)
        return {**timeouts(READ_TIMEOUT), "connect": CONNECT_TIMEOUT}


class SyncTransport(Transport[HTTPClient]):
    """A transport that sends requests and blocks; threads may share it.

    It uses a given ``http_client`` without closing it. A given ``sleep`` waits between attempts.
    """

    _form = SyncForm

    def __init__(
        self,
        config: ClientConfig,
        http_client: HTTPClient | None = None,
        *,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        if http_client is not None and not hasattr(http_client, "close"):
            raise TypeError("http_client must be like httpx.Client: this one has no close()")
        super().__init__(config, Connections(http_client, new_client))
        self._sleep = sleep

    def attempt(self, request: Request, content: bytes | None, *, whole: bool) -> httpx.Response:
        """Send the request once, with ``content`` as its encoded body; return the response.

        With ``whole`` the response's body is read; without, the caller must close the response.
        """
        return self._attempt(request, content, whole=whole)

    def wait(self, seconds: float) -> None:
        """Wait between two attempts; raise ``StreamClosedError`` if the wait is cut."""
        back_off = BackOff()
        watch(back_off)
        self._connections.waits(back_off)
        (self._sleep or back_off.wait)(seconds)

    def _timeouts(self, request: Request) -> dict[str, float | None]:
        # A client that was given has steps that cannot be cut, so none may take longer than the
        # time that is left.
        steps, left = super()._timeouts(request), time_left()
        if left == inf:
            return steps
        return {
            name: left if seconds is None else min(left, seconds) for name, seconds in steps.items()
        }

    def close(self) -> None:
        """Close the connections and end all exchanges, unless the HTTP client was given."""
        for pool in self._connections.retire():
            _close_what_was_let_go(pool)
            if not self._connections.is_given:
                pool.client.close()

    def _attempt(self, request: Request, content: bytes | None, *, whole: bool) -> httpx.Response:
        pool = self._connections.pool()
        _close_what_was_let_go(pool)
        connection = self._connections.new(pool)
        watch(connection)
        with self._built(request, content, self._api_key()) as (built, form):
            connection.follow(built)
            try:
                response = self._answer(request, built, whole=whole)
            except Exception as error:  # noqa: BLE001 - no foreign error must leave
                failure = self._failure(error, built, form, connection)
            else:
                if whole:
                    connection.leave()
                return response
            try:
                raise failure  # outside the `except`, else the foreign error is its context
            finally:
                del failure  # else the error and this frame would hold each other

    def _answer(self, request: Request, built: httpx.Request, *, whole: bool) -> httpx.Response:
        response = self._exchange(built)
        if not response.is_success:
            raise status_error(response, self._beginning(response))
        if whole:
            return detached(response, self._whole(response, request))
        forget_request(response)
        return response

    def _exchange(self, request: httpx.Request) -> httpx.Response:
        redirects = Redirects(self.http_client, request)
        while True:
            response: httpx.Response = self.http_client.send(
                request, stream=True, **redirects.options
            )
            answered(response)  # the socket is known now, also for a body that is read here
            self._connections.answered(response)
            try:
                following = redirects.after(response)
            except BaseException:
                response.close()
                raise
            if following is None:
                return response
            self._beginning(response)
            request = following

    def _whole(self, response: httpx.Response, request: Request) -> bytes:
        content = Content(self.config, request)
        with closing(response), closing(unpacked(response)) as chunks:
            for chunk in chunks:
                content.add(chunk)
        return bytes(content.taken)

    def _beginning(self, response: httpx.Response) -> bytes:
        content = bytearray()
        with (
            suppress(library_of(response).RequestError, CodingError),
            closing(response),
            closing(unpacked(response)) as chunks,
        ):
            for chunk in chunks:
                content += chunk
                if len(content) >= ERROR_BODY_LIMIT:
                    break
        return bytes(content[:ERROR_BODY_LIMIT])

    def _api_key(self) -> object:
        key = self.config.api_key
        return key if isinstance(key, str) else key()


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


def _close_what_was_let_go(pool: Pool[Any]) -> None:
    with suppress(IndexError):  # another thread may have taken the last one
        while pool.let_go:
            pool.let_go.popleft()()


_HTTPX_TIMEOUT = 5.0
"""The seconds that httpx allows each phase by default; a client with these was given no timeout."""
