"""Answers with odd headers, charsets and bodies are read if possible, or raise typed errors."""

from __future__ import annotations

import asyncio
import encodings
import json
import logging
import pkgutil
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any

import httpx
import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit import AsyncOpenAI, OpenAI, errors
from streamkit._http.backoff import retry_after
from streamkit._http.charset import charset
from tests.http_server import LAST_CHUNK, STREAM_HEAD, ScriptedServer, chunk
from tests.sse_bodies import DONE, part

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.diagonal

ASKED: dict[str, Any] = {"model": "m", "messages": []}
MESSAGE = {"role": "assistant", "content": "Hi"}
ANSWER = json.dumps(
    {"id": "c", "choices": [{"index": 0, "message": MESSAGE, "finish_reason": "stop"}]}
).encode()

HEADERS: dict[str, bytes] = {
    "UTF-8": "X-Region: Zürich".encode(),
    "Latin-1": b"X-Region: Z\xfcrich",
    "request id": b"x-request-id: \xff\x1b[31m\x85",
    "media type": b"Content-Type: application/json; charset=\xfc",
    "encoding": b"Content-Encoding: \xfc",
    "wait": b"Retry-After: \xfc",
    "wait in milliseconds": b"Retry-After-Ms: \xfc",
    "advice": b"x-should-retry: \xfc",
    "poll": b"openai-poll-after-ms: \xfc",
    "cookie": "Set-Cookie: city=Zürich; Path=/".encode(),
    "cookie's name": b"Set-Cookie: \xfc=1; Path=/",
    "bidirectional": "X-Note: \u202eabc".encode(),
}


def with_header(start: bytes, header: bytes, body: bytes) -> list[bytes]:
    length = b"Content-Length: %d\r\n" % len(body)
    return [b"HTTP/1.1 " + start + b"\r\n" + length + header + b"\r\n\r\n" + body]


def asked_sync(url: str, library: Any, **params: Any) -> Any:
    with library.Client() as http:
        client = OpenAI(base_url=url, api_key="k", max_retries=0, http_client=http)
        completions: Any = client.chat.completions
        answer: Any = completions.create(**ASKED, **params)
        return [*answer] if params else answer


def asked_async(url: str, library: Any, **params: Any) -> Any:
    async def ask() -> Any:
        async with library.AsyncClient() as http:
            client = AsyncOpenAI(base_url=url, api_key="k", max_retries=0, http_client=http)
            completions: Any = client.chat.completions
            answer: Any = await completions.create(**ASKED, **params)
            return [each async for each in answer] if params else answer

    return asyncio.run(ask())


@pytest.fixture(params=[asked_sync, asked_async], ids=["sync", "async"])
def ask(request: pytest.FixtureRequest) -> Callable[..., Any]:
    call: Callable[..., Any] = request.param
    return call


@pytest.mark.parametrize("library", [httpx, httpx2])
@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_no_header_loses_an_answer(ask: Callable[..., Any], header: bytes, library: Any) -> None:
    with ScriptedServer(with_header(b"200 OK", header, ANSWER)) as server:
        completion = ask(server.url, library)
    assert completion.choices[0].message.content == "Hi"


@pytest.mark.parametrize("library", [httpx, httpx2])
@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_no_header_loses_an_error(ask: Callable[..., Any], header: bytes, library: Any) -> None:
    body = b'{"error": {"message": "slow down"}}'
    with ScriptedServer(with_header(b"429 Slow", header, body)) as server:
        with pytest.raises(errors.RateLimitError, match="slow down") as caught:
            ask(server.url, library)
    name, _, value = header.partition(b": ")
    if name != b"Content-Encoding":
        assert (name.lower(), value) in [
            (key.lower(), value) for key, value in caught.value.response.headers.raw
        ]


@pytest.mark.parametrize("library", [httpx, httpx2])
@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_no_header_loses_a_stream(
    ask: Callable[..., Any], header: bytes, library: Any, caplog: pytest.LogCaptureFixture
) -> None:
    head = STREAM_HEAD.removesuffix(b"\r\n") + header + b"\r\n\r\n"
    script = [head, chunk(part("Hi", "stop")), chunk(DONE), LAST_CHUNK]
    with caplog.at_level(logging.DEBUG, "streamkit"), ScriptedServer(script) as server:
        (only,) = ask(server.url, library, stream=True)
    assert only.choices[0].delta.content == "Hi"
    for record in caplog.records:
        assert record.getMessage().isascii()
        assert record.getMessage().isprintable()


def test_a_cookie_that_cannot_be_sent_is_not_kept() -> None:
    cookies = [HEADERS["cookie"], b"Set-Cookie: kept=1; Path=/"]
    scripts = [with_header(b"200 OK", header, b"{}") for header in cookies]
    away = with_header(b"307 Away", HEADERS["cookie"] + b"\r\nLocation: /v1/there", b"")
    with ScriptedServer(*scripts, away, *scripts) as server:
        with OpenAI(base_url=server.url, api_key="k", max_retries=0) as client:
            for _ in range(4):
                client.files.retrieve("file-1")
    sent = [request.headers.get("cookie") for request in server.requests]
    assert sent == [None, None, "kept=1", "kept=1", "kept=1"]


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_a_given_client_forgets_such_a_cookie_and_keeps_its_rules(library: Any) -> None:
    cookies = [HEADERS["cookie"], b"Set-Cookie: kept=1; Path=/"]
    away = HEADERS["cookie"] + b"\r\nLocation: /v1/there"
    scripts = [with_header(b"200 OK", header, b"{}") for header in cookies]
    policy = DefaultCookiePolicy()
    before = vars(policy).copy()
    with (
        ScriptedServer(*scripts, with_header(b"307 Away", away, b""), *scripts) as server,
        library.Client(cookies=CookieJar(policy), follow_redirects=True) as http,
        OpenAI(base_url=server.url, api_key="k", max_retries=0, http_client=http) as client,
    ):
        for _ in range(2):
            client.files.retrieve("file-1")
        with pytest.raises(errors.StreamkitError):  # httpx has failed to follow the redirect
            client.files.retrieve("file-1")
        for _ in range(2):
            client.files.retrieve("file-1")
    sent = [request.headers.get("cookie") for request in server.requests]
    assert sent == [None, None, "kept=1", "kept=1", "kept=1"]
    assert {name: value for name, value in vars(policy).items() if name in before} == before
    assert "set_ok" not in vars(policy)


