"""The credentials in a request, which only the server that it is sent to may see."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

__all__ = ["SHORTEST_SECRET", "is_parameter", "secrets_of", "without_credentials"]

SHORTEST_SECRET = 8
"""The least length of a value that counts as a secret; the value of a named key may be shorter."""

# A list of the headers that are not secret, because every service names its key differently.
_FOR_ANYBODY = frozenset(
    {
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "content-type",
        "host",
        "transfer-encoding",
        "user-agent",
    }
)
# Headers that name the caller or the purpose, and grant nothing; a server's quotes of them help.
_NO_SECRETS = _FOR_ANYBODY | {
    "accept-language",
    "baggage",
    "http-referer",
    "idempotency-key",
    "origin",
    "referer",
    "traceparent",
    "tracestate",
    "request-id",
    "x-client-request-id",
    "x-correlation-id",
    "x-request-id",
    "x-title",
}
_OURS = ("openai-", "x-stainless-")
_PARAMETERS = frozenset(
    {
        "after",
        "after_id",
        "api-version",
        "before",
        "before_id",
        "filter",
        "include[]",
        "limit",
        "model",
        "order",
        "purpose",
        "run_id",
    }
)
"""The query parameters of the API itself, which are no secrets."""
_names_a_key = re.compile("auth|cred|jwt|key|pass|secret|sig|token|^code$").search


def without_credentials(request: httpx.Request) -> None:
    """Remove every header that another server does not need."""
    for name in [*request.headers]:
        if name.lower() not in _FOR_ANYBODY:
            del request.headers[name]


def is_parameter(name: str) -> bool:
    """Return whether a query parameter is one of the API itself, and so no secret."""
    return name in _PARAMETERS


def secrets_of(headers: httpx.Headers, url: httpx.URL) -> set[str]:
    """Return the values in a request's headers and URL that nobody but the server may see."""
    from urllib.parse import parse_qsl, unquote

    found = {unquote(part) for part in url.userinfo.decode("ascii").split(":", 1)}
    for header, value in headers.multi_items():
        name = header.lower()
        if name not in _NO_SECRETS and not name.startswith(_OURS):
            found |= _in_header(name, value)
    for name, value in parse_qsl(url.query.decode("ascii")):
        if not is_parameter(name) and _may_be_secret(name, value):
            found.add(value)
    return found - {""}


def _may_be_secret(name: str, value: str) -> bool:
    return len(value) >= SHORTEST_SECRET or _names_a_key(name.lower()) is not None


def _in_header(name: str, value: str) -> set[str]:
    if "cookie" not in name and not _names_a_key(name):
        return {value} if len(value) >= SHORTEST_SECRET else set()
    found = {part for part in re.split(r'[\s,;="]+', value) if len(part) >= SHORTEST_SECRET}
    if name.endswith("authorization"):
        scheme, _, key = value.partition(" ")
        found.add(key.strip() or scheme)
        if scheme.lower() == "basic":
            found |= {*_in_basic(key)}
    elif "cookie" not in name:
        found.add(value)
    return found


def _in_basic(key: str) -> Iterator[str]:
    from base64 import b64decode

    with suppress(ValueError):  # no Base64, or no text
        name, _, password = b64decode(key).decode().partition(":")
        yield from (f"{name}:{password}", password)
