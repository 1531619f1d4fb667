"""A request for one of the objects in the store, and the way to its handler."""

# Strategy: a handler is a plain function of the call. It runs inside of one transaction and returns
# the object to show, so it neither awaits nor encodes, and what it wrote before an error is undone.

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

import msgspec
from starlette.responses import JSONResponse, Response

from streamkit._core.compiled import convert
from streamkit.server.api_error import ApiError
from streamkit.server.complaint import complaint, missing
from streamkit.server.reading import read_json

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.datastructures import QueryParams
    from starlette.requests import Request

    from streamkit.server.desk import Desk
    from streamkit.server.settings import Settings
    from streamkit.server.store import Document, Record, Store

    Handler = Callable[["Call"], Document | Response]
    Admit = Callable[[Request], Settings]

T = TypeVar("T", bound=msgspec.Struct)

ASSISTANTS = ("/v1/assistants", "/v1/threads")
"""The paths of the API that wants to be asked for by a header."""
OBJECT_LIMIT = 1024 * 1024
"""Bytes that a request for an object may have: a run reads and writes its own again and again."""


@dataclass(frozen=True)
class Call:
    """One request."""

    desk: Desk
    settings: Settings
    path: dict[str, str]
    """What stands in the path, by the names in its route."""
    query: QueryParams
    body: dict[str, Any]

    @property
    def store(self) -> Store:
        """The server's objects."""
        return self.desk.store

    def read(self, kind: type[T]) -> T:
        """The body as what it should be.

        Raises:
            ApiError: It is something else.
        """
        required = [field.name for field in msgspec.structs.fields(kind) if field.required]
        for name in required:
            if name not in self.body:
                raise missing(name)
        try:
            return convert(self.body, kind)
        except msgspec.ValidationError as error:
            raise complaint(error, self.body, supported={}) from None

    def find(self, kind: str, name: str, *, owner: str = "") -> Record:
        """The object that the path names.

        Raises:
            ApiError: There is none.
        """
        found = self.store.find(kind, self.path[name], owner=owner)
        if found is None:
            raise not_found(kind, self.path[name])
        return found


def not_found(kind: str, id: str) -> ApiError:
    """The API's error for an object that does not exist."""
    noun = kind.rpartition(".")[2].replace("_", " ")
    return ApiError(f"No {noun} found with id '{id}'.", status=404)


def endpoint(
    handler: Handler, desk: Desk, admit: Admit
) -> Callable[[Request], Awaitable[Response]]:
    """Serve requests with a handler; ``admit`` lets them in and knows their settings."""

    async def serve(request: Request) -> Response:
        settings = admit(request)
        if request.url.path.startswith(ASSISTANTS):
            _require_beta(request)
        body = await _body(request) if request.method == "POST" else {}
        async with desk.store:
            answer = handler(Call(desk, settings, request.path_params, request.query_params, body))
        return answer if isinstance(answer, Response) else shown(answer, settings)

    return serve


def shown(document: Document, settings: Settings) -> Response:
    """An object as the response's body; one with a status can be polled."""
    response = JSONResponse(document)
    if "status" in document and settings.poll_after_ms is not None:
        response.headers["openai-poll-after-ms"] = str(settings.poll_after_ms)
    return response


async def _body(request: Request) -> dict[str, Any]:
    # What needs no parameters, as to cancel a run, is asked for without a body.
    body = await read_json(request, absent=b"{}", limit=OBJECT_LIMIT)
    if not isinstance(body, dict):
        raise ApiError("The body of the request must be a JSON object.")
    return cast("dict[str, Any]", body)


def _require_beta(request: Request) -> None:
    if request.headers.get("openai-beta") != "assistants=v2":
        raise ApiError(
            "You must provide the 'OpenAI-Beta' header to access the Assistants API. "
            "Please try again by setting the header 'OpenAI-Beta: assistants=v2'.",
            code="invalid_beta",
        )
