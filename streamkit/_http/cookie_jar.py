"""The jar of an HTTP client of ours, which rejects cookies that cannot be sent."""

from __future__ import annotations

from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any

from streamkit._http.cookies import is_sendable

if TYPE_CHECKING:
    from http.cookiejar import Cookie

__all__ = ["new_jar"]


def new_jar() -> CookieJar:
    """Return an empty jar that rejects cookies with a letter outside ASCII."""
    return CookieJar(_Sendable())


class _Sendable(DefaultCookiePolicy):
    def set_ok(self, cookie: Cookie, request: Any) -> bool:
        return is_sendable(cookie) and super().set_ok(cookie, request)
