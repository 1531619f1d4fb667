"""A request to the API, and its form on the wire."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from math import isfinite
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import msgspec
from msgspec import UNSET, UnsetType, field

from streamkit._core.value import Value
from streamkit._core.wire import Wire
from streamkit._http.config import ClientConfig, checked_header
from streamkit._http.content_coding import ACCEPTED
from streamkit._version import __version__
from streamkit.errors import QUOTE_LIMIT, StreamkitError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamkit._http.config import Timeouts
    from streamkit._http.upload import Upload

    _AnyMapping: TypeAlias = Mapping[Any, object]
    _AnyIterable: TypeAlias = Iterable[object]

__all__ = ["Request", "encoded", "headers", "query"]


class Request(Value, frozen=True, kw_only=True):
    """One call of the API; the client's configuration holds for everything left unset."""

    method: str
    path: str
    """The path below the base URL, such as ``/chat/completions``."""
    json: object = UNSET
    """The body before it is encoded; unset for no body."""
    upload: Upload | None = None
    """A form with a file, in place of a JSON body."""
    query: Mapping[str, object] = field(default_factory=dict[str, object])
    """The parameters that are added to the URL; those with the value None are left out."""
    headers: Mapping[str, object] = field(default_factory=dict[str, object])
    """The headers that override the client's; a value that is no string removes the header."""
    timeout: float | Timeouts | UnsetType | None = UNSET
    max_retries: int | None = None
    stream: bool = False
    """Whether the request asks for server-sent events."""
    fetches_file: bool = False
    """Whether the answer is the content of a file, which may be larger than an object."""

    def __repr__(self) -> str:  # without content and headers, which may have secrets in them
        return f"{type(self).__name__}({self.method} {self.path})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """Return what ``repr`` shows; a Struct's own would show all fields to ``rich``."""
        return [("method", self.method), ("path", self.path)]


def encoded(request: Request) -> bytes | None:
    """Return the body as JSON; it may hold any object that can be converted to JSON.

    Raises ``StreamkitError`` for a text or a number that JSON cannot carry.
    """
    if request.json is UNSET:
        return None
    try:
        return msgspec.json.encode(_sendable(request.json), enc_hook=_plain)
    except RecursionError:
        reason = "it is nested too deeply, or contains itself"
    except ValueError as error:
        reason = f"{type(error).__name__}: {error}"[:QUOTE_LIMIT]
    with suppress(RecursionError):
        reason = next(_faults(request.json), reason)
    raise StreamkitError(f"The request cannot be sent: {reason}")


def headers(request: Request, config: ClientConfig, api_key: object) -> dict[str, str | None]:
    """Return the headers by lower-case name: the request's, else the client's, else ours.

    The value None means that the header is not sent.
    """
    if not isinstance(api_key, str):
        raise StreamkitError(f"api_key() returned {type(api_key).__name__}, not a string")
    ours = {
        "Accept": "text/event-stream" if request.stream else "application/json",
        # A compressed stream may be held back until there is more that is worth compressing.
        "Accept-Encoding": "identity" if request.stream else ACCEPTED,
        "Content-Type": None if request.json is UNSET else "application/json",
        "User-Agent": f"streamkit/{__version__}",
        **config.own_headers,
        **(config.key_headers(api_key.strip()) if api_key else {}),
    }
    merged: dict[str, object] = {}
    for layer in (ours, config.default_headers, request.headers):
        merged.update({_lower(name): value for name, value in layer.items()})
    if request.upload:
        del merged["content-type"]  # only the encoder of the form knows its boundary
    return {
        name: checked_header(name, value) if isinstance(value, str) else None
        for name, value in merged.items()
    }


def query(request: Request, config: ClientConfig) -> dict[str, Any] | None:
    """Return the parameters of the URL; the request's override the client's."""
    merged = {**config.default_query, **request.query}
    return {name: value for name, value in merged.items() if value is not None} or None


def _lower(name: object) -> str:
    if not isinstance(name, str):
        raise StreamkitError(f"The name of a header is a string, not {type(name).__name__}")
    return name.lower()


_PLAIN = {str, int, bool, type(None)}
"""The types that are sent as they are, and that most values of a body have."""


def _sendable(value: object) -> object:
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is dict:
        members = cast("dict[Any, object]", value).items()
        return {key: item if type(item) in _PLAIN else _sendable(item) for key, item in members}
    # An object of the API goes back as it came: msgspec by itself would add nulls for fields that
    # the API did not send, and lose fields that the type does not know.
    if isinstance(value, Wire):
        return value.to_dict(mode="json")
    if isinstance(value, Mapping):
        return {key: _sendable(item) for key, item in cast("_AnyMapping", value).items()}
    if isinstance(value, (list, tuple)):
        return [_sendable(item) for item in cast("_AnyIterable", value)]
    if isinstance(value, float) and not isfinite(value):  # msgspec would send null
        raise ValueError(value)
    return value


def _faults(value: object, path: str = "the body") -> Iterator[str]:
    """Yield a description, with its place, of each value in a body that JSON cannot carry."""
    if isinstance(value, Mapping):
        for key, item in cast("_AnyMapping", value).items():
            if not isinstance(key, str | int | float):
                yield f"a key of {path!a} is a {type(key).__name__}, and no text"
            yield from _faults(key, f"a key of {path}")
            yield from _faults(item, f"{path}.{key}".removeprefix("the body."))
    elif isinstance(value, (list, tuple)):
        for place, item in enumerate(cast("_AnyIterable", value)):
            yield from _faults(item, f"{path}[{place}]")
    elif isinstance(value, str):
        if half := re.search(_HALF, value):
            yield f"{path!a} has half of a surrogate pair in it ({half[0]!a})"
    elif isinstance(value, float) and not isfinite(value):
        yield f"{path!a} is {value}, which is no number in JSON"


_HALF = "[\ud800-\udfff]"


def _plain(value: Any) -> object:
    # msgspec calls this for objects that it does not know.
    if isinstance(value, type):
        raise TypeError(
            f"A request body cannot hold the class {value.__name__}; parse() and stream() take the"
            " type of an answer as response_format for chat completions, as text_format for"
            " Responses, and as output_format for Messages"
        )
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", by_alias=True, exclude_unset=True)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, Iterable):
        return [_sendable(item) for item in cast("_AnyIterable", value)]
    advice = "; the functions that a model may call go to run_tools()" * callable(value)
    raise TypeError(f"A request body cannot hold a {type(value).__name__}{advice}")
