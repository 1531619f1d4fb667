# Made from ../_async/transport.py by .ci/unasync.py: change it there.
"""One attempt at an exchange with the API: build the request, send it, check the status."""

from __future__ import annotations

from contextlib import closing, suppress
from typing import TYPE_CHECKING

from streamkit._http.client import HTTPClient, SyncConnections
from streamkit._http.closing import close_let_go, close_to_the_end, closed
from streamkit._http.content_coding import CodingError, unpacked
from streamkit._http.errors import (
    ERROR_BODY_LIMIT,
    detached,
    forget_request,
    library_of,
    status_error,
)
from streamkit._http.redirects import Redirects
from streamkit._http.sending import key_of, unless_cut
from streamkit._http.transport import Content, Transport
from streamkit._rx.cancel_scope import BackOff

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from streamkit._http.config import ClientConfig
    from streamkit._http.connection import Connection
    from streamkit._http.request import Request
    from streamkit._http.upload import Progress, SyncForm

__all__ = ["SyncTransport"]


class SyncTransport(Transport[HTTPClient]):
    """The transport of a client that blocks.

    It uses a given ``http_client`` without closing it. A given ``sleep`` waits between attempts.
    """

    def __init__(
        self,
        config: ClientConfig,
        http_client: HTTPClient | None = None,
        *,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        if http_client is not None and not hasattr(http_client, "close"):
            raise TypeError("http_client must be like httpx.Client: this one has no close()")
        self._connections: SyncConnections
        super().__init__(config, SyncConnections(http_client))
        self._sleep = sleep

    def attempt(self, request: Request, content: bytes | None, *, whole: bool) -> httpx.Response:
        """Send the request once, with ``content`` as its encoded body; return the response.

        With ``whole`` the response's body is read; without, the caller must close the response.
        """
        pool = self._connections.pool()
        close_let_go(pool)
        connection = self._connections.new(pool)
        with self._built(request, content, key_of(self.config)) as (built, form):
            connection.follow(built)
            try:
                response = self._answer(request, built, connection, whole=whole)
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

    def wait(self, seconds: float) -> None:
        """Wait between two attempts; raise ``StreamClosedError`` if the wait is cut."""
        back_off = BackOff()
        self._connections.waits(back_off)
        (self._sleep or back_off.wait)(seconds)

    def close(self) -> None:
        """Close the connections and end all exchanges, unless the HTTP client was given."""
        self._connections.close()

    def _form(self, encoded: httpx.Request, on_progress: Progress | None) -> SyncForm:
        from streamkit._http.upload import SyncForm

        return SyncForm(encoded, on_progress)

    def _answer(
        self, request: Request, built: httpx.Request, connection: Connection, *, whole: bool
    ) -> httpx.Response:
        response = unless_cut(connection, self._exchange, built)
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
            self._connections.answered(response)
            try:
                following = redirects.after(response)
            except BaseException:
                close_to_the_end(response)
                raise
            if following is None:
                return response
            self._beginning(response)
            request = following

    def _whole(self, response: httpx.Response, request: Request) -> bytes:
        content = Content(self.config, request)
        with closed(response), closing(unpacked(response)) as chunks:
            for chunk in chunks:
                content.add(chunk)
        return bytes(content.taken)

    def _beginning(self, response: httpx.Response) -> bytes:
        content = bytearray()
        with suppress(library_of(response).RequestError, CodingError):
            _fill(content, response)
        return bytes(content[:ERROR_BODY_LIMIT])


def _fill(content: bytearray, response: httpx.Response) -> None:
    """Append the body of an error to ``content``, until that has enough of it."""
    with closed(response), closing(unpacked(response)) as chunks:
        for chunk in chunks:
            content += chunk
            if len(content) >= ERROR_BODY_LIMIT:
                break
