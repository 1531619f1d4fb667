"""A call that is answered with one object: its request, and the decoding of the answer. No I/O."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import quote

from msgspec.structs import replace

from streamkit._core.reports import report_in
from streamkit._core.value import Value
from streamkit._http.redaction import Secrets, keeping_secrets
from streamkit._http.request import Request
from streamkit.errors._request_id import request_id_in
from streamkit.families._resource.params import is_left_out
from streamkit.families._resource.plain_answer import no_answer
from streamkit.types import CursorPage, Wire, WireDecoder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx

__all__ = [
    "ASSISTANTS",
    "Answer",
    "Call",
    "delete",
    "get",
    "in_url",
    "next_page",
    "path",
    "post",
    "request",
    "split",
]

W = TypeVar("W", bound=Wire)

ASSISTANTS = {"OpenAI-Beta": "assistants=v2"}
"""The header that the API requires for assistants."""


class Answer(Value, Generic[W], frozen=True):
    """A decoded answer, with the headers of its response."""

    value: W
    headers: Mapping[str, str]
    """The headers of the response; their names match in any case."""
    redact: Callable[[str], str]
    """Removes the request's secrets from a text that quotes the answer."""


class Call(Value, Generic[W], frozen=True):
    """A request, and the type of its answer."""

    request: Request
    type_: type[W]
    cursor: str = "after"
    """The parameter of a list with the id after which a page begins."""

    @keeping_secrets
    def answer(self, response: httpx.Response) -> Answer[W]:
        """Decode the answer; raise ``APIResponseValidationError`` if it is not of the type."""
        try:
            value = _decoder(self.type_).decode(response.content)
        except ValueError as error:
            raise no_answer(response, _name(self.type_)) from error
        extra = value.model_extra
        if extra.get("error") or (not _is_identified(value) and report_in(extra) is not None):
            raise no_answer(response, _name(self.type_))
        value.note_request_id(request_id_in(response.headers))
        return Answer(value, response.headers, Secrets.of(response).text)


def path(template: str, **ids: str) -> str:
    """Return the path with its ids; raise ``ValueError`` for an id that would change the path."""
    for name, value in ids.items():
        if value in {"", ".", ".."} or not isinstance(value, str):  # pyright: ignore[reportUnnecessaryIsInstance] - not everybody checks types
            raise ValueError(f"{name} must be the id of something, not {value!r}")
    # Half of a surrogate pair is in no id, so the server will not find it.
    quoted = {name: quote(value, safe="", errors="replace") for name, value in ids.items()}
    return template.format(**quoted)


def get(
    path: str, type_: type[W], params: Mapping[str, Any], headers: Mapping[str, str] = ASSISTANTS
) -> Call[W]:
    """Return a call that reads an object; its parameters go into the URL."""
    return _without_body("GET", path, type_, params, headers)


def delete(
    path: str, type_: type[W], params: Mapping[str, Any], headers: Mapping[str, str] = ASSISTANTS
) -> Call[W]:
    """Return a call that deletes an object."""
    return _without_body("DELETE", path, type_, params, headers)


def post(
    path: str, type_: type[W], params: Mapping[str, Any], headers: Mapping[str, str] = ASSISTANTS
) -> Call[W]:
    """Return a call that creates or changes an object; all but ``include`` goes into the body."""
    body, options = split(params)
    query = in_url({"include": body.pop("include", None)})
    body.update(options.pop("extra_body", None) or {})
    return Call(request("POST", path, headers, options, query, json=body), type_)


def next_page(call: Call[CursorPage[W]], page: CursorPage[W]) -> Call[CursorPage[W]] | None:
    """Return the call for the page after ``page``, which ``call`` fetched; None after the last."""
    if page.has_more is False or not page.data:
        return None
    last = page.last_id or getattr(page.data[-1], "id", None)
    if not last or last == call.request.query.get(call.cursor):  # the server ignores it
        return None
    query = {**call.request.query, call.cursor: last}
    return replace(call, request=replace(call.request, query=query))


def split(params: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split into the parameters that are sent, and the options of the request."""
    given = {name: value for name, value in params.items() if not is_left_out(value)}
    return given, {name: given.pop(name) for name in _OPTIONS if name in given}


def in_url(params: Mapping[str, object]) -> dict[str, object]:
    """Return the parameters by their names in a URL: a list's name ends in ``[]``."""
    return {
        f"{name}[]" if isinstance(value, list | tuple) else name: value
        for name, value in params.items()
    }


def request(
    method: str,
    path: str,
    headers: Mapping[str, str],
    options: dict[str, Any],
    query: Mapping[str, object],
    **body: Any,
) -> Request:
    """Return the request, whose options override the usual query and headers."""
    return Request(
        method=method,
        path=path,
        query={**query, **(options.pop("extra_query", None) or {})},
        headers={**headers, **(options.pop("extra_headers", None) or {})},
        **body,
        **options,
    )


_OPTIONS = ("extra_headers", "extra_query", "extra_body", "timeout")


def _without_body(
    method: str, path: str, type_: type[W], params: Mapping[str, Any], headers: Mapping[str, str]
) -> Call[W]:
    query, options = split(params)
    if extra := options.pop("extra_body", None):
        return Call(request(method, path, headers, options, in_url(query), json=extra), type_)
    return Call(request(method, path, headers, options, in_url(query)), type_)


@functools.cache
def _decoder(type_: Any) -> WireDecoder[Any]:
    return WireDecoder(type_)


def _is_identified(value: Wire) -> bool:
    """Return whether the value is an object with an id, or a list with items."""
    return bool(getattr(value, "id", None) or getattr(value, "data", None))


def _name(type_: object) -> str:
    return str(getattr(type_, "__name__", type_))
