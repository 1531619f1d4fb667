"""The redaction of errors: they leave without the secrets of their request or foreign exceptions.

Servers quote what they were sent: a key they do not know, a header, an address. They quote in any
encoding and anywhere: in an error, in a page in place of an answer, in mid-stream. So secrets are
not removed where something is quoted, but where an error leaves, by ``Secrets.taken_from``.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any, TypeVar, cast

from streamkit._core.growing_text import whole_characters
from streamkit._core.printable import printable
from streamkit._core.redacted import REDACTED
from streamkit._http.credentials import SHORTEST_SECRET, secrets_of
from streamkit.errors import APIStatusError, ParseError, SchemaError, StreamkitError
from streamkit.errors._request_id import request_id_in

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import httpx

__all__ = ["Secrets", "keeping_secrets", "request_id", "secret_pattern"]

AnyError = TypeVar("AnyError", bound=BaseException)
Method = TypeVar("Method", bound="Callable[..., Any]")

_KEY = "streamkit.secrets"
_HEAD = 64
"""The number of characters of a long secret that are searched for; the rest is removed as well."""
_SHORTEST_CUT = 200
"""The least length of a text that may have been cut in the midst of a secret."""
_SHORTEST_PIECE = 4
"""The least number of a secret's characters that are removed from the end of such a text."""
_PROTOCOL = {b"content-type", b"date", b"retry-after", b"retry-after-ms", b"x-should-retry"}
"""The headers of an answer that programs read, and that never quote a request."""


class Secrets:
    """The secrets of one request, which are collected when its first error leaves."""

    def __init__(self, request: httpx.Request | None = None) -> None:
        # The headers, to which an HTTP client may add more, and not the request, which has a body.
        self._places = None if request is None else (request.headers, request.url)

    @staticmethod
    def of(response: httpx.Response) -> Secrets:
        """Return the secrets of the request that ``response`` answers."""
        try:
            return Secrets.of_request(response.request)
        except RuntimeError:  # httpx raises it for a response without request
            return Secrets()

    @staticmethod
    def of_request(request: httpx.Request) -> Secrets:
        """Return the secrets that follow ``request``, or none."""
        found = request.extensions.get(_KEY)
        return found if isinstance(found, Secrets) else Secrets()

    def follow(self, request: httpx.Request) -> None:
        """Attach these secrets to ``request``, so that its response leads to them."""
        request.extensions[_KEY] = self

    def taken_from(self, error: AnyError) -> AnyError:
        """Return ``error`` without the secrets if it is one of ours; else return it unchanged.

        A foreign cause is removed too: an HTTP library's exception leads to the request with all
        its headers, and a decoder's to all of the text. Only the causes of validators stay.
        """
        if not isinstance(error, StreamkitError):
            return error
        attributes = vars(error)
        error.args = self._value(error.args)
        for name in attributes:
            attributes[name] = self._value(attributes[name])
        if isinstance(error, APIStatusError):
            error.response = self._response(error.response)
        if not isinstance(error, ParseError | SchemaError):
            self._unlink(error)
        return error

    def text(self, text: str) -> str:
        """Return the text without the secrets, however they are escaped."""
        for secret in self._secrets:
            text = secret_pattern(secret).sub(REDACTED, text)
        return self._end(text) if len(text) >= _SHORTEST_CUT else text

    @functools.cached_property
    def _secrets(self) -> Sequence[str]:
        found = secrets_of(*self._places) if self._places else ()
        return sorted(found, key=len, reverse=True)  # because one may be part of another

    def _end(self, text: str) -> str:
        quoted = text.rstrip("…'\"")
        for secret in self._secrets:
            for size in range(min(len(secret), len(quoted)) - 1, _SHORTEST_PIECE - 1, -1):
                if quoted.endswith(secret[:size]):
                    return quoted[:-size] + REDACTED + text[len(quoted) :]
        return text

    def _value(self, value: Any) -> Any:
        match value:
            case str():  # half a surrogate pair in it could not be printed
                return whole_characters(self.text(value))
            case list():
                return [self._value(item) for item in cast("list[Any]", value)]
            case tuple():
                return tuple(self._value(item) for item in cast("tuple[Any, ...]", value))
            case dict():
                pairs = cast("dict[Any, Any]", value).items()
                return {self._value(key): self._value(inner) for key, inner in pairs}
            case _:
                return value

    def _response(self, response: Any) -> Any:
        if response is None:  # the error came within a stream
            return None
        content: bytes = response.content
        if response.encoding == "utf-8":
            content = self._bytes(content)
        else:  # a search in another encoding would find nothing
            content = self.text(response.text).encode()
        copy = type(response)(
            response.status_code,
            headers=[
                (name, value if name.lower() in _PROTOCOL else self._bytes(value))
                for name, value in response.headers.raw
            ],
            content=content,
            request=response.request,
        )
        copy.encoding = "utf-8"
        copy.request.extensions.pop(_KEY, None)
        return copy

    def _bytes(self, content: bytes) -> bytes:
        text = content.decode("utf-8", "surrogateescape")
        return self.text(text).encode("utf-8", "surrogateescape")

    def _unlink(self, error: StreamkitError) -> None:
        for link in ("__cause__", "__context__"):
            behind = getattr(error, link)
            if isinstance(behind, StreamkitError):
                self.taken_from(behind)
            elif behind is not None:
                setattr(error, link, None)


def keeping_secrets(read: Method) -> Method:
    """Decorate a method that reads a response and may quote it in an error."""

    @functools.wraps(read)
    def read_and_keep(self: Any, response: httpx.Response, *args: Any, **kwargs: Any) -> Any:
        try:
            return read(self, response, *args, **kwargs)
        except StreamkitError as error:
            Secrets.of(response).taken_from(error)
            raise

    return cast("Method", read_and_keep)


def request_id(response: httpx.Response) -> str | None:
    """Return the request id of a response in a form that is safe to log."""
    id_ = request_id_in(response.headers)
    return None if id_ is None else printable(Secrets.of(response).text(id_))


@functools.lru_cache(maxsize=128)
def secret_pattern(secret: str) -> re.Pattern[str]:
    """Return the pattern of a secret in a text, however it is escaped or encoded there."""
    # The zeros are those of UTF-16 and UTF-32, in texts whose encoding was not declared.
    head = "\0{0,3}".join(map(_letter, secret[:_HEAD]))
    if len(secret) < SHORTEST_SECRET:  # a short secret may be part of any word
        head = rf"(?<![^\W_]){head}(?![^\W_])"
    rest = r"[^\s\"'<>]*" if len(secret) > _HEAD else ""
    return re.compile(head + rest, re.IGNORECASE)


def _letter(char: str) -> str:
    """Return a pattern of all forms of a letter: in JSON, in nested JSON, in a URL, in HTML."""
    from html.entities import codepoint2name

    code, plain = ord(char), re.escape(char)
    units = char.encode("utf-16-be")
    named = f"|{codepoint2name[code]}" if code in codepoint2name else ""
    forms = [
        "".join(rf"\\{{1,16}}u{units[at : at + 2].hex()}" for at in range(0, len(units), 2)),
        rf"\\{{1,16}}x{code:02x}",
        "".join(f"%(?:25){{0,3}}{byte:02x}" for byte in char.encode()),
        f"&(?:amp;)?(?:#0{{0,6}}{code}|#x0{{0,6}}{code:x}{named});",
    ]
    if not char.isalnum():
        forms.append(rf"\\{{1,16}}{plain}")
    if char == " ":
        forms.append(r"\+")
    return f"(?:{'|'.join(forms)}|{plain})"  # the longest first: % begins %25 as well
