"""No raised error contains a secret of the request, however a server quotes it."""

from __future__ import annotations

import asyncio
import base64
import html
import json
import logging
import pickle
import traceback
import urllib.parse
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, cast

import httpx
import pytest
from httpx_aiohttp import HttpxAiohttpClient
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from streamkit import AsyncOpenAI, OpenAI, errors
from streamkit._core.redacted import REDACTED
from streamkit._http.redaction import Secrets
from tests.http_server import (
    LAST_CHUNK,
    STREAM_HEAD,
    Do,
    Script,
    ScriptedServer,
    chunk,
    head,
    response,
)
from tests.sse_bodies import part

pytestmark = pytest.mark.diagonal

ASKED: dict[str, Any] = {"model": "m", "messages": []}
SECRET = 'sk-"p/l+a\\n&t%<e>d'
HELLO = part("Hello")


class Answer(BaseModel):
    a: int


# Every place for a secret in a request, with the arguments of the client for it.
PLACES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "key": ({"api_key": SECRET}, {}),
    "key that is asked for": ({"api_key": lambda: SECRET}, {}),
    "header of the client": ({"default_headers": {"X-Anything": SECRET}}, {}),
    "header of the call": ({}, {"extra_headers": {"X-Anything": SECRET}}),
    "query of the client": ({"default_query": {"anything": SECRET}}, {}),
    "query of the call": ({}, {"extra_query": {"anything": SECRET}}),
    "cookie": ({"default_headers": {"Cookie": f"a=b; session={SECRET}"}}, {}),
}

FORMS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in JSON": lambda text: json.dumps(text)[1:-1],
    "in JSON in JSON": lambda text: json.dumps(json.dumps(text)[1:-1])[1:-1],
    "letter by letter": lambda text: "".join(f"\\u{ord(letter):04X}" for letter in text),
    "in a URL": lambda text: urllib.parse.quote(text, safe=""),
    "in a URL in a URL": lambda text: urllib.parse.quote(urllib.parse.quote(text, safe="")),
    "in small hexadecimal": lambda text: "".join(f"%{ord(letter):02x}" for letter in text),
    "in HTML": html.escape,
    "in HTML, numbered": lambda text: "".join(f"&#{ord(letter)};" for letter in text),
    "in Python": lambda text: repr(text)[1:-1],
}


