"""The secrets of an exchange, which are left out of its recording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from streamkit._core.json.path import Path
from streamkit._core.redacted import REDACTED
from streamkit._http.credentials import SHORTEST_SECRET, is_parameter, secrets_of
from streamkit._http.redaction import secret_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

    import httpx

    from streamkit._cassette.recording import Headers
    from streamkit._core.json.path import Location

__all__ = ["LeavingOut", "Secrets"]

_HARMLESS = frozenset(
    {
        "accept",
        "accept-encoding",
        "anthropic-beta",
        "anthropic-version",
        "cache-control",
        "content-encoding",
        "content-length",
        "content-type",
        "date",
        "openai-beta",
        "openai-model",
        "openai-poll-after-ms",
        "openai-processing-ms",
        "openai-version",
        "request-id",
        "retry-after",
        "retry-after-ms",
        "server",
        "transfer-encoding",
        "user-agent",
        "x-request-id",
        "x-should-retry",
    }
)
"""The headers whose values are kept, because no service puts a secret there."""
_HARMLESS_BEGINNINGS = ("x-ratelimit-", "anthropic-ratelimit-", "x-stainless-")


class LeavingOut:
    """The rules of a recorder: what it leaves out besides what is always left out.

    Args:
        secrets: The texts that are secret wherever they occur.
        fields: The paths of the secret parts of a request's JSON body.
        kept_headers: The names of the headers that are no secrets.
    """

    def __init__(
        self, secrets: Iterable[str], fields: Iterable[str], kept_headers: Iterable[str]
    ) -> None:
        self._secrets = {secret for secret in secrets if secret}
        self._fields = [Path.of(text) for text in fields]
        self._kept = {name.lower() for name in kept_headers}

    def secrets(self, request: httpx.Request) -> Secrets:
        """Return the secrets of a request: its own, and those of the caller."""
        own = secrets_of(request.headers, request.url)
        own |= {name for name, value in _query(request.url) if not value and not is_parameter(name)}
        kept = {request.headers.get(name) for name in self._kept}
        quoted = {secret for secret in own if len(secret) >= SHORTEST_SECRET} - kept
        return Secrets(quoted | self._secrets)

    def headers(self, headers: httpx.Headers, secrets: Secrets) -> Headers:
        """Return the headers, with the values alone that are known to be harmless."""
        return tuple((name, self._header(name, value, secrets)) for name, value in _items(headers))

    def url(self, url: httpx.URL, secrets: Secrets) -> str:
        """Return the URL without its user, and with the query parameters of the API alone."""
        parts = urlsplit(str(url))
        query = urlencode([_parameter(name, value) for name, value in _query(url)], safe="[]")
        host = parts.netloc.rpartition("@")[2]
        path = secrets.text(parts.path)
        return urlunsplit((parts.scheme, host, path, secrets.text(query), ""))

    def body(self, body: Any, secrets: Secrets) -> Any:
        """Return the JSON value of a body, with the parts left out that the caller names."""
        for path in self._fields:
            for location, _ in [*path.find(body)]:
                body = _replaced(body, location)
        return secrets.value(body)

    def _header(self, name: str, value: str, secrets: Secrets) -> str:
        name = name.lower()
        if name in self._kept or name in _HARMLESS or name.startswith(_HARMLESS_BEGINNINGS):
            return secrets.text(value)
        return REDACTED


class Secrets:
    """The secrets of one exchange."""

    def __init__(self, secrets: Iterable[str]) -> None:
        # The longest first, because one may be part of another.
        self._secrets = sorted(secrets, key=len, reverse=True)

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._secrets)

    def text(self, text: str) -> str:
        """Return the text without the secrets, however they are escaped."""
        for secret in self._secrets:
            text = secret_pattern(secret).sub(REDACTED, text)
        return text

    def value(self, value: Any) -> Any:
        """Return the JSON value without the secrets in its texts."""
        if not self._secrets:
            return value
        match value:
            case str():
                return self.text(value)
            case list():
                return [self.value(item) for item in cast("list[Any]", value)]
            case dict():
                members = cast("dict[str, Any]", value)
                return {self.text(key): self.value(item) for key, item in members.items()}
            case _:
                return value

    def beginning(self, text: str) -> int:
        """Return the number of characters at the end of a text that may begin a secret."""
        longest = 0
        for secret in self._secrets:
            for size in range(min(len(secret) - 1, len(text)), 0, -1):
                if text.endswith(secret[:size]):
                    longest = max(longest, size)
                    break
        return longest


def _query(url: httpx.URL) -> list[tuple[str, str]]:
    return parse_qsl(url.query.decode("ascii"), keep_blank_values=True)


def _parameter(name: str, value: str) -> tuple[str, str]:
    if is_parameter(name):
        return name, value
    return (name, REDACTED) if value else (REDACTED, "")  # a lone name may be a key


def _items(headers: httpx.Headers) -> Iterable[tuple[str, str]]:
    for name, value in headers.raw:
        yield name.decode("latin-1"), value.decode("utf-8", "replace")


def _replaced(value: Any, location: Location) -> Any:
    """Return a JSON value with the part at a location left out; the given value is unchanged."""
    if not location:
        return REDACTED
    copy: Any = value.copy()
    copy[location[0]] = _replaced(value[location[0]], location[1:])
    return copy
