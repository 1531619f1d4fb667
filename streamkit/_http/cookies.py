"""Cookies: those of one key are sent with no other key, and unsendable ones are not kept.

httpx accepts a cookie with a letter outside ASCII from a server, and then fails to send any request
with it. The jars of this library reject such a cookie (``cookie_jar.py``). The jar of a client that
was given keeps its own rules, so such a cookie is removed from it before the next request is built.
One case remains: httpx builds the request that follows a redirect before it returns the response.
So with a client that was given, a redirect that itself sets such a cookie fails.
"""

from __future__ import annotations

import weakref
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from http.cookiejar import Cookie

__all__ = ["OwnCookies", "forget_unsendable", "is_sendable"]

C = TypeVar("C")


class OwnCookies:
    """The copies of HTTP clients that have the same connections, and cookies of their own."""

    def __init__(self) -> None:
        self._copies: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()

    def of(self, client: C) -> C:
        """Return the copy of ``client`` that has cookies of its own."""
        if client not in self._copies:
            from copy import copy

            fresh: Any = copy(client)
            if hasattr(fresh, "cookies"):
                from streamkit._http.cookie_jar import new_jar

                fresh.cookies = new_jar()
            self._copies.setdefault(client, fresh)
        own: C = self._copies[client]
        return own


def forget_unsendable(client: object) -> None:
    """Remove the cookies that cannot be sent from the jar of ``client``, if it has one."""
    jar: Any = getattr(getattr(client, "cookies", None), "jar", ())
    for cookie in [*jar]:
        if not is_sendable(cookie):
            with suppress(KeyError):  # another thread has removed it
                jar.clear(cookie.domain, cookie.path, cookie.name)


def is_sendable(cookie: Cookie) -> bool:
    """Return whether the name and the value of ``cookie`` are ASCII."""
    return cookie.name.isascii() and (cookie.value or "").isascii()
