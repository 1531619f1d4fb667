"""Requests for objects in the store, and the endpoint that passes them to a handler."""

# Strategy: a handler is a plain function of the call. It runs inside one transaction and returns
# the object to show, so it neither awaits nor encodes, and an error undoes everything it wrote.

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
"""The paths of the Assistants API, which requires a header."""
OBJECT_LIMIT = 1024 * 1024
"""The bytes of a request for an object; few, because a run rewrites its object again and again."""


@dataclass(frozen=True)
class Call:
    """One request for an object, with the server's settings for it."""

    desk: Desk
    settings: Settings
    path: dict[str, str]
    """The variable parts of the path, by their names in the route."""
    query: QueryParams
    body: dict[str, Any]
    request: Request

    @property
    def store(self) -> Store:
        """The store of the server's objects."""
        return self.desk.store

    def read(self, kind: type[T]) -> T:
        """Return the body as a value of the type ``kind``.

        Raises:
            ApiError: The body does not fit the type.
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
        """Return the object that the part ``name`` of the path names.

        Raises:
            ApiError: The object does not exist.
        """
        found = self.store.find(kind, self.path[name], owner=owner)
        if found is None:
            raise not_found(kind, self.path[name])
        return found


def not_found(kind: str, id: str) -> ApiError:
    """Return the API's error for an object that does not exist."""
    noun = kind.rpartition(".")[2].replace("_", " ")
    return ApiError(f"No {noun} found with id '{id}'.", status=404)


def endpoint(
    handler: Handler, desk: Desk, admit: Admit
) -> Callable[[Request], Awaitable[Response]]:
    """Return an endpoint for a handler; ``admit`` checks a request and returns its settings."""

    async def serve(request: Request) -> Response:
        settings = admit(request)
        if request.url.path.startswith(ASSISTANTS):
            _require_beta(request)
        body = await _body(request) if request.method == "POST" else {}
        async with desk.store:
            call = Call(desk, settings, request.path_params, request.query_params, body, request)
            answer = handler(call)
        return answer if isinstance(answer, Response) else shown(answer, settings)

    return serve


def shown(document: Document, settings: Settings) -> Response:
    """Return a response with an object; an object with a status gets the polling hint."""
    response = JSONResponse(document)
    if "status" in document and settings.poll_after_ms is not None:
        response.headers["openai-poll-after-ms"] = str(settings.poll_after_ms)
    return response


async def _body(request: Request) -> dict[str, Any]:
    # A request without parameters, such as one that cancels a run, has no body.
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
