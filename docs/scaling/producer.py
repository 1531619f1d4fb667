"""A producer: it asks the model, and writes the answers into the log.

LOG_URL=redis://... OPENAI_BASE_URL=https://... uvicorn producer:app --port 8001
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

from streamkit import AsyncOpenAI
from streamkit.eventlog import LogExistsError, RedisLog, Retention

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from starlette.requests import Request

log = RedisLog(
    os.environ["LOG_URL"],
    prefix="answers:",
    retention=Retention(lease=float(os.environ.get("LEASE", "15")), seconds=3600),
)
client = AsyncOpenAI()


async def ask(request: Request) -> Response:
    """Begin an answer, which goes on whoever leaves; 409 if there is one of this name."""
    question = (await request.body()).decode()
    events = client.chat.completions.observe(
        model="gpt-4o", messages=[{"role": "user", "content": question}]
    )
    production = log.produce(request.path_params["answer"], events)
    production.close()  # the readers are elsewhere
    await production.producer.opened.wait_async()
    if isinstance(production.producer.error, LogExistsError):
        production.stop()
        return Response(status_code=409)
    return Response(status_code=503 if production.producer.error else 202)


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncGenerator[None]:
    """Close the log in the end: answers that are not whole get an end that says so."""
    yield
    await log.aclose()
    await client.close()


app = Starlette(
    routes=[Route("/answers/{answer}", ask, methods=["POST"])],
    lifespan=lifespan,
)

if __name__ == "__main__":  # with a socket that compose.py listens at
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    server.run([socket.socket(fileno=int(sys.argv[1]))])