# Charsets

PYTHON_S = [module.name for module in pkgutil.iter_modules(encodings.__path__)]


@pytest.mark.parametrize("name", [*PYTHON_S, "", "../x", "x" * 10_000, "a\0b", "'utf-8'"])
def test_with_any_charset_a_body_can_be_read(name: str) -> None:
    for content in (b"", b"a", bytes(range(256)) * 3, b"\xff\xfe\x00"):
        response = httpx.Response(200, content=content)
        response.encoding = charset(f"text/html; charset={name}", content)
        assert isinstance(response.text, str)


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("text/html", "utf-8"),
        ("text/html; charset=latin-1", "iso8859-1"),
        ('text/html; charset="Shift_JIS"', "shift_jis"),
        ("text/html; charset=utf-16", "utf-16-le"),
        ("text/html; charset=base64", "utf-8"),
        ("text/html; charset=idna", "utf-8"),
        ("text/html; charset=utf-7", "utf-8"),
        ("text/html; charset=utf-8-sig", "utf-8-sig"),
        ("text/html; charset=unicode_escape", "utf-8"),
        ("text/html; charset=none-such", "utf-8"),
        ("nonsense", "utf-8"),
    ],
)
def test_a_charset_is_one_of_text_else_utf_8(content_type: str, expected: str) -> None:
    assert charset(content_type, b"") == expected


@pytest.mark.parametrize("name", ["utf-16", "utf-16-be", "utf-32", "iso-8859-1"])
def test_an_error_is_read_in_its_charset(ask: Callable[..., Any], name: str) -> None:
    body = '{"error": {"message": "Zürich ist zu"}}'.encode(name)
    header = f"Content-Type: application/json; charset={name}".encode()
    with ScriptedServer(with_header(b"503 Down", header, body)) as server:
        with pytest.raises(errors.InternalServerError, match="503 - Zürich ist zu") as caught:
            ask(server.url, httpx)
    assert caught.value.response.json() == {"error": {"message": "Zürich ist zu"}}


@pytest.mark.parametrize("name", ["utf-16", "idna", "base64", "zlib", "undefined", "punycode"])
def test_a_charset_that_is_wrong_makes_no_raw_exception(ask: Callable[..., Any], name: str) -> None:
    header = f"Content-Type: text/html; charset={name}".encode()
    with ScriptedServer(with_header(b"200 OK", header, b"<html>")) as server:
        with pytest.raises(errors.APIResponseValidationError, match="no chat completion"):
            ask(server.url, httpx)
        with OpenAI(base_url=server.url, api_key="k") as client:
            assert isinstance(client.files.content("file-1").text, str)


# Bodies and dates


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 60_000,
        b'{"error":' * 5_000 + b"1" + b"}" * 5_000,
        b'{"error": {"message": ' + b"[" * 500 + b"]" * 500 + b"}}",
        b'{"error": {"message": "half of a pair: \\ud800"}}',
        b'{"error": ' + b"9" * 5_000 + b"}",
        b"\x00\xff" * 100,
    ],
    ids=["open", "deep", "deep message", "half a pair", "large number", "no text"],
)
def test_no_body_hides_a_status(ask: Callable[..., Any], body: bytes) -> None:
    with ScriptedServer(with_header(b"400 Bad", b"X-A: b", body)) as server:
        with pytest.raises(errors.BadRequestError) as caught:
            ask(server.url, httpx)
    str(caught.value).encode()  # the error can be printed


DATES = [
    "Fri, 31 Dec 9999 23:59:59 -2359",
    "Fri, 31 Dec 99999 23:59:59 GMT",
    f"Fri, 31 Dec {'9' * 40} 23:59:59 GMT",
    "Mon, 01 Jan 0001 00:00:00 +2359",
    f"Mon, 01 Jan 2020 00:00:00 +{'9' * 40}",
    "Mon, 99 Jan 2020 99:99:99 GMT",
    "1e999",
    "nan",
    "9" * 5_000,
    ",",
    "",
]


@pytest.mark.parametrize("date", DATES)
def test_no_date_to_retry_after_hides_a_status(ask: Callable[..., Any], date: str) -> None:
    header = f"Retry-After: {date}".encode()
    with ScriptedServer(with_header(b"429 Slow", header, b"{}")) as server:
        with pytest.raises(errors.RateLimitError):
            ask(server.url, httpx)


@given(st.one_of(st.text(), st.from_regex(r"\w{3}, \d+ \w{3} \d+ \d+:\d+:\d+ [+-]?\d+")))
def test_any_date_is_one_or_none(date: str) -> None:
    from datetime import UTC, datetime

    seconds = retry_after({"retry-after": date}, datetime(2024, 1, 1, tzinfo=UTC))
    assert seconds is None or seconds > 0
