"""The configuration of the clients of Anthropic's API."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from streamkit._http.config import ClientConfig
from streamkit.errors import CredentialsError, StreamkitError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from streamkit._http.config import Timeouts
    from streamkit.limits import Limits

__all__ = ["VERSION", "AnthropicConfig", "AnthropicOptions"]

BASE_URL = "https://api.anthropic.com"
VERSION = "2026-10-21"
"""The version of the API, as the ``anthropic`` package sends it."""


class AnthropicOptions(TypedDict, total=False):
    """The options of a client of Anthropic's API; omitted ones are read from the environment.

    The variables are ``ANTHROPIC_API_KEY``, or else ``ANTHROPIC_AUTH_TOKEN``,
    ``ANTHROPIC_BASE_URL`` and ``ANTHROPIC_CUSTOM_HEADERS`` (a line for each header).
    """

    api_key: str | Callable[[], str | Awaitable[str]] | None
    """The key, or a function that returns it and is called before each request."""
    auth_token: str | Callable[[], str | Awaitable[str]] | None
    """A token in place of the key; give one of the two."""
    key_header: Literal["Authorization", "x-api-key"]
    """The header that carries the key: by default ``Authorization``, as a bearer token. A token
    is always one. Some proxies know only ``x-api-key``."""
    version: str | None
    """The ``anthropic-version`` of requests; 2026-10-21 by default."""
    base_url: str | None
    """The address of the server, without ``/v1``."""
    timeout: float | Timeouts | None
    """The timeout in seconds, or as an ``httpx.Timeout`` or ``streamkit.Timeout``."""
    max_retries: int
    """The number of retries of a request that failed before any content came; 2 by default."""
    default_headers: Mapping[str, Any] | None
    """The headers of every request, over those of the client; a key may be among them."""
    default_query: Mapping[str, Any] | None
    limits: Limits
    """The limits on the data that is accepted from the server; generous by default."""


class AnthropicConfig(ClientConfig, frozen=True, kw_only=True):
    """The settings that all requests of a client of Anthropic's API share."""

    base_url: str = BASE_URL
    version: str | None = VERSION
    key_header: str = "Authorization"

    def __post_init__(self) -> None:
        """Raise for a setting that would fail later, or whose failure would show a secret."""
        super().__post_init__()
        if self.key_header.lower() not in {"authorization", "x-api-key"}:
            raise StreamkitError("key_header is 'Authorization' or 'x-api-key'")

    @property
    def own_headers(self) -> dict[str, str | None]:
        """The headers that this API has besides those of HTTP."""
        return {"anthropic-version": self.version}

    def key_headers(self, key: str) -> dict[str, str]:
        """Return the header that carries the key."""
        if self.key_header.lower() == "x-api-key":
            return {"x-api-key": key}
        return super().key_headers(key)

    @classmethod
    def from_options(cls, options: AnthropicOptions) -> AnthropicConfig:
        """Return the configuration of options; what is None is read from the environment.

        Raises CredentialsError when there is no key, StreamkitError for a key and a token.
        """
        given: dict[str, Any] = {
            name: value for name, value in options.items() if value is not None
        }
        if "timeout" in options:  # where None means for ever
            given["timeout"] = options["timeout"]
        key, token = given.pop("api_key", None), given.pop("auth_token", None)
        if key is not None and token is not None:
            raise StreamkitError("Give api_key or auth_token, not both")
        if key is None and token is None:
            key = os.environ.get("ANTHROPIC_API_KEY") or None
            token = None if key else os.environ.get("ANTHROPIC_AUTH_TOKEN") or None
        if token is not None:
            given["key_header"] = "Authorization"
        headers = {**_custom_headers(), **given.pop("default_headers", {})}
        if key is None and token is None and not _has_key(headers):
            raise CredentialsError(
                "An API key is needed: pass api_key, or set the environment variable"
                " ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN"
            )
        given.setdefault("base_url", os.environ.get("ANTHROPIC_BASE_URL") or BASE_URL)
        given["api_key"] = key if key is not None else token if token is not None else ""
        return cls(default_headers=headers, **given)


def changes(options: AnthropicOptions) -> dict[str, Any]:
    """Return the fields of the configuration that options change."""
    fields: dict[str, Any] = dict(options)
    token = fields.pop("auth_token", None)
    if token is not None:
        fields |= {"api_key": token, "key_header": "Authorization"}
    return fields


def _custom_headers() -> dict[str, str]:
    lines = os.environ.get("ANTHROPIC_CUSTOM_HEADERS", "").split("\n")
    pairs = [line.partition(":") for line in lines if ":" in line]
    return {name.strip(): value.strip() for name, _, value in pairs}


def _has_key(headers: Mapping[str, object]) -> bool:
    return any(name.lower() in {"authorization", "x-api-key"} for name in headers)
