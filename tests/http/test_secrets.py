"""Only the server sees a key: no log, traceback, tracker, pickle or recording contains it."""

from __future__ import annotations

import asyncio
import json
import logging
import pickle
import ssl
import traceback
from typing import TYPE_CHECKING, Any

import httpcore
import httpx
import pytest

import streamkit
from streamkit import AsyncOpenAI, Limits, OpenAI, errors
from streamkit._http.redaction import Secrets
from streamkit.recording import Read, Recording, load, save
from streamkit.server import EmbeddedServer
from tests.http_server import LAST_CHUNK, STREAM_HEAD, Do, ScriptedServer, chunk, response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.http_server import Script

pytestmark = pytest.mark.diagonal

KEY = "sk-planted-4f1d9c"
HEADERS = {"X-Goog-Api-Key": f"{KEY}-header", "Cookie": f"session={KEY}-cookie"}
ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}

HELLO = b'data: {"id":"c","model":"m","choices":[{"index":0,"delta":{"content":"Hello"}}]}\n\n'
DONE = b"data: [DONE]\n\n"


def streamed(*pieces: bytes) -> list[bytes]:
    return [STREAM_HEAD, *map(chunk, pieces)]


# Every way to fail that a client knows, by the type of the error.
SCRIPTS: dict[str, tuple[type[Exception], Script]] = {
    **{
        f"status {status}": (
            errors.APIStatusError,
            [response(status, json.dumps({"error": {"message": f"No such key: {KEY}"}}).encode())],
        )
        for status in (400, 401, 403, 404, 409, 422, 429, 500)
    },
    "plain text": (errors.APIStatusError, [response(403, f"{KEY}-header is no key".encode())]),
    "hang up": (errors.APIConnectionError, [Do.HANG_UP]),
    "reset": (errors.APIConnectionError, [Do.RESET]),
    "no HTTP": (errors.APIConnectionError, [b"nonsense\r\n\r\n", Do.HANG_UP]),
    "garbled": (
        errors.OpenAIError,
        [response(200, b"no gzip", [("Content-Encoding", "gzip")]), Do.HANG_UP],
    ),
    "redirect": (
        errors.APIError,
        [response(307, headers=[("Location", "http://127.0.0.2:1/elsewhere")])],
    ),
    "circles": (errors.APIError, [response(307, headers=[("Location", "/v1/again")])]),
    "error event": (
        errors.APIError,
        [*streamed(HELLO, b'data: {"error": {"message": "overloaded"}}\n\n'), LAST_CHUNK],
    ),
    "cut": (errors.StreamTruncatedError, [*streamed(HELLO), LAST_CHUNK]),
    "broken off": (errors.StreamTruncatedError, [*streamed(HELLO), Do.HANG_UP]),
    "no JSON": (errors.StreamDecodeError, [*streamed(HELLO, b"data: nonsense\n\n"), LAST_CHUNK]),
    "too much": (
        errors.LimitExceededError,
        [*streamed(HELLO, b"data: " + b"x" * 2000 + b"\n\n"), LAST_CHUNK],
    ),
}


def sync_errors(config: dict[str, Any]) -> Iterator[BaseException]:
    with OpenAI(**config) as client:
        calls: list[Callable[[], object]] = [
            lambda: client.chat.completions.parse(**ASKED),
            lambda: list(client.chat.completions.create(**ASKED, stream=True)),
            lambda: client.chat.completions.observe(**ASKED).run(),
            lambda: client.files.content("file-1").read(),
            lambda: client.files.create(file=b"content", purpose="assistants"),
            lambda: client.beta.threads.runs.retrieve("run_1", thread_id="thread_1"),
        ]
        for call in calls:
            try:
                call()
            except Exception as error:  # noqa: BLE001 - any error is searched
                yield error
        yield from [Exception(repr(client), str(client), repr(vars(client)))]


def async_errors(config: dict[str, Any]) -> Iterator[BaseException]:
    caught: list[BaseException] = []

    async def main() -> None:
        async with AsyncOpenAI(**config) as client:
            try:
                async with client.chat.completions.stream(**ASKED) as stream:
                    await stream.get_final_completion()
            except Exception as error:  # noqa: BLE001 - any error is searched
                caught.append(error)
            caught.append(Exception(repr(client), str(client), repr(vars(client))))

    asyncio.run(main())
    return iter(caught)


def key_again() -> str:
    return KEY


async def key_later() -> str:
    return KEY


