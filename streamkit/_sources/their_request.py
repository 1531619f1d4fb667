"""The requests that another package's client sends for us, by its public methods.

Those are ``get``, ``post`` and ``delete``, which its documentation has for requests of one's own.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from streamkit._http.connection import Connection
from streamkit._http.errors import library_of
from streamkit._sources.their_errors import TheirSecrets, error_library

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

__all__ = ["TheirRequests"]

_THEIRS = {"connection", "content-length", "content-type", "host", "user-agent"}
"""The headers that the client itself sets."""


class TheirRequests:
    """A client of another package, and the translation between its requests and ours."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._http = library_of(client.base_url)
        self._errors = error_library(client)

    @property
    def timeout(self) -> Any:
        """The limits of time that the client has, as ``httpx.Timeout``."""
        timeout = self._client.timeout
        return timeout if hasattr(timeout, "as_dict") else self._http.Timeout(timeout)

    def build_request(self, method: str, url: str, **options: Any) -> httpx.Request:
        """Return a request of the HTTP library that the client uses."""
        request: httpx.Request = self._http.Request(method, url, **options)
        return request

    def call(self, request: httpx.Request) -> tuple[Callable[..., Any], dict[str, Any]]:
        """Return the method of the client that sends a request, and its arguments."""
        # Our side makes another attempt where one may help, so that the wait can be cut short.
        options: dict[str, Any] = {
            "headers": {
                name: value for name, value in request.headers.items() if name not in _THEIRS
            },
            "timeout": self._http.Timeout(**request.extensions["timeout"]),
            "max_retries": 0,
        }
        arguments: dict[str, Any] = {"cast_to": self._http.Response, "options": options}
        path = self._path(request)
        if request.method == "GET":
            arguments["path"] = path
            arguments["stream"] = True
        else:
            arguments["path"], _, query = path.partition("?")
            if query:
                options["params"] = dict(request.url.params)
            if request.content:
                arguments["body"] = json.loads(request.content)
            if request.method == "POST":
                arguments["stream"] = True
        # Until the client has made its own request, this one leads to its errors.
        TheirSecrets(None, self._errors).follow(request)
        return getattr(self._client, request.method.lower()), arguments

    def answered(self, request: httpx.Request, response: httpx.Response) -> httpx.Response:
        """Return the response, attached to what follows our request."""
        theirs = response.request
        theirs.extensions.setdefault("timeout", request.extensions["timeout"])
        Connection.of(request).follow(theirs)
        self._follow(request, theirs)
        return response

    def failed(self, request: httpx.Request, error: Exception) -> httpx.Response:
        """Return the response that an error of the client has, or raise the error behind it."""
        response: Any = getattr(error, "response", None)
        if not getattr(response, "is_success", True):
            return self.answered(request, response)
        if theirs := getattr(error, "request", None):
            self._follow(request, theirs)
        names = {base.__name__ for base in type(error).__mro__}
        behind = error.__cause__
        if "APIConnectionError" in names and isinstance(behind, Exception):
            raise behind
        raise error

    def _follow(self, request: httpx.Request, theirs: httpx.Request) -> None:
        secrets = TheirSecrets(theirs, self._errors)
        secrets.follow(request)
        secrets.follow(theirs)

    def _path(self, request: httpx.Request) -> str:
        """Return the path of a request below the base URL, and its query."""
        base: str = self._http.URL(str(self._client.base_url)).raw_path.decode("ascii")
        path = request.url.raw_path.decode("ascii")
        return path.removeprefix(base.partition("?")[0].rstrip("/"))
