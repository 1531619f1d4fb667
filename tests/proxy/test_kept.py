"""Streams in a log: they are joined, resumed, kept and stopped."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from typing import TYPE_CHECKING, Any

import httpx
import openai
import pytest

from streamkit.eventlog import EventLog, LogUnavailableError, MemoryLog, Retention, SQLiteLog
from streamkit.eventlog.memory_store import MemoryStore
from tests.families.common.answers import ANSWERS
from tests.http_server import LAST_CHUNK, STREAM_HEAD, ScriptedServer, chunk
from tests.proxy.proxied import proxied
from tests.proxy.test_browser_fronts import BODIES, HELD, PATHS
from tests.proxy.test_openai_fronts import AS, HI, client_of, cut, whole

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

ALL_PATHS = {**PATHS, "chat": "/v1/chat/completions", "responses": "/v1/responses"}
ASKED: dict[str, Any] = {
    **BODIES,
    "chat": {"model": "m", "messages": HI, "stream": True},
    "responses": {"model": "m", "input": "hi", "stream": True},
}
IDS = {"ui-message": "chat-1", "ag-ui": "t", "chat": "s", "responses": "s"}


def ways(test: Any) -> Any:
    """Test every front with an API that speaks as it does, and one that does not."""
    for name, values in {"front": ALL_PATHS, "api": ("chat", "responses")}.items():
        test = pytest.mark.parametrize(name, values)(test)
    return pytest.mark.diagonal(test)


NAMED = {"x-stream-id": "s"}


def paced(api: str, more: threading.Event, kept: int = 3) -> Any:
    frames = [*map(chunk, AS[api](ANSWERS["text"]))]
    return [STREAM_HEAD, *frames[:kept], more, *frames[kept:], LAST_CHUNK]


def streamed(url: str, front: str) -> Any:
    path = url + ALL_PATHS[front]
    return httpx.stream("POST", path, json=ASKED[front], headers=NAMED, timeout=20)


def get(url: str, front: str, **headers: str) -> httpx.Response:
    path = f"{ALL_PATHS[front]}/{IDS[front]}/stream"
    return httpx.get(
        url + path, headers={k.replace("_", "-"): v for k, v in headers.items()}, timeout=20
    )


def blocks_of(body: bytes) -> list[bytes]:
    return [block for block in body.split(b"\n\n") if block and not block.startswith(b":")]


def id_of(block: bytes) -> str | None:
    line = next((line for line in block.split(b"\n") if line.startswith(b"id: ")), None)
    return None if line is None else line[4:].decode()


@pytest.fixture
def more() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


@ways
def test_a_kept_stream_goes_on_without_its_client_and_is_joined(
    front: str, api: str, more: threading.Event
) -> None:
    with ScriptedServer(paced(api, more)) as server:
        with proxied(front, server.url, api=api, log=MemoryLog(), keep=True) as proxy:
            with streamed(proxy.url, front) as first:
                assert first.headers["x-stream-id"] == IDS[front]
                begun = next(first.iter_bytes())
            with httpx.stream(
                "GET", f"{proxy.url}{ALL_PATHS[front]}/{IDS[front]}/stream", timeout=20
            ) as joined:
                pieces = joined.iter_bytes()
                body = next(pieces)
                more.set()
                body += b"".join(pieces)
    assert body.startswith(begun)
    assert b"day" in body
    assert b"!" in body
    assert b"rror" not in body


@ways
def test_every_frame_is_got_once_with_last_event_id(front: str, api: str) -> None:
    with ScriptedServer(whole(api, "text")) as server:
        with proxied(front, server.url, api=api, log=MemoryLog(), keep=True) as proxy:
            with streamed(proxy.url, front) as answer:
                blocks = blocks_of(answer.read())
            places = [n for n, block in enumerate(blocks) if id_of(block)]
            for place in (places[0], places[len(places) // 2], places[-2]):
                rest = get(proxy.url, front, last_event_id=id_of(blocks[place]) or "")
                assert blocks_of(rest.content) == blocks[place + 1 :]
            last = id_of(blocks[places[-1]]) or ""
            assert get(proxy.url, front, last_event_id=last).status_code == 204


@pytest.mark.thorough
@ways
def test_a_stream_that_has_ended_is_repeated_but_for_use_chat(front: str, api: str) -> None:
    with ScriptedServer(whole(api, "text")) as server:
        with proxied(front, server.url, api=api, log=MemoryLog(), keep=True) as proxy:
            assert get(proxy.url, front).status_code == 204
            with streamed(proxy.url, front) as answer:
                whole_body = answer.read()
            again = get(proxy.url, front)
    if front == "ui-message":
        assert again.status_code == 204
    else:
        assert again.content == whole_body


@ways
def test_a_stop_ends_the_request_and_is_said(front: str, api: str, more: threading.Event) -> None:
    with ScriptedServer(paced(api, more)) as server:
        with proxied(front, server.url, api=api, log=MemoryLog(), keep=True) as proxy:
            stop = f"{proxy.url}{ALL_PATHS[front]}/{IDS[front]}/stop"
            assert httpx.post(stop).status_code == 404
            with streamed(proxy.url, front) as answer:
                pieces = answer.iter_bytes()
                next(pieces)
                assert httpx.post(stop).status_code == 204
                rest = b"".join(pieces)
            more.set()
        assert server.hung_up.wait(10)
    assert b"was stopped" in rest or b"stopped on request" in rest


@pytest.mark.parametrize("keep", [False, True])
def test_the_client_that_leaves_ends_the_request_unless_it_is_kept(*, keep: bool) -> None:
    with ScriptedServer(HELD) as server:
        with proxied("ui-message", server.url, log=MemoryLog(), keep=keep) as proxy:
            with streamed(proxy.url, "ui-message") as answer:
                next(answer.iter_bytes())
            if keep:
                assert get_live(proxy.url)
                assert not server.hung_up.is_set()
            else:
                assert server.hung_up.wait(10)
        assert server.hung_up.wait(10)


def get_live(url: str) -> bool:
    with httpx.stream("GET", f"{url}/api/chat/chat-1/stream", timeout=20) as joined:
        return b"start" in next(joined.iter_bytes())


@pytest.mark.thorough
@ways
def test_a_cut_is_said_to_those_who_join_later(front: str, api: str) -> None:
    with ScriptedServer(cut(api)) as server:
        with proxied(front, server.url, api=api, log=MemoryLog(), keep=True) as proxy:
            with streamed(proxy.url, front) as answer:
                body = answer.read()
            again = get(proxy.url, front)
    assert b"cut off" in body or b"broke off" in body or b"reported" in body
    assert again.status_code == 204 or again.content == body


def test_the_next_question_of_a_chat_replaces_the_stream() -> None:
    with ScriptedServer(HELD, whole("chat", "reasoning")) as server:
        with proxied("ag-ui", server.url, log=MemoryLog(), keep=True) as proxy:
            with streamed(proxy.url, "ag-ui") as first:
                pieces = first.iter_bytes()
                block = blocks_of(next(pieces))
                with streamed(proxy.url, "ag-ui") as second:
                    body = second.read()
                assert b"was stopped" in b"".join(pieces)
            assert get(proxy.url, "ag-ui").content == body
            old = next(each for each in map(id_of, block) if each)
            assert get(proxy.url, "ag-ui", last_event_id=old).status_code == 410


def test_the_next_question_ends_an_answer_whose_client_has_left() -> None:
    with ScriptedServer(HELD, whole("chat", "text")) as server:
        with proxied("ag-ui", server.url, log=MemoryLog(), keep=True) as proxy:
            with streamed(proxy.url, "ag-ui") as first:
                next(first.iter_bytes())
            with streamed(proxy.url, "ag-ui") as second:
                assert b"RUN_FINISHED" in second.read()
            assert server.hung_up.is_set()


def test_a_kept_stream_goes_on_when_its_client_leaves_before_the_first_byte(
    more: threading.Event,
) -> None:
    frames = [*map(chunk, AS["chat"](ANSWERS["text"]))]
    with ScriptedServer([more, STREAM_HEAD, *frames, LAST_CHUNK]) as server:
        with proxied("ag-ui", server.url, log=MemoryLog(), keep=True) as proxy:
            with leaving(proxy.url, "ag-ui"):
                assert server.asked.wait(10)
            path = f"{proxy.url}/agent/t/stream"
            with httpx.stream("GET", path, timeout=20) as joined:
                assert joined.status_code == 200
                more.set()
                assert b"RUN_FINISHED" in joined.read()


@contextlib.contextmanager
def leaving(url: str, front: str) -> Generator[None]:
    """Send a request, and leave at the end without an answer."""
    body = json.dumps(ASKED[front]).encode()
    head = f"POST {ALL_PATHS[front]} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {len(body)}"
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as client:
        client.sendall(head.encode() + b"\r\n\r\n" + body)
        yield


class BrokenStore(MemoryStore):
    """A store that is away."""

    def look(self, stream_ids: Any) -> Any:  # noqa: ARG002 - as of every store
        raise LogUnavailableError("away")

    def open(self, key: Any, existing: Any) -> Any:  # noqa: ARG002 - as of every store
        raise LogUnavailableError("away")


def test_a_log_that_is_away_neither_breaks_nor_delays_an_answer() -> None:
    log = EventLog(BrokenStore(Retention()), patience=0.01)
    with ScriptedServer(whole("chat", "text")) as server:
        with proxied("ag-ui", server.url, log=log) as proxy:
            with streamed(proxy.url, "ag-ui") as answer:
                assert b"RUN_FINISHED" in answer.read()
            assert get(proxy.url, "ag-ui").status_code == 503


@pytest.mark.thorough
def test_a_cursor_that_is_none_is_refused() -> None:
    with ScriptedServer(whole("chat", "text")) as server:
        with proxied("ag-ui", server.url, log=MemoryLog()) as proxy:
            with streamed(proxy.url, "ag-ui") as answer:
                answer.read()
            assert get(proxy.url, "ag-ui", last_event_id="odd").status_code == 400


def test_a_file_keeps_streams_for_the_next_proxy(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with ScriptedServer(whole("messages", "text")) as server:
        options: Any = {"api": "messages"}
        with proxied("chat", server.url, log=SQLiteLog(path), keep=True, **options) as proxy:
            with streamed(proxy.url, "chat") as answer:
                body = answer.read()
        with proxied("chat", server.url, log=SQLiteLog(path), **options) as proxy:
            assert get(proxy.url, "chat").content == body


@pytest.mark.thorough
def test_ids_do_not_disturb_the_package_openai() -> None:
    with ScriptedServer(whole("chat", "text")) as server:
        with proxied("chat", server.url, log=MemoryLog()) as proxy, client_of(proxy.url) as client:
            given = {"x-stream-id": "a/b c"}
            raw = client.chat.completions.with_raw_response.create(
                model="m", messages=HI, stream=True, extra_headers=given
            )
            text = [part.choices[0].delta.content or "" for part in raw.parse() if part.choices]
            named = raw.headers["x-stream-id"]
            again = httpx.get(f"{proxy.url}/v1/chat/completions/{named}/stream", timeout=20)
    assert "".join(text) == "Good day!"
    assert named == "a%2Fb%20c"
    assert again.status_code == 200


@pytest.mark.thorough
def test_a_stream_without_a_name_gets_one() -> None:
    with ScriptedServer(whole("chat", "text")) as server:
        with proxied("chat", server.url, log=MemoryLog()) as proxy, client_of(proxy.url) as client:
            ids = [
                client.chat.completions.with_raw_response.create(
                    model="m", messages=HI, stream=True
                ).headers["x-stream-id"]
                for _ in range(2)
            ]
            too_long = {"x-stream-id": "a" * 257}
            with pytest.raises(openai.BadRequestError, match="256 characters"):
                client.chat.completions.create(
                    model="m", messages=HI, stream=True, extra_headers=too_long
                )
    assert len({*ids}) == 2


def test_to_keep_a_stream_takes_a_log() -> None:
    with pytest.raises(ValueError, match="needs a log"):
        with proxied("chat", "http://127.0.0.1:9", keep=True):
            pass