def scripts(said: str) -> dict[str, Script]:
    """Return all ways in which a server can quote a text and end in an error."""
    quoted = said.encode()
    in_json = json.dumps({"error": {"message": said, said: [said], "code": said}}).encode()
    header = [("x-request-id", said), ("x-echo", said)]
    event = b"data: " + json.dumps({"error": {"message": said}}).encode() + b"\n\n"
    return {
        "error": [response(400, in_json, header)],
        "page": [response(404, b"<p>" + quoted)],
        "UTF-16": [response(404, said.encode("utf-16"), [("Content-Type", "a/b; charset=utf-16")])],
        "UTF-7": [response(404, quoted, [("Content-Type", "a/b; charset=utf-7")])],
        "EBCDIC": [response(404, said.encode("cp037"), [("Content-Type", "a/b; charset=cp037")])],
        "success that is none": [response(200, quoted)],
        "success with an error": [response(200, in_json)],
        "error in mid-stream": [STREAM_HEAD, chunk(HELLO), chunk(event), LAST_CHUNK],
        "named error": [STREAM_HEAD, chunk(b"event: error\ndata: " + quoted + b"\n\n"), LAST_CHUNK],
        "event": [STREAM_HEAD, chunk(HELLO), chunk(b"data: " + quoted + b"\n\n"), LAST_CHUNK],
        "page in place of a stream": [STREAM_HEAD, chunk(b"<p>" + quoted), LAST_CHUNK],
        "cut in its midst": [
            STREAM_HEAD,
            chunk(b"data: " + b"x" * (500 - len(quoted) // 2) + quoted + b"\n\n"),
            LAST_CHUNK,
        ],
        "no HTTP": [quoted + b"\r\n\r\n", Do.HANG_UP],
        "redirect": [response(307, headers=[("Location", f"http://127.0.0.2:1/{said}")])],
    }


def raised(call: Callable[[], object]) -> Exception | None:
    try:
        call()
    except Exception as error:  # noqa: BLE001 - any error is searched
        return error
    return None


def on_every_road(url: str, config: dict[str, Any], params: dict[str, Any]) -> Iterator[Exception]:
    config = {"api_key": "the-usual-key", "base_url": url, "max_retries": 0, **config}
    asked = ASKED | params

    async def read() -> None:
        async with AsyncOpenAI(**config) as client:
            async with client.chat.completions.stream(**asked) as stream:
                await stream.until_done()

    with OpenAI(**config) as client:
        completions: Any = client.chat.completions
        runs: Any = client.beta.threads.runs

        def observe() -> None:
            caught: list[Exception] = []
            completions.observe(**asked).subscribe(on_error=caught.append)
            for error in caught:
                raise error

        calls: list[Callable[[], object]] = [
            partial(completions.create, **asked),
            partial(completions.parse, **asked, response_format=Answer),
            lambda: list(completions.create(**asked, stream=True)),
            observe,
            lambda: asyncio.run(read()),
            lambda: client.files.retrieve("file-1", **params),
            lambda: client.files.create(file=b"x", purpose="assistants", **params),
            partial(runs.create, "t", assistant_id="a", **params),
            lambda: list(runs.create("t", assistant_id="a", stream=True, **params)),
        ]
        for call in calls:
            error = raised(call)
            if error is not None:
                yield error


@pytest.mark.parametrize("how", scripts(""))
@pytest.mark.parametrize("place", PLACES)
def test_no_error_has_a_secret_wherever_it_was_and_however_it_is_quoted(
    place: str, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    config, params = PLACES[place]
    with (
        caplog.at_level(logging.DEBUG, "streamkit"),
        ScriptedServer(scripts(SECRET)[how]) as server,
    ):
        found = list(on_every_road(server.url, config, params))
    assert found
    for error in found:
        assert isinstance(error, errors.OpenAIError)
        assert_clean(error, SECRET, SECRET[:6])
    for record in caplog.records:
        assert SECRET not in record.getMessage()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("how", ["error", "page", "success that is none", "event"])
def test_no_error_has_a_secret_in_any_form(how: str, form: str) -> None:
    written = FORMS[form](SECRET)
    with ScriptedServer(scripts(written)[how]) as server:
        found = list(on_every_road(server.url, {"api_key": SECRET}, {}))
    for error in found:
        assert_clean(error, SECRET, written)


@pytest.mark.parametrize("key", ["k", "abc", "EMPTY"])
def test_a_short_key_is_taken_out_where_it_stands_alone(key: str) -> None:
    said = {"error": {"message": f"no key {key}, for {key}s are none", "code": 7}}
    with ScriptedServer([response(401, json.dumps(said).encode())]) as server:
        client = OpenAI(api_key=key, base_url=server.url, max_retries=0)
        with client, pytest.raises(errors.AuthenticationError) as caught:
            client.chat.completions.create(**ASKED)
    assert str(caught.value) == f"Error code: 401 - no key [redacted], for {key}s are none"
    assert caught.value.body == {
        "message": f"no key [redacted], for {key}s are none",
        "code": 7,
    }


@pytest.mark.parametrize("name", ["after", "limit", "api-version"])
def test_what_is_asked_for_may_be_quoted(name: str) -> None:
    request = httpx.Request(
        "GET",
        "http://api.test",
        params={name: "2024-06-01"},
        headers={"x-request-id": "trace-12345", "X-Flag": "on"},
    )
    said = "2024-06-01 on trace-12345"
    assert Secrets(request).text(said) == said


def test_a_password_is_one_by_itself() -> None:
    basic = base64.b64encode(b"user:open sesame").decode()
    request = httpx.Request("GET", "http://x", headers={"Authorization": f"Basic {basic}"})
    said = f"{basic} is open sesame of user"
    assert Secrets(request).text(said) == "[redacted] is [redacted] of user"


async def test_what_an_auth_of_the_http_client_adds_is_a_secret_too() -> None:
    class Auth(httpx.Auth):
        def auth_flow(self, request: httpx.Request) -> Any:
            request.headers["X-Signature"] = SECRET
            yield request

    with ScriptedServer([response(403, SECRET.encode())]) as server:
        async with httpx.AsyncClient(auth=Auth()) as http:
            client = AsyncOpenAI(api_key="k", base_url=server.url, http_client=http)
            with pytest.raises(errors.PermissionDeniedError) as caught:
                await client.chat.completions.create(**ASKED)
    assert_clean(caught.value, SECRET)


BAD_ANSWERS: dict[str, Script] = {
    "status line": [b"HTTP/9.9 nonsense\r\n\r\n", Do.HANG_UP],
    "header": [b"HTTP/1.1 200 OK\r\nno header\r\n\r\n", Do.HANG_UP],
    "length": [head(200, [("Content-Length", "-1")]), Do.HANG_UP],
    "reset": [Do.RESET],
    "hang up": [Do.HANG_UP],
    "reason": [b"HTTP/1.1 200 \xff\r\nContent-Length: 2\r\n\r\n{}", Do.HANG_UP],
}


@pytest.mark.parametrize("bad", BAD_ANSWERS)
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("kind", [httpx.AsyncClient, HttpxAiohttpClient])
async def test_no_foreign_exception_leaves(kind: Any, stream: bool, bad: str) -> None:
    with ScriptedServer(BAD_ANSWERS[bad]) as server:
        async with kind() as http:
            client = AsyncOpenAI(
                api_key=SECRET, base_url=server.url, http_client=http, max_retries=0
            )

            async def read() -> None:
                if stream:
                    chunks = await client.chat.completions.create(**ASKED, stream=True)
                    await chunks.until_done()
                await client.chat.completions.create(**ASKED)

            with pytest.raises(errors.OpenAIError) as caught:
                await read()
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    assert_clean(caught.value, SECRET)


@given(
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=64), st.data()
)
def test_any_secret_is_found_in_any_form(secret: str, data: st.DataObject) -> None:
    request = httpx.Request("GET", "http://x", headers={"X-Key": secret})
    form = data.draw(st.sampled_from([*FORMS.values()]))
    text = Secrets(request).text(f"<< {form(secret)} >>")
    assert text == f"<< {REDACTED} >>"


def test_no_text_makes_the_search_for_secrets_endless() -> None:
    secrets = Secrets(httpx.Request("GET", "http://x", headers={"X-Key": "\\" * 40}))
    assert secrets.text("\\u005c" * 3 + "x" * 100_000).endswith("x")
    other = Secrets(httpx.Request("GET", "http://x", headers={"X-Key": SECRET}))
    assert len(other.text("\\" * 100_000)) == 100_000


# A client made from another one


@pytest.mark.parametrize("given", [False, True], ids=["own", "given"])
def test_another_key_has_other_cookies(given: bool) -> None:
    cookie = response(headers=[("Set-Cookie", "account=first; Path=/")])
    with ScriptedServer([cookie], [response()]) as server, httpx.Client() as http:
        first = OpenAI(api_key="first", base_url=server.url, http_client=http if given else None)
        second = first.with_options(api_key="second")
        same = first.with_options(max_retries=0)
        for client in (first, second, first, same, second):
            client.files.retrieve("file-1")
        sent = [request.headers.get("cookie") for request in server.requests]
        connections = server.connections
        first.close()
    assert sent == [None, None, "account=first", "account=first", None]
    assert connections == 1


def test_a_cookie_of_another_key_is_not_seen_by_the_first() -> None:
    cookie = response(headers=[("Set-Cookie", "account=second; Path=/")])
    with ScriptedServer([response()], [cookie], [response()]) as server:
        with OpenAI(api_key="first", base_url=server.url) as first:
            second = first.with_options(api_key="second")
            for client in (first, second, first, second):
                client.files.retrieve("file-1")
    sent = [request.headers.get("cookie") for request in server.requests]
    assert sent == [None, None, None, "account=second"]


# The search itself


def assert_clean(error: BaseException, *secrets: str) -> None:
    shown = "".join(traceback.format_exception(error)) + pickle.dumps(error).decode("latin-1")
    seen: set[int] = set()
    open_: list[Any] = [error]
    while open_:
        value = open_.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        shown += str(value) + repr(value)
        if isinstance(value, BaseException):
            open_ += [*vars(value).values(), value.__cause__, value.__context__, *value.args]
        if isinstance(value, dict):
            open_ += [*value, *value.values()]
        if isinstance(value, list | tuple):
            open_ += value
        if isinstance(value, httpx.Response):
            raw = b"".join(b": ".join(pair) for pair in value.headers.raw)
            shown += value.text + raw.decode("latin-1") + value.content.decode("latin-1")
            shown += str(value.request.url) + repr(value.request.headers.raw)
            open_ += value.request.extensions.values()
    for secret in secrets:
        assert secret not in shown
        assert json.dumps(secret)[1:-1] not in shown
        assert repr(secret)[1:-1] not in shown


def test_what_was_polled_is_quoted_without_secrets(caplog: pytest.LogCaptureFixture) -> None:
    said = {"id": SECRET, "object": "vector_store.file", "created_at": 1}

    def poll(status: str) -> object:
        answer = [response(body=json.dumps(said | {"status": status}).encode())]
        with ScriptedServer(answer) as server, _client(server) as client:
            return client.vector_stores.files.create_and_poll(
                vector_store_id="v", file_id="f", max_wait_seconds=0
            )

    with pytest.raises(errors.PollTimeoutError, match=r"\[redacted\] was not finished") as caught:
        poll("in_progress")
    assert SECRET not in f"{caught.value} {caught.value.resource_id}"
    poll(SECRET)
    assert REDACTED in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize(
    "said", [{"error": "\ud800!"}, {"error": {"message": "\ud800!", "code": "\ud800"}}], ids=repr
)
def test_every_error_can_be_printed(status: int, said: object) -> None:
    script = [response(status, json.dumps(said).encode())]
    with ScriptedServer(script) as server, _client(server) as client:

        def ask() -> object:
            return cast("object", client.chat.completions.create(**ASKED))

        error = raised(ask)
    assert isinstance(error, errors.APIError)
    assert "\ufffd!" in str(error)
    assert f"{error} {error.code} {error.body}".encode()


def _client(server: ScriptedServer) -> OpenAI:
    return OpenAI(api_key=SECRET, base_url=server.url, max_retries=0)
