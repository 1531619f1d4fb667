"""What the environment says of proxies and certificates, and the errors that it leads to."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar
from urllib.request import getproxies_environment, proxy_bypass

from streamkit.errors import OpenAIError

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

__all__ = ["made", "proxy_variables"]

C = TypeVar("C")

_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


def made(make: Callable[[], C]) -> C:
    """The HTTP client that ``make`` makes; ``OpenAIError`` when the environment prevents that."""
    try:
        return make()
    except Exception as error:  # noqa: BLE001 - httpx has no error of its own for it
        failure = _failure(error)
    raise failure


def proxy_variables(url: httpx.URL) -> str:
    """The names of the variables by which a request to ``url`` may go by a proxy; mostly none."""
    proxies = getproxies_environment()
    if proxy_bypass(url.host) or not {url.scheme, "all"} & proxies.keys():
        return ""
    return _set(f"{url.scheme.upper()}_PROXY", "ALL_PROXY")


def _failure(error: Exception) -> OpenAIError:
    if isinstance(error, OSError):
        names, what = _set(*_CERTIFICATES), "certificates"
    else:
        names, what = _set(*_PROXIES, "NO_PROXY"), "proxies"
    said = f"{type(error).__name__}"
    if isinstance(error, OSError | ImportError):  # others quote an address, and its password
        said += f": {error}"
    where = f"; look at the environment variables for {what}: {names}" if names else ""
    return OpenAIError(f"No HTTP client can be made ({said}){where}")


def _set(*names: str) -> str:
    """Those that are set, in either case."""
    return ", ".join(
        name for pair in names for name in (pair, pair.lower()) if os.environ.get(name)
    )
