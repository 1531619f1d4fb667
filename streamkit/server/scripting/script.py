"""The replies that are still to be given, in turn or to requests that they match."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from streamkit.server.api_error import ApiError
from streamkit.server.request_log import LOGGER
from streamkit.server.scripting.reply import Reply, reply_of

if TYPE_CHECKING:
    from streamkit.server.exchange import Exchange

__all__ = ["Answering", "Script", "When"]

Answering: TypeAlias = "Callable[[Exchange], str | Mapping[str, Any] | None]"
"""A function that makes a reply of a request: a text, options of ``reply``, or None for none."""
When: TypeAlias = "str | Mapping[str, Any] | Callable[[Exchange], bool]"
"""The requests that a reply is for: with this text, these members of the body, or this property."""


class Script:
    """The replies of a server, which any thread may add to."""

    def __init__(self) -> None:
        self._lines: list[_Line] = []
        self._lock = Lock()

    def add(self, reply: Reply | Answering, when: When | None, times: int | None) -> None:
        """Add a reply to ``times`` requests, those of ``when``, or to all others if it is None.

        Raises:
            ValueError: ``times`` is no number from 1.
        """
        if times is not None and times < 1:
            raise ValueError(f"times must be a number from 1, or None for every one, not {times!r}")
        with self._lock:
            self._lines.append(_Line(reply, when, times))

    def take(self, exchange: Exchange) -> Reply | None:
        """Return the reply to a request, or None if there is none.

        Raises:
            ApiError: A function that makes a reply, or chooses its requests, has raised.
        """
        try:
            return self._taken(exchange)
        except Exception as error:
            LOGGER.exception("a function of the server's replies raised")
            raise ApiError(
                f"A function of the server's replies raised {type(error).__name__}: {error}",
                status=500,
                kind="server_error",
            ) from error

    def _taken(self, exchange: Exchange) -> Reply | None:
        with self._lock:
            line = next((line for line in self._lines if line.fits(exchange)), None)
            if line is None:
                return None
            if line.left is not None:
                line.left -= 1
                if not line.left:
                    self._lines.remove(line)
        return line.reply if isinstance(line.reply, Reply) else _made(line.reply(exchange))


class _Line:
    """A reply, the requests that it is for, and how many of them are left; None for all."""

    def __init__(self, reply: Reply | Answering, when: When | None, left: int | None) -> None:
        self.reply = reply
        self.left = left
        self._when = when

    def fits(self, exchange: Exchange) -> bool:
        """Return whether the reply is for this request."""
        when = self._when
        if when is None:
            return True
        if isinstance(when, str):
            return _has(exchange.body, when)
        if isinstance(when, Mapping):
            return _contains(exchange.body, when)
        return bool(when(exchange))


def _made(made: str | Mapping[str, Any] | None) -> Reply | None:
    if made is None:
        return None
    return reply_of(made) if isinstance(made, str) else reply_of(**made)


def _has(value: Any, text: str) -> bool:
    """Return whether a text is in a text of a JSON value."""
    match value:
        case str():
            return text in value
        case list():
            return any(_has(item, text) for item in cast("list[Any]", value))
        case dict():
            return any(_has(item, text) for item in cast("dict[str, Any]", value).values())
        case _:
            return False


def _contains(value: Any, wanted: Any) -> bool:
    """Return whether a JSON value has all members that are wanted, at any depth."""
    if isinstance(wanted, Mapping):
        members = cast("Mapping[Any, Any]", wanted).items()
        return isinstance(value, dict) and all(
            key in value and _contains(value[key], inner) for key, inner in members
        )
    return bool(value == wanted)
