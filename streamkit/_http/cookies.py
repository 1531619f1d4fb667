"""Cookies: those of one key are sent with no other key, and unsendable ones are not kept."""

from __future__ import annotations

import weakref
from copy import copy
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from http.cookiejar import Cookie, CookiePolicy

__all__ = ["OwnCookies", "keep_sendable"]

C = TypeVar("C")


class OwnCookies:
    """The copies of HTTP clients that have the same connections, and cookies of their own."""

    def __init__(self) -> None:
        self._copies: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()

    def of(self, client: C) -> C:
        """Return the copy of ``client`` that has cookies of its own."""
        if client not in self._copies:
            fresh: Any = copy(client)
            if hasattr(fresh, "cookies"):
                fresh.cookies = None  # httpx then makes a new jar
            self._copies.setdefault(client, fresh)
        own: C = self._copies[client]
        return own


def keep_sendable(client: object) -> None:
    """Make ``client`` reject cookies with a letter outside ASCII.

    httpx accepts such a cookie from a server, and then fails to send that server any request.
    """
    policy = getattr(getattr(getattr(client, "cookies", None), "jar", None), "_policy", None)
    if policy is not None and not isinstance(policy.set_ok, partial):
        policy.set_ok = partial(_set_ok, policy)


def _set_ok(policy: CookiePolicy, cookie: Cookie, request: Any) -> bool:
    sendable = cookie.name.isascii() and (cookie.value or "").isascii()
    return sendable and type(policy).set_ok(policy, cookie, request)