@pytest.mark.parametrize("name", SCRIPTS)
@pytest.mark.parametrize(
    ("raised", "key"),
    [(sync_errors, KEY), (sync_errors, key_again), (async_errors, KEY), (async_errors, key_later)],
    ids=["sync", "sync, asked for", "async", "async, asked for"],
)
def test_no_error_and_no_log_has_a_secret(
    raised: Callable[[dict[str, Any]], Iterator[BaseException]],
    key: Any,
    name: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    expected, script = SCRIPTS[name]
    with caplog.at_level(logging.DEBUG, "streamkit"), ScriptedServer(script) as server:
        config = {
            "api_key": key,
            "base_url": server.url,
            "max_retries": 0,
            "default_headers": HEADERS,
            "default_query": {"token": f"{KEY}-query"},
            "limits": Limits(event_bytes=1000),
        }
        caught = list(raised(config))
        assert KEY in repr(server.requests[0])
    assert any(isinstance(error, expected) for error in caught)
    for error in caught:
        assert KEY not in shown(error)
    records = [record for record in caplog.records if record.name == "streamkit"]
    assert records
    assert KEY not in "".join(repr(vars(record)) + record.getMessage() for record in records)


def test_no_object_that_is_handed_out_has_a_secret() -> None:
    body = streamed(HELLO, DONE)
    with ScriptedServer([*body, LAST_CHUNK], [response(200, b"content")]) as server:
        with OpenAI(
            base_url=server.url,
            api_key=KEY,
            default_headers=HEADERS,
            default_query={"token": f"{KEY}-query"},
        ) as client:
            manager = client.chat.completions.stream(**ASKED)
            with manager as stream:
                events = list(stream)
            fetched = client.files.content("file-1")
            found = [
                manager,
                stream,
                stream.response,
                stream.response.request,
                stream.response.request.headers,
                stream.response.url,
                stream.observable,
                fetched,
                fetched.response.request.headers,
                fetched.response.url,
                *events,
                stream.get_final_completion(),
            ]
            assert KEY not in "".join(repr(one) + str(one) for one in found)
            kept = [fetched.response, stream.get_final_completion()]
            assert KEY.encode() not in b"".join(map(pickle.dumps, kept))


def test_a_recording_is_of_bodies_alone(tmp_path: Path) -> None:
    with EmbeddedServer(api_key=KEY) as server:
        with OpenAI(base_url=server.base_url, api_key=KEY, default_headers=HEADERS) as client:
            client.chat.completions.create(**ASKED)
        [exchange] = server.exchanges
    assert KEY in exchange.headers["authorization"]
    assert KEY not in repr(exchange)
    save(Recording(request=exchange.body, reads=(Read(0.0, b"{}"),)), tmp_path / "made")
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert KEY.encode() not in written
    assert load(tmp_path / "made").request["model"] == "m"


@pytest.mark.parametrize(
    "url",
    [f"http://user:{KEY}@api.test/v1", f"http://{KEY}@api.test/v1", f"http://api.test/?{KEY}"],
)
def test_a_base_url_with_a_secret_is_refused_without_being_quoted(url: str) -> None:
    with pytest.raises(errors.OpenAIError) as caught:
        OpenAI(base_url=url, api_key="k")
    assert KEY not in shown(caught.value)


def test_a_server_that_quotes_a_key_is_not_quoted_to_the_letter() -> None:
    request = httpx.Request(
        "POST",
        "http://api.test",
        headers={
            "Authorization": f"Bearer {KEY}",
            "api-key": "short",
            "OpenAI-Project": "proj_123456",
        },
    )
    said = f"{KEY} of proj_123456 on api.test is short"
    assert Secrets(request).text(said) == "[redacted] of proj_123456 on api.test is [redacted]"


# Logs


def test_a_request_and_the_end_of_its_stream_are_logged_with_figures(
    caplog: pytest.LogCaptureFixture,
) -> None:
    head = STREAM_HEAD.removesuffix(b"\r\n") + b"x-request-id: req_1\r\n\r\n"
    whole = [head, chunk(HELLO), chunk(DONE), LAST_CHUNK]
    cut = [head, chunk(HELLO), LAST_CHUNK]
    with caplog.at_level(logging.DEBUG, "streamkit"), ScriptedServer(whole, cut) as server:
        with OpenAI(base_url=server.url, api_key=KEY, default_query={"q": KEY}) as client:
            list(client.chat.completions.create(**ASKED, stream=True))
            with pytest.raises(errors.StreamTruncatedError):
                list(client.chat.completions.create(**ASKED, stream=True))
    shown = [record.getMessage() for record in caplog.records if record.name == "streamkit"]
    opened, ended, _, failed = shown
    assert "POST /chat/completions: attempt 1 ended with status 200 after" in opened
    size = len(HELLO + DONE)
    assert (
        f"POST /v1/chat/completions: the stream ended with success after 2 events, {size} bytes"
        in ended
    )
    assert "the stream ended with StreamTruncatedError after 1 events" in failed
    assert all(message.endswith("request id req_1") for message in shown)
    assert "Hello" not in "".join(shown)


def test_logging_is_the_program_s_own_affair() -> None:
    [handler] = logging.getLogger("streamkit").handlers
    assert isinstance(handler, logging.NullHandler)
    assert logging.getLogger("streamkit").level == logging.NOTSET


# Encryption


@pytest.mark.parametrize("kind", [OpenAI, AsyncOpenAI])
async def test_certificates_are_verified(kind: type[OpenAI | AsyncOpenAI]) -> None:
    client: Any = kind(api_key=KEY)
    make = client._transport.http_client._transport._pool._make
    context = make(httpcore.Origin(b"https", b"host", 443))._ssl_context
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def shown(error: BaseException | None) -> str:
    """Return the text that a traceback prints and that an error tracker collects."""
    shown = "" if error is None else "".join(traceback.format_exception(error))
    while error is not None:
        shown += repr(error) + str(error) + repr(vars(error))
        for holder in (error, getattr(error, "response", None)):
            shown += _request(holder)
        if isinstance(error, streamkit.APIStatusError):
            shown += error.response.text + repr(pickle.dumps(error.response))
        shown += repr(error.__notes__) if hasattr(error, "__notes__") else ""
        error = error.__cause__ or error.__context__
    return shown


def _request(holder: Any) -> str:
    try:
        request = holder.request
    except (AttributeError, RuntimeError):
        return ""
    return repr((request.url, request.headers.raw))
