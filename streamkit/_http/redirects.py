"""Redirects, followed as by the HTTP client, but without sending credentials to another host.

Strategy: httpx removes no header but ``Authorization`` when a redirect leads to another host, and
sends that host the whole body. So httpx's own following is turned off, and the next request that it
proposes is checked first. For a client that does not follow redirects, none is followed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit._http.credentials import without_credentials
from streamkit._http.errors import library_of
from streamkit.errors import APIError
from streamkit.errors._request_id import request_id_in

if TYPE_CHECKING:
    import httpx

__all__ = ["Redirects"]


class Redirects:
    """The redirects of one request."""

    def __init__(self, client: Any, request: httpx.Request) -> None:
        self._client = client
        self._origin = request.url
        self._left = int(client.max_redirects) if getattr(client, "follow_redirects", False) else -1
        self.options: dict[str, Any] = {"follow_redirects": False} if self._left >= 0 else {}
        """The options with which the HTTP client must send each request."""

    def after(self, response: httpx.Response) -> httpx.Request | None:
        """Return the request to which ``response`` redirects, or None if it does not.

        Raises ``APIError`` if a body would go to another host, and httpx's ``TooManyRedirects``.
        """
        following = None if self._left < 0 else response.next_request
        if following is None:
            return None
        if self._left == 0:
            raise library_of(self._client).TooManyRedirects(
                "Exceeded maximum allowed redirects.", request=following
            )
        self._left -= 1
        if not _is_same_server(self._origin, following.url):
            here, there = (url.netloc.decode("ascii") for url in (self._origin, following.url))
            if _has_body(following):
                raise APIError(
                    f"{here} redirects to {there}, another server, which was not sent the request:"
                    " if it is to be trusted, give its address as base_url",
                    request_id=request_id_in(response.headers),
                )
            without_credentials(following)
            self.options["auth"] = None
        return following


def _is_same_server(origin: httpx.URL, url: httpx.URL) -> bool:
    ours, theirs = ((at.scheme, at.host, at.port or _PORTS.get(at.scheme)) for at in (origin, url))
    return ours == theirs or (
        (ours[0], ours[2], theirs[0], theirs[2]) == ("http", 80, "https", 443)
        and ours[1] == theirs[1]
    )


_PORTS = {"http": 80, "https": 443}


def _has_body(request: httpx.Request) -> bool:
    return (
        request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers
    )
