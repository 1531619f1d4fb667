"""The polling helpers, called in every possible way, and the answers of the server."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import httpx
from reactivex import Observable

from streamkit import AsyncOpenAI, OpenAI
from tests.http_server import ScriptedServer, response

RUN = {"id": "run_1", "object": "thread.run", "thread_id": "thread_1", "assistant_id": "asst_1"}
STORED = {"id": "file_1", "object": "vector_store.file", "vector_store_id": "vs_1"}
BATCH = {"id": "vsfb_1", "object": "vector_store.files_batch", "vector_store_id": "vs_1"}
FILE = {"id": "file_1", "object": "file", "purpose": "assistants", "filename": "a"}

# Loading the certificates takes longer than most tests do.
SSL = ssl.create_default_context()

POLL_RUN = "GET /v1/threads/thread_1/runs/run_1"
POLL_STORED = "GET /v1/vector_stores/vs_1/files/file_1"
POLL_BATCH = "GET /v1/vector_stores/vs_1/file_batches/vsfb_1"
POLL_FILE = "GET /v1/files/file_1"


@dataclass(frozen=True)
class Helper:
    """A method that polls: its parameters, its requests and the object that it polls."""

    name: str
    params: Mapping[str, Any]
    starts: str
    """The request that starts the work; empty when the work has been started already."""
    polls: str
    object: dict[str, Any]
    working: str = "in_progress"
    final: str = "completed"

    def answers(self, *statuses: str) -> list[Any]:
        return [self.object | {"status": status} for status in statuses]


@dataclass
class Outcome:
    """The states that a helper returned or emitted, and its error."""

    states: list[Any] = field(default_factory=list[Any])
    """All states of an observable, or the one state that a call returned."""
    error: Any = None

    @property
    def last(self) -> Any:
        assert self.error is None, self.error
        return self.states[-1]


Way = Callable[..., Outcome]


def blocking(url: str, name: str, **params: Any) -> Outcome:
    outcome = Outcome()
    with httpx.Client(verify=SSL) as http, OpenAI(**options(url, http)) as client:
        try:
            outcome.states.append(method(client, name)(**params))
        except Exception as error:  # noqa: BLE001 - the test judges it
            outcome.error = error
    return outcome


def awaiting(url: str, name: str, **params: Any) -> Outcome:
    outcome = Outcome()

    async def main() -> None:
        async with (
            httpx.AsyncClient(verify=SSL) as http,
            AsyncOpenAI(**options(url, http)) as client,
        ):
            try:
                outcome.states.append(await method(client, name)(**params))
            except Exception as error:  # noqa: BLE001 - the test judges it
                outcome.error = error

    asyncio.run(main())
    return outcome


def observing(url: str, name: str, **params: Any) -> Outcome:
    outcome = Outcome()

    def failed(error: Exception) -> None:
        outcome.error = error

    with httpx.Client(verify=SSL) as http, OpenAI(**options(url, http)) as client:
        try:
            observed: Observable[Any] = method(client, twin(name))(**params)
        except Exception as error:  # noqa: BLE001 - the test judges it
            outcome.error = error
        else:
            observed.subscribe(outcome.states.append, failed)
    return outcome


def observing_async(url: str, name: str, **params: Any) -> Outcome:
    outcome = Outcome()

    async def main() -> None:
        ended = asyncio.Event()

        def failed(error: Exception) -> None:
            outcome.error = error
            ended.set()

        async with (
            httpx.AsyncClient(verify=SSL) as http,
            AsyncOpenAI(**options(url, http)) as client,
        ):
            try:
                observed: Observable[Any] = method(client, twin(name))(**params)
            except Exception as error:  # noqa: BLE001 - the test judges it
                outcome.error = error
            else:
                observed.subscribe(outcome.states.append, failed, ended.set)
                await ended.wait()

    asyncio.run(main())
    return outcome


def options(url: str, http_client: Any) -> dict[str, Any]:
    return {"api_key": "k", "base_url": url, "max_retries": 0, "http_client": http_client}


def method(client: Any, name: str) -> Callable[..., Any]:
    found: Callable[..., Any] = reduce(getattr, name.split("."), client)
    return found


def twin(name: str) -> str:
    resource, _, last = name.rpartition(".")
    return f"{resource}.observe_{last}"


WAYS: list[Way] = [blocking, awaiting, observing, observing_async]
OBSERVING = [observing, observing_async]


def ok(body: Any, **headers: str) -> list[bytes]:
    named = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return [response(body=json.dumps(body).encode(), headers=named)]


def serving(*bodies: Any) -> ScriptedServer:
    return ScriptedServer(*(ok(body) for body in bodies))


def asked(server: ScriptedServer) -> list[str]:
    return [f"{request.method} {request.target}" for request in server.requests]


def brief(state: Any) -> tuple[str, str]:
    """Return the id and the status of an object, or of its JSON."""
    data = state.to_dict() if hasattr(state, "to_dict") else state
    return data["id"], data["status"]
