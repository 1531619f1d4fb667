"""The parts of httpcore on which streamkit relies; a release that changes one fails here.

The tests of stopping show that stopping works; these tests show the conditions for it.
"""

from __future__ import annotations

import inspect
import re
import threading
from pathlib import Path
from typing import Any

import httpcore
import pytest

import streamkit._http
from streamkit._http.as_httpcore import ERRORS
from streamkit._http.async_network import AsyncBackend, AsyncStream
from streamkit._http.network import Backend, Stream
from tests.http_server import ScriptedServer
from tests.sse_bodies import DONE, part, stream
from tests.ways import LIBRARIES

WHOLE = stream(part("Hi", "stop"), DONE)


def methods(one: type) -> dict[str, list[str]]:
    return {
        name: [*inspect.signature(value).parameters]
        for name, value in vars(one).items()
        if callable(value) and not name.startswith("_")
    }


@pytest.mark.parametrize(
    ("interface", "ours"),
    [
        (httpcore.NetworkStream, Stream),
        (httpcore.AsyncNetworkStream, AsyncStream),
        (httpcore.NetworkBackend, Backend),
        (httpcore.AsyncNetworkBackend, AsyncBackend),
    ],
)
def test_a_stream_and_a_backend_have_these_methods(interface: type, ours: type) -> None:
    # Two methods are never called, because no Unix socket is used and the pool does not retry.
    needed = {
        name: parameters
        for name, parameters in methods(interface).items()
        if name not in {"connect_unix_socket", "sleep"}
    }
    implemented = methods(ours)
    assert needed == {name: implemented.get(name) for name in needed}


@pytest.mark.parametrize(
    ("interface", "pool", "close"),
    [
        (httpcore.ConnectionInterface, httpcore.ConnectionPool, "close"),
        (httpcore.AsyncConnectionInterface, httpcore.AsyncConnectionPool, "aclose"),
    ],
)
def test_a_pool_makes_connections_with_these_methods(interface: Any, pool: Any, close: str) -> None:
    # Our own pool has the pool of httpcore make them, and does the rest itself.
    assert [*inspect.signature(pool.create_connection).parameters] == ["self", "origin"]
    used = {"can_handle_request", "has_expired", "is_closed", "is_idle", close}
    assert used <= methods(interface).keys()


def test_these_are_its_errors() -> None:
    errors = {
        one
        for name in httpcore.__all__
        if inspect.isclass(one := getattr(httpcore, name)) and issubclass(one, Exception)
    }
    # The pool itself handles one of the errors.
    assert errors - {httpcore.ConnectionNotAvailable} == {*ERRORS}
    for theirs, mapped in ERRORS.items():
        above = {ERRORS[base] for base in theirs.__mro__[1:] if base in ERRORS}
        assert all(issubclass(mapped, base) for base in above)


class Noting(Backend):
    """A backend that notes each call, and whether it came from the thread that made the backend."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, bool]] = []
        self._thread = threading.current_thread()

    def note(self, name: str) -> None:
        self.calls.append((name, threading.current_thread() is self._thread))

    def connect_tcp(self, *args: Any, **options: Any) -> Stream:
        self.note("connect_tcp")
        stream = super().connect_tcp(*args, **options)
        return NotingStream(stream, self)


class NotingStream(Stream):
    def __init__(self, stream: Stream, notes: Noting) -> None:
        super().__init__(stream.get_extra_info("socket"))
        self._notes = notes

    def read(self, *args: Any, **options: Any) -> bytes:
        self._notes.note("read")
        return super().read(*args, **options)

    def write(self, *args: Any, **options: Any) -> None:
        self._notes.note("write")
        super().write(*args, **options)

    def close(self) -> None:
        self._notes.note("close")
        super().close()


def test_a_request_is_these_calls_in_its_own_thread() -> None:
    backend = Noting()
    with ScriptedServer(WHOLE) as server, httpcore.ConnectionPool(network_backend=backend) as pool:
        for _ in range(2):
            pool.request("POST", f"http://{server.host}/", content=b"x")
        assert all(is_here for _, is_here in backend.calls)
        names = [name for name, _ in backend.calls]
        once = [*dict.fromkeys(names)]
        assert (once, names.count("connect_tcp")) == (["connect_tcp", "write", "read"], 1)


def test_a_body_that_is_left_has_its_connection_closed() -> None:
    backend = Noting()
    with ScriptedServer(WHOLE) as server, httpcore.ConnectionPool(network_backend=backend) as pool:
        with pool.stream("GET", f"http://{server.host}/"):
            pass
        assert backend.calls[-1] == ("close", True)


@pytest.mark.parametrize("step", ["write", "read"])
def test_what_a_stream_raises_reaches_the_caller_and_closes_it(
    step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise LookupError("refused")

    backend = Noting()
    monkeypatch.setattr(NotingStream, step, refuse)
    with ScriptedServer(WHOLE) as server, httpcore.ConnectionPool(network_backend=backend) as pool:
        with pytest.raises(LookupError, match="refused"):
            pool.request("GET", f"http://{server.host}/")
        assert backend.calls[-1] == ("close", True)


# The connections of a given client


@pytest.mark.parametrize("library", LIBRARIES.values(), ids=LIBRARIES.keys())
def test_the_trace_of_a_request_names_these_steps(library: Any) -> None:
    steps: list[str] = []

    def note(event: str, info: dict[str, Any]) -> None:
        steps.append(event)
        if event == "connection.connect_tcp.complete":
            assert info["return_value"].get_extra_info("socket") is not None

    sent = [
        "http11.send_request_headers.started",
        "http11.send_request_headers.complete",
        "http11.send_request_body.started",
        "http11.send_request_body.complete",
        "http11.receive_response_headers.started",
        "http11.receive_response_headers.complete",
        "http11.receive_response_body.started",
        "http11.receive_response_body.complete",
        "http11.response_closed.started",
        "http11.response_closed.complete",
    ]
    with ScriptedServer(WHOLE) as server, library.Client() as http:
        for opened in ["connection.connect_tcp.started", "connection.connect_tcp.complete"], []:
            steps.clear()
            http.get(server.url, extensions={"trace": note})
            assert steps == [*opened, *sent]


@pytest.mark.parametrize("library", LIBRARIES.values(), ids=LIBRARIES.keys())
def test_a_response_leads_to_its_socket(library: Any) -> None:
    with ScriptedServer(WHOLE) as server, library.Client() as http:
        with http.stream("GET", server.url) as response:
            stream = response.extensions["network_stream"]
            assert stream.get_extra_info("socket").fileno() >= 0
            assert response.http_version == "HTTP/1.1"


# The page of the documentation


def test_the_page_on_stopping_names_what_is_there() -> None:
    folder = Path(streamkit._http.__file__).parent
    page = (folder / "STOPPING.md").read_text()
    files = {*re.findall(r"`((?:_async/)?\w+\.py)`", page)}
    assert len(files) > 10
    assert [name for name in files if not (folder / name).exists()] == []
    source = "".join(file.read_text() for file in folder.rglob("*.py"))
    for class_, method in re.findall(r"`([A-Z]\w+)\.(\w+)`", page):
        assert f"class {class_}" in source
        assert re.search(rf"def {method}\(|self\.{method} = ", source), (class_, method)
