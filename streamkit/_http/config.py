"""The configuration of a client: from its arguments first, then from the environment."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import UNSET, UnsetType, field
from msgspec.structs import force_setattr, replace

from streamkit._core.arguments import require
from streamkit._core.deadlines import StreamLimits
from streamkit._core.duration import require_duration
from streamkit._core.value import Value
from streamkit.errors import CredentialsError, StreamkitError
from streamkit.limits import DEFAULTS, Limits

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from urllib.parse import SplitResult

__all__ = [
    "CONNECT_TIMEOUT",
    "DEFAULT_BASE_URL",
    "DEFAULT_MAX_RETRIES",
    "READ_TIMEOUT",
    "ClientConfig",
    "Timeout",
    "Timeouts",
    "checked_header",
    "timeouts",
]

DEFAULT_BASE_URL = "https://api.openai.com/v1"
DEFAULT_MAX_RETRIES = 2
READ_TIMEOUT = 600.0
"""The seconds that may pass between two bytes of an answer: models think for minutes."""
CONNECT_TIMEOUT = 5.0
"""The seconds that connecting to the server may take."""


class Timeouts(Protocol):
    """The seconds for each phase of an exchange, as an ``httpx.Timeout`` holds them."""

    def as_dict(self) -> dict[str, float | None]:
        """Return the seconds by phase (connect, read, write, pool); None is no limit."""
        ...


class Timeout(StreamLimits, frozen=True, kw_only=True):
    """The seconds for each phase of an exchange and for its answer; None is no limit.

    For ``first_content``, ``between_content`` and ``total`` only content counts: keep-alives, empty
    chunks and usage do not, and an answer that is not streamed is content once it is whole. The
    time that a reader spends elsewhere counts for ``total`` only. The first of these limits that
    is reached ends the answer with a ``StreamTimeoutError``.
    """

    connect: float | None = CONNECT_TIMEOUT
    read: float | None = READ_TIMEOUT
    """The seconds that may pass between two bytes, content or not."""
    write: float | None = READ_TIMEOUT
    pool: float | None = READ_TIMEOUT
    """The seconds to wait until a connection is free."""

    @property
    def limits_content(self) -> bool:
        """Whether any limit is set for which only content counts."""
        return (self.first_content, self.between_content, self.total) != (None, None, None)

    def within(self, seconds: float) -> Timeout:
        """Return a copy with at most ``seconds`` for each step on the way to a response."""
        steps = {name: _least(seconds, given) for name, given in self.as_dict().items()}
        return replace(self, **steps)

    def as_dict(self) -> dict[str, float | None]:
        """Return the seconds by phase, as ``httpx.Timeout`` does."""
        return {
            "connect": self.connect,
            "read": self.read,
            "write": self.write,
            "pool": self.pool,
        }


def _least(seconds: float, given: float | None) -> float:
    return seconds if given is None else min(given, seconds)


class ClientConfig(Value, frozen=True, kw_only=True):
    """The settings that all requests of a client share; ``repr`` shows no key, header or query."""

    api_key: str | Callable[[], str | Awaitable[str]]
    """The key, or a function that returns the key before each attempt; ``""`` sends no key."""
    base_url: str = DEFAULT_BASE_URL
    organization: str | None = None
    project: str | None = None
    timeout: float | Timeouts | UnsetType | None = UNSET
    """The seconds for each phase, or a timeout with seconds by phase; None waits for ever."""
    max_retries: int = DEFAULT_MAX_RETRIES
    """The number of times that a failed request is sent again."""
    default_headers: Mapping[str, object] = field(default_factory=dict[str, object])
    """The headers of every request; a value that is no string removes the header."""
    default_query: Mapping[str, object] = field(default_factory=dict[str, object])
    limits: Limits = DEFAULTS
    """The limits on the data that is accepted from the server."""

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        names = (name for name in self.__struct_fields__ if name not in _UNSEEN)
        return [(name, getattr(self, name)) for name in names]

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.__rich_repr__())
        return f"{type(self).__name__}({shown})"

    def __post_init__(self) -> None:
        """Raise for a setting that would fail later, or whose failure would show a secret."""
        force_setattr(self, "base_url", _checked_base_url(str(self.base_url)))
        require("max_retries", self.max_retries, int, "a whole number")
        if self.max_retries < 0:
            raise ValueError(f"max_retries must be 0 or more, not {self.max_retries}")
        if isinstance(self.api_key, str):
            checked_header("Authorization", self.api_key)
        elif not callable(self.api_key):
            require("api_key", self.api_key, str, "a string or a function that returns one")
        if self.timeout is not UNSET:
            timeouts(self.timeout)

    @property
    def credentials(self) -> tuple[object, ...]:
        """The settings by which a server may distinguish its callers."""
        return (
            self.api_key,
            self.organization,
            self.project,
            self.default_headers,
            self.default_query,
        )

    @property
    def own_headers(self) -> dict[str, str | None]:
        """The headers that this API has besides those of HTTP; None leaves a header out."""
        return {
            "OpenAI-Organization": self.organization,
            "OpenAI-Project": self.project,
        }

    def key_headers(self, key: str) -> dict[str, str]:
        """Return the headers that carry the key."""
        return {"Authorization": f"Bearer {key}"}

    @classmethod
    def from_environment(  # noqa: PLR0913 - one for each field
        cls,
        *,
        api_key: str | Callable[[], str | Awaitable[str]] | None = None,
        base_url: str | None = None,
        organization: str | None = None,
        project: str | None = None,
        timeout: float | Timeouts | UnsetType | None = UNSET,
        max_retries: int = DEFAULT_MAX_RETRIES,
        default_headers: Mapping[str, object] | None = None,
        default_query: Mapping[str, object] | None = None,
        limits: Limits = DEFAULTS,
    ) -> ClientConfig:
        """Replace None by ``OPENAI_API_KEY``, ``_BASE_URL``, ``_ORG_ID`` and ``_PROJECT_ID``.

        Raises CredentialsError when there is no key. An empty variable counts as absent.
        """
        key = api_key if api_key is not None else os.environ.get("OPENAI_API_KEY") or None
        if key is None:
            raise CredentialsError(
                "An API key is needed: pass api_key, or set the environment variable OPENAI_API_KEY"
            )
        return cls(
            api_key=key,
            base_url=base_url or os.environ.get("OPENAI_BASE_URL") or DEFAULT_BASE_URL,
            organization=organization or os.environ.get("OPENAI_ORG_ID") or None,
            project=project or os.environ.get("OPENAI_PROJECT_ID") or None,
            timeout=timeout,
            max_retries=max_retries,
            default_headers=dict(default_headers or {}),
            default_query=dict(default_query or {}),
            limits=limits,
        )


_UNSEEN = {"api_key", "default_headers", "default_query", "limits"}
"""The fields that ``repr`` leaves out: those that may hold a secret, and a long one."""


def timeouts(value: float | Timeouts | None) -> dict[str, float | None]:
    """Return the seconds for each phase, as HTTP libraries with httpx's interface read them.

    Raises ``ValueError`` for a time that no socket can wait, ``TypeError`` for a value of no time.
    """
    if not (value is None or isinstance(value, (int, float)) or hasattr(value, "as_dict")):
        raise TypeError(f"timeout is a number of seconds or a Timeout, not {value!r}")
    phases: dict[str, float | None] = (
        dict.fromkeys(("connect", "read", "write", "pool"), value)
        if value is None or isinstance(value, (int, float))
        else value.as_dict()
    )
    for name, seconds in phases.items():
        if seconds is not None:
            require_duration(f"timeout, {name}", seconds)
    return phases


def checked_header(name: str, value: str) -> str:
    """Return ``value`` stripped, or raise ``StreamkitError``, which does not quote the value.

    Line breaks around a key are common (files end with one), and no part of the key.
    """
    if not _is_header_name(name):
        raise StreamkitError(
            "A header has a name that HTTP cannot carry: it is made of ASCII letters"
        )
    value = value.strip()
    if not (value.isascii() and value.isprintable()):
        raise StreamkitError(
            f"The value for the header {name} has a character in it that HTTP cannot carry:"
            " a line break, or a letter outside ASCII"
        )
    return value


def _checked_base_url(url: str) -> str:
    # Neither a message nor a cause quotes the URL, because the URL may hold a password.
    url = url.strip()
    parts = _parts(url)
    if parts is None:
        raise StreamkitError("base_url is no URL")
    if not url.isprintable() or " " in url:
        raise StreamkitError("base_url is no URL: it has a space or a control character in it")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise StreamkitError("base_url must begin with http:// or https:// and name a host")
    if "@" in parts.netloc:
        raise StreamkitError(
            "base_url must not hold a user name or password, which would end up in logs:"
            ' send them as default_headers={"Authorization": ...}'
        )
    if not _is_host(parts.hostname):
        raise StreamkitError(
            "base_url names a host that cannot exist: a part of its name is empty or too long"
        )
    if parts.query or parts.fragment:
        raise StreamkitError("base_url must not have a query or a fragment: pass default_query")
    return parts.geturl().rstrip("/")


def _parts(url: str) -> SplitResult | None:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        _ = parts.port  # which is validated only when it is read
    except ValueError:
        return None
    return parts


def _is_host(name: str) -> bool:
    # The length of a name that is not ASCII is known only once the name is encoded.
    labels = name.removesuffix(".").split(".")
    return all(label and (len(label) <= 63 or not label.isascii()) for label in labels)


_is_header_name = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+").fullmatch
