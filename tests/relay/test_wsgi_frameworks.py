"""Flask and Django pass a stream on, behind a real WSGI server."""

from __future__ import annotations

import contextlib
import threading
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

import flask
import httpx
import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from streamkit import OpenAI, relay
from tests.http_server import ScriptedServer
from tests.relay.test_asgi import ASKED, EXPECTED, HELD, WHOLE

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from streamkit.relay.wsgi import RelayBody


def flask_app(new_body: Callable[[], RelayBody]) -> Any:
    site = flask.Flask("site")

    @site.post("/chat")
    def chat() -> flask.Response:  # pyright: ignore[reportUnusedFunction] - Flask has it
        body = new_body()
        return flask.Response(body, headers=dict(body.headers))

    return site


def django_app(new_body: Callable[[], RelayBody]) -> Any:
    def chat(_: Any) -> Any:
        body = new_body()
        return http.StreamingHttpResponse(body, headers=dict(body.headers))

    if not settings.configured:
        settings.configure(ALLOWED_HOSTS=["*"], SECRET_KEY="k", LOGGING_CONFIG=None)
    routes: Any = ModuleType("routes")
    routes.urlpatterns = [urls.path("chat", chat)]
    settings.ROOT_URLCONF = routes
    urls.clear_url_caches()
    return wsgi.get_wsgi_application()


# Django has no types.
settings: Any = import_module("django.conf").settings
http: Any = import_module("django.http")
urls: Any = import_module("django.urls")
wsgi: Any = import_module("django.core.wsgi")

FRAMEWORKS = {"flask": flask_app, "django": django_app}
frameworks = pytest.mark.parametrize("new_app", FRAMEWORKS.values(), ids=FRAMEWORKS)


@contextlib.contextmanager
def served(app: Any) -> Generator[str]:
    """Serve a WSGI application on loopback, in threads; yield the address of its chat."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/chat"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None: ...


@contextlib.contextmanager
def chatting(new_app: Any, url: str) -> Generator[str]:
    """Serve an application that passes on the stream of an API; yield its address."""

    def new_body() -> RelayBody:
        stream = client.chat.completions.stream(**ASKED)
        return relay.wsgi.body(stream, protocol="ui-message", keep_alive=0.05)

    with OpenAI(base_url=url, api_key="k") as client, served(new_app(new_body)) as address:
        yield address


@frameworks
def test_a_stream_is_passed_on(new_app: Any) -> None:
    with ScriptedServer(WHOLE) as server:
        with chatting(new_app, server.url) as url:
            answer = httpx.post(url, timeout=20)
    assert answer.content.replace(relay.KEEP_ALIVE, b"") == EXPECTED
    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.headers["x-vercel-ai-ui-message-stream"] == "v1"
    assert answer.headers["x-accel-buffering"] == "no"


@frameworks
def test_the_client_that_leaves_ends_the_request(new_app: Any) -> None:
    with ScriptedServer(HELD) as server:
        with chatting(new_app, server.url) as url:
            with httpx.stream("POST", url, timeout=20) as answer:
                # A comment may come before it, to keep the connection.
                assert any(b"start" in piece for piece in answer.iter_bytes())
            assert server.hung_up.wait(10)
