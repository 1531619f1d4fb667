"""The proxies and certificates that the environment names, and the errors that they cause."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from streamkit.errors import StreamkitError

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

__all__ = ["made", "proxies", "proxy_variables"]

C = TypeVar("C")

_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


def made(make: Callable[[], C]) -> C:
    """Return the HTTP client that ``make`` makes, or raise an error that names the variables."""
    try:
        return make()
    except Exception as error:  # noqa: BLE001 - httpx has no error of its own for this
        failure = _failure(error)
    raise failure


def proxies() -> dict[str, str | None]:
    """Return the proxies by URL pattern, as httpx mounts transports; None means no proxy.

    httpx reads the same from the environment when it is given no transport.
    """
    from urllib.request import getproxies

    named = getproxies()
    exempt = [host for each in named.get("no", "").split(",") if (host := each.strip())]
    if "*" in exempt:
        return {}
    found = {
        f"{scheme}://": url if "://" in url else f"http://{url}"
        for scheme in ("http", "https", "all")
        if (url := named.get(scheme))
    }
    return {**found, **{_pattern(host): None for host in exempt}}


def proxy_variables(url: httpx.URL) -> str:
    """Return the names of the variables that send a request to ``url`` by a proxy, often none."""
    from urllib.request import getproxies_environment, proxy_bypass

    proxies = getproxies_environment()
    if proxy_bypass(url.host) or not {url.scheme, "all"} & proxies.keys():
        return ""
    return _set(f"{url.scheme.upper()}_PROXY", "ALL_PROXY")


def _pattern(exempt: str) -> str:
    """Return the URL pattern for an entry of NO_PROXY; a name covers its subdomains as well."""
    from ipaddress import ip_address

    if "://" in exempt:
        return exempt
    with suppress(ValueError):
        is_v6 = ip_address(exempt.partition("/")[0]).version == 6
        return f"all://[{exempt}]" if is_v6 else f"all://{exempt}"
    return f"all://{exempt}" if exempt.lower() == "localhost" else f"all://*{exempt}"


def _failure(error: Exception) -> StreamkitError:
    if isinstance(error, OSError):
        names, what = _set(*_CERTIFICATES), "certificates"
    else:
        names, what = _set(*_PROXIES, "NO_PROXY"), "proxies"
    said = f"{type(error).__name__}"
    if isinstance(error, OSError | ImportError):  # other errors quote an address with its password
        said += f": {error}"
    where = f"; look at the environment variables for {what}: {names}" if names else ""
    return StreamkitError(f"No HTTP client can be made ({said}){where}")


def _set(*names: str) -> str:
    """Return those of the variables that are set, in upper or lower case."""
    return ", ".join(
        name for pair in names for name in (pair, pair.lower()) if os.environ.get(name)
    )
