"""The options of both clients, and the resources that both have in the same form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypedDict, TypeVar

from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from streamkit._http.config import ClientConfig, Timeouts
    from streamkit.limits import Limits

__all__ = ["Chat", "ClientOptions", "changed", "require_known"]

C = TypeVar("C")


class ClientOptions(TypedDict, total=False):
    """The options of a client; omitted ones are read from the environment.

    The variables are ``OPENAI_API_KEY``, ``OPENAI_BASE_URL``, ``OPENAI_ORG_ID`` and
    ``OPENAI_PROJECT_ID``.
    """

    api_key: str | Callable[[], str | Awaitable[str]] | None
    """The key, or a function that returns it and is called before each request."""
    base_url: str | None
    organization: str | None
    project: str | None
    timeout: float | Timeouts | None
    """The timeout in seconds, or as an ``httpx.Timeout`` or ``streamkit.Timeout``.

    A ``streamkit.Timeout`` limits streams as well. The default is 600 seconds between two bytes and
    5 seconds to connect.
    """
    max_retries: int
    """The number of retries of a request that failed before any content came; 2 by default."""
    default_headers: Mapping[str, Any] | None
    default_query: Mapping[str, Any] | None
    limits: Limits
    """The limits on the data that is accepted from the server; generous by default."""


class Chat(Generic[C]):
    """The resource ``client.chat``, which holds the completions."""

    def __init__(self, completions: C) -> None:
        self.completions = completions


def require_known(options: Iterable[str], known: type[Any]) -> None:
    """Raise ``TypeError`` for an option that a client does not have.

    Args:
        options: The names of the options that were given.
        known: The ``TypedDict`` of the client's options.
    """
    names = known.__annotations__
    for name in options:
        if name not in names:
            raise TypeError(f"a client has no option {name!r}, but {', '.join(names)}, http_client")


def changed(config: ClientConfig, options: Mapping[str, Any]) -> ClientConfig:
    """Return the configuration with other options; None keeps an option, except for the timeout."""
    given = {
        name: value for name, value in options.items() if value is not None or name == "timeout"
    }
    return replace(config, **given)
