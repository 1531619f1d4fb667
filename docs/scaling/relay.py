"""A relay: it passes answers on from the log, to readers who come late, leave and come back.

LOG_URL=redis://... uvicorn relay:app --port 8002
"""

from __future__ import annotations

import os
import socket
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from streamkit import relay
from streamkit.eventlog import CursorError, EventLogError, RedisLog, Retention

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from starlette.requests import Request

log = RedisLog(
    os.environ["LOG_URL"],
    prefix="answers:",
    retention=Retention(lease=float(os.environ.get("LEASE", "15")), seconds=3600),
)


async def read(request: Request) -> Response:
    """Pass an answer on, from the beginning or after the reader's last event."""
    after = request.headers.get("last-event-id")
    return await relay.resume(log, request.path_params["answer"], "sse", after=after)


async def stop(request: Request) -> Response:
    """End an answer, wherever it is produced; a reader who leaves ends nothing."""
    await log.astop(request.path_params["answer"])
    return Response(status_code=202)


async def refused(_: Request, error: Exception) -> Response:
    """Say that a cursor is none, or that the log cannot be reached now."""
    return Response(status_code=400 if isinstance(error, CursorError) else 503)


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncGenerator[None]:
    """Close the log in the end, which ends all readers; they go to another relay."""
    yield
    await log.aclose()


app = Starlette(
    routes=[
        Route("/answers/{answer}", read),
        Route("/answers/{answer}/stop", stop, methods=["POST"]),
    ],
    exception_handlers={EventLogError: refused},
    lifespan=lifespan,
)

if __name__ == "__main__":  # with a socket that compose.py listens at
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    server.run([socket.socket(fileno=int(sys.argv[1]))])
