"""How both clients are configured, and the part of their trees that they share."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Generic, TypedDict, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from streamkit._http.config import ClientConfig, Timeouts
    from streamkit.limits import Limits

__all__ = ["Chat", "ClientOptions", "changed"]

C = TypeVar("C")


class ClientOptions(TypedDict, total=False):
    """How a client is configured; what is left out comes from the environment.

    ``OPENAI_API_KEY``, ``OPENAI_BASE_URL``, ``OPENAI_ORG_ID`` and ``OPENAI_PROJECT_ID`` are read.
    """

    api_key: str | Callable[[], str | Awaitable[str]] | None
    """The key, or what returns it before each request."""
    base_url: str | None
    organization: str | None
    project: str | None
    timeout: float | Timeouts | None
    """Seconds, an ``httpx.Timeout``, or a ``streamkit.Timeout``, which limits streams as well.

    By default 600 between two bytes and 5 to connect.
    """
    max_retries: int
    """How often a request is sent again that failed before any content came; 2 by default."""
    default_headers: Mapping[str, Any] | None
    default_query: Mapping[str, Any] | None
    limits: Limits
    """What is taken from the server at most; generous by default."""


class Chat(Generic[C]):
    """``client.chat``."""

    def __init__(self, completions: C) -> None:
        self.completions = completions


def changed(config: ClientConfig, options: ClientOptions) -> ClientConfig:
    """The configuration with other options; what is None stays, save for the timeout."""
    given = {
        name: value for name, value in options.items() if value is not None or name == "timeout"
    }
    return dataclasses.replace(config, **cast("dict[str, Any]", given))
