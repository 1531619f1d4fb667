"""The httpx clients that we make, which leave out work of httpx that changes nothing."""

# Strategy: httpx copies a response's headers and its request for the cookie jar, which mostly finds
# no cookie there. It merges its own headers into each request, and ours then replace all but one.

from __future__ import annotations

from typing import Any

import httpx

__all__ = ["LeanAsyncClient", "LeanClient"]

_ALWAYS_OURS = ("accept", "accept-encoding", "user-agent")
"""The headers that each request of ours has, or leaves out on purpose."""


class _Cookies(httpx.Cookies):
    """The cookies of a client, which look at a response only if it sets one."""

    def extract_cookies(self, response: httpx.Response) -> None:
        if "set-cookie" in response.headers:
            super().extract_cookies(response)


class _Lean:
    """A client whose requests have all their headers already.

    Its cookies stand in place of httpx's, which are of no class that can be given.
    """

    _lean_cookies: _Cookies

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.cookies = options["cookies"]
        client: Any = self  # the class beside this one has the headers
        for name in _ALWAYS_OURS:
            del client.headers[name]

    @property
    def cookies(self) -> httpx.Cookies:
        """The cookies that the client sends."""
        return self._lean_cookies

    @cookies.setter
    def cookies(self, cookies: Any) -> None:
        self._lean_cookies = _Cookies(cookies)


class LeanClient(_Lean, httpx.Client):
    """An ``httpx.Client`` whose requests have all their headers already."""


class LeanAsyncClient(_Lean, httpx.AsyncClient):
    """An ``httpx.AsyncClient`` whose requests have all their headers already."""
