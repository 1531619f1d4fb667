"""The server as an ASGI application."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route

from streamkit._cassette.cassette import Cassette
from streamkit._cassette.files import shipped, shipped_names
from streamkit._cassette.recording import Recording
from streamkit._core.compiled import convert
from streamkit.server import chat, files, messages, responses, threads, vector_stores
from streamkit.server.api import Api
from streamkit.server.api_error import ApiError
from streamkit.server.bounds import MAX_REQUESTS, REQUEST_SECONDS, Bounds, BoundsMiddleware
from streamkit.server.call import endpoint
from streamkit.server.cassette import replaying
from streamkit.server.desk import Desk
from streamkit.server.exchange import Journal, JournalMiddleware
from streamkit.server.faults.kinds import read as read_fault
from streamkit.server.faults.middleware import Faults, FaultsMiddleware
from streamkit.server.hosts import Hosts, HostsMiddleware
from streamkit.server.sampling.budget import ExhaustedError
from streamkit.server.settings import Settings
from streamkit.server.store import Store
from streamkit.server.threads.scenario import Scenario
from streamkit.server.threads.scenario import shipped as shipped_scenarios

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    from starlette.requests import Request
    from starlette.responses import Response

    from streamkit.server.faults.fault import Fault

UPLOAD_LIMIT = 512 * 1024 * 1024
"""The number of bytes that an uploaded file may have."""


def create_app(  # noqa: PLR0913 - settings, by keyword and each with a default
    *,
    seed: int = 0,
    api_key: str | None = None,
    token_size: int = 4,
    pace: float = 0.0,
    speed: float = 0.0,
    polls: int = 2,
    poll_after_ms: int | None = 10,
    models: Sequence[str] = (),
    recordings: Mapping[str, Recording] | None = None,
    cassette: str | PathLike[str] | Cassette | None = None,
    scenarios: Mapping[str, Any] | None = None,
    any_assistant: bool = True,
    database: str | PathLike[str] | None = None,
    upload_limit: int = UPLOAD_LIMIT,
    max_requests: int = MAX_REQUESTS,
    request_seconds: float = REQUEST_SECONDS,
    allowed_hosts: Sequence[str] = (),
    allowed_origins: Sequence[str] = (),
    log_requests: bool = False,
    fault: Fault | Mapping[str, Any] | str | None = None,
) -> Starlette:
    """Return the server's application, for any ASGI server on one event loop.

    Args:
        seed: The seed of the answers: another seed gives others to the same requests.
        api_key: The key that every request must carry; None asks for no key.
        token_size: The number of characters in a token.
        pace: The seconds between two chunks of a stream.
        speed: The speed of replays: 1 is as recorded, 2 is twice as fast, 0 is at once.
        polls: The number of polls until a run, a file or a batch has finished.
        poll_after_ms: The milliseconds in the header ``openai-poll-after-ms``; None sends none.
        models: The names of the models that are served; empty for any name.
        recordings: The recordings that ``recording:NAME`` replays, by NAME; None for those of
            streamkit.
        cassette: A cassette, or its file, that answers every request; see `streamkit.recording`.
        scenarios: The scenarios that runs can follow, by name, besides those of every server.
        any_assistant: Whether a run may name an assistant that does not exist.
        database: A file that keeps assistants, threads, files and vector stores; without one they
            are forgotten with the application.
        upload_limit: The number of bytes that an uploaded file may have.
        max_requests: The number of requests that are answered at a time; others get a 503.
        request_seconds: The seconds that an answer may take before it is cut.
        allowed_hosts: The hosts, besides those of loopback, that a request may name; ``*`` for any.
            Other hosts are refused, because a web page could have sent the request.
        allowed_origins: The origins, besides those of loopback, of web pages that may send requests
            and read the answers, as ``https://example.com``; ``*`` for any.
        log_requests: Whether the logger ``streamkit.server`` gets a line at INFO for each request,
            without headers, queries and bodies.
        fault: The fault of the answers, as `streamkit.server.faults` describes; None for none.

    Raises:
        OSError: The database cannot be opened, or the cassette cannot be read.
        TypeError: ``recordings`` are not recordings by name.
        ValueError: A setting is out of its range, or a scenario, the database, the cassette, a
            host, an origin or the fault is invalid.
    """
    settings = convert(
        {
            "token_size": token_size,
            "pace": pace,
            "speed": speed,
            "polls": polls,
            "poll_after_ms": poll_after_ms,
        },
        Settings,
    )
    known = convert(scenarios or {}, dict[str, Scenario])
    if recordings is None:
        recordings = {name: shipped(name) for name in shipped_names()}
    else:
        _require_recordings(recordings)
    journal = Journal()
    hosts = Hosts(allowed_hosts, allowed_origins)
    bounds = Bounds(max_requests, request_seconds)
    faults = Faults(None if fault is None else read_fault(fault))
    api = Api(api_key, settings, models, recordings)
    desk = Desk(
        store=Store(database, seed),
        seed=seed,
        scenarios={**shipped_scenarios(), **known},
        any_assistant=any_assistant,
        upload_limit=upload_limit,
        serve=api.serve_run,
    )
    kept = (
        *responses.ROUTES,
        *messages.ROUTES,
        *threads.ROUTES,
        *vector_stores.ROUTES,
        *files.ROUTES,
    )
    routes = [
        Route("/v1/chat/completions", chat.create(desk, api), methods=["POST"]),
        Route("/v1/responses", responses.create(desk, api), methods=["POST"]),
        Route("/v1/messages", messages.create(desk, api), methods=["POST"]),
        Route("/v1/messages/count_tokens", messages.count(api), methods=["POST"]),
        Route("/v1/models", api.list_models, methods=["GET"]),
        Route("/v1/models/{name:path}", api.show_model, methods=["GET"]),
        Route("/v1/files", files.upload(desk, api.admit), methods=["POST"]),
        *(
            Route("/v1" + path, endpoint(handler, desk, api.admit), methods=[method])
            for method, path, handler in kept
        ),
    ]
    if cassette is not None:
        loaded = cassette if isinstance(cassette, Cassette) else Cassette.load(cassette)
        routes = [replaying(loaded, api, faults)]
    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(JournalMiddleware, journal=journal, logs=log_requests),
            Middleware(HostsMiddleware, hosts=hosts),
            Middleware(BoundsMiddleware, bounds=bounds),
            Middleware(FaultsMiddleware, faults=faults),
        ],
        exception_handlers={
            ApiError: _api_error,
            ExhaustedError: _exhausted,
            HTTPException: _http_error,
            RecursionError: _nested,
        },
    )
    app.router.redirect_slashes = False
    app.state.hosts = hosts
    app.state.journal = journal
    app.state.faults = faults
    app.state.script = api.script
    return app


def _require_recordings(recordings: object) -> None:
    """Raise ``TypeError`` unless recordings are given by name."""
    wanted = "recordings= takes recordings by name, as {'name': streamkit.recording.load(path)}"
    if not isinstance(recordings, Mapping):
        raise TypeError(f"{wanted}, and not {type(recordings).__name__}")
    for name, recording in cast("Mapping[object, object]", recordings).items():
        if not isinstance(name, str) or not isinstance(recording, Recording):
            raise TypeError(f"{wanted}, and not {name!r} with {type(recording).__name__}")


async def _api_error(request: Request, error: Exception) -> Response:
    return cast("ApiError", error).response(request.scope)


async def _exhausted(request: Request, error: Exception) -> Response:
    return ApiError(f"The request cannot be answered: {error}.").response(request.scope)


async def _nested(request: Request, _: Exception) -> Response:
    """Refuse a request that is nested too deeply, the only cause of a ``RecursionError``."""
    error = ApiError("The request cannot be answered: it is nested too deeply.")
    return error.response(request.scope)


async def _http_error(request: Request, error: Exception) -> Response:
    """Return the API's error for those of routing: an unknown path and a wrong method."""
    found = cast("HTTPException", error)
    if found.status_code == 405:
        message = f"Not allowed to {request.method} on {request.url.path}."
        code = "method_not_supported"
    else:
        message = f"Invalid URL ({request.method} {request.url.path})"
        code = "unknown_url"
    worded = ApiError(message, status=found.status_code, code=code)
    return worded.response(request.scope, dict(found.headers or {}))
