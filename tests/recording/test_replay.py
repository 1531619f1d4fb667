"""A replay gives any client what was recorded: the same bytes, at the same times, the same end."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import httpx
import httpx2
import msgspec
import openai
import pytest

import streamkit
from streamkit.recording import Cassette, Failure, Read, Recording, record, replay
from streamkit.recording.clock import SYSTEM
from streamkit.server import EmbeddedServer
from streamkit.testing import VirtualClock
from tests.recording.clients import ASKED, KEY, ROADS, Protocol, Road

if TYPE_CHECKING:
    from pathlib import Path

URL = "http://api.test/v1/chat/completions"
REQUEST = {"model": "any", "messages": ASKED, "stream": True}


def chat(content: str, finish: str | None = None) -> bytes:
    delta = {"content": content}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return b"data: %s\n\n" % msgspec.json.encode({**chunk, "choices": [choice]})


def cassette(*reads: tuple[float, bytes], **more: Any) -> Cassette:
    kept = tuple(Read(seconds, data) for seconds, data in reads)
    options: dict[str, Any] = {"request": REQUEST, "url": URL, "reads": kept, **more}
    return Cassette((Recording(**options),))


PACED = cassette(
    (0.5, chat("The ")), (0.75, chat("sky")), (2.75, chat(".", "stop")), (2.75, b"data: [DONE]\n\n")
)


@pytest.mark.parametrize("protocol", ["chat", "messages"])
@pytest.mark.parametrize("recorded_by", ["package", "ours"])
def test_what_one_client_recorded_all_clients_get_byte_for_byte(
    protocol: Protocol, recorded_by: str, tmp_path: Path
) -> None:
    path = tmp_path / "made.jsonl"
    roads = {name: road for name, road in ROADS.items() if road.protocol == protocol}
    names = {"chat": ("ours", "openai"), "messages": ("our Anthropic", "anthropic")}[protocol]
    by = roads[names[recorded_by == "package"]]
    with EmbeddedServer() as server:
        client = by.client(server.url)
        with record(client, path):
            said = by.text(client)
        sent = server.exchanges[0].body
        body = httpx.post(
            server.url + server.exchanges[0].path,
            json=sent,
            headers={"anthropic-version": "2023-06-01"},
        ).content
    for road in roads.values():
        transport = replay(path)
        assert road.text(road.client("http://api.test", transport)) == said
        assert transport.unplayed == []
    (recording,) = Cassette.load(path).recordings
    for library in (httpx, httpx2):
        with library.Client(transport=replay(path)) as client:
            with client.stream("POST", recording.url, json=sent) as answer:
                reads = [*answer.iter_raw()]
        assert b"".join(reads) == body
        assert reads == [read.data for read in recording.reads]


@pytest.mark.parametrize("speed", [1, 2, 0])
@pytest.mark.parametrize("name", [name for name, road in ROADS.items() if road.protocol == "chat"])
def test_reads_come_at_their_times(name: str, speed: float) -> None:
    road, clock = ROADS[name], VirtualClock()
    client = road.client("http://api.test", replay(PACED, speed=speed, clock=clock))
    times: list[float] = []
    assert road.text(client, lambda _: times.append(clock.now())) == "The sky."
    recorded = [0.5, 0.75, 2.75]
    assert times == [second / speed if speed else 0 for second in recorded]


ENDS = {
    "cut": ({"end": "error", "failure": Failure("RemoteProtocolError", "gone")}, "gone"),
    "unknown error": ({"end": "error", "failure": Failure("OSError", "lost")}, "OSError: lost"),
    "left": ({"end": "left"}, "the client that was recorded left here"),
    "killed": ({"end": "unknown"}, "the recorder stopped here"),
}


@pytest.mark.parametrize(("end", "said"), ENDS.values(), ids=ENDS)
@pytest.mark.parametrize("road", [ROADS["ours"], ROADS["ours, async"]], ids=["sync", "async"])
def test_a_cut_comes_after_what_had_arrived(road: Road, end: dict[str, Any], said: str) -> None:
    pieces: list[str] = []
    cut = cassette((0, chat("The ")), (0, chat("sky")), **end)
    with pytest.raises(streamkit.StreamTruncatedError, match=said):
        road.text(road.client("http://api.test", replay(cut)), pieces.append)
    assert pieces == ["The ", "sky"]


@pytest.mark.parametrize("road", ROADS.values(), ids=ROADS)
def test_an_error_before_the_response_is_replayed(road: Road) -> None:
    url = URL.replace("chat/completions", "messages") if road.protocol == "messages" else URL
    body = {"max_tokens": 50, **REQUEST} if road.protocol == "messages" else REQUEST
    failure = Failure("ConnectError", "refused")
    failed = cassette(url=url, request=body, status=None, end="error", failure=failure)
    with pytest.raises(
        Exception, match=r"Connection (error|to api.test failed \(ConnectError: refused\))"
    ):
        road.text(road.client("http://api.test", replay(failed)))


def test_an_answer_that_its_client_left_at_its_end_is_whole() -> None:
    left = cassette(*[(0, data) for _, data in PACED.recordings[0].reads], end="left")
    assert ROADS["ours"].text(ROADS["ours"].client("http://api.test", replay(left))) == "The sky."


def test_a_status_and_its_headers_are_replayed() -> None:
    headers = (
        ("retry-after", "7"),
        ("content-type", "application/json"),
        ("set-cookie", "[redacted]"),
    )
    refused = cassette((0, b'{"error": {"message": "slow down"}}'), status=429, headers=headers)
    with pytest.raises(streamkit.RateLimitError, match="slow down") as caught:
        ROADS["ours"].text(ROADS["ours"].client("http://api.test", replay(refused)))
    assert caught.value.response is not None
    assert caught.value.response.headers["retry-after"] == "7"
    assert "set-cookie" not in caught.value.response.headers


def test_the_limit_on_the_time_of_a_read_holds() -> None:
    clock = VirtualClock()
    http = httpx.Client(transport=replay(PACED, speed=1, clock=clock), timeout=1.0)
    with http, pytest.raises(httpx.ReadTimeout):
        http.post(URL, json=REQUEST)
    assert clock.now() == 1.75


def test_a_blocked_reader_is_woken_by_a_close() -> None:
    late = cassette((0, chat("The ")), (600, chat("sky")))
    http = httpx.Client(transport=replay(late, speed=1))
    client = streamkit.OpenAI(base_url="http://api.test/v1", api_key=KEY, http_client=http)
    with client.chat.completions.stream(model="any", messages=ASKED) as stream:
        threading.Timer(0, stream.close).start()
        with pytest.raises(streamkit.StreamClosedError):
            stream.until_done()


async def test_a_waiting_task_is_woken_by_a_close() -> None:
    late = cassette((0, chat("The ")), (600, chat("sky")))
    client = streamkit.AsyncOpenAI(base_url="http://api.test/v1", api_key=KEY)
    async with client:
        with replay(late, speed=1).into(client):
            async with client.chat.completions.stream(model="any", messages=ASKED) as stream:
                asyncio.get_running_loop().call_soon(lambda: asyncio.ensure_future(stream.close()))
                with pytest.raises(streamkit.StreamClosedError):
                    await stream.until_done()


@pytest.mark.parametrize("name", ["ours", "ours, async", "openai", "anthropic, async"])
def test_a_replay_takes_the_place_of_any_clients_transport(name: str, tmp_path: Path) -> None:
    road = ROADS[name]
    path = tmp_path / "made.jsonl"
    with EmbeddedServer() as server:
        client = road.client(server.url)
        with record(client, path):
            said = road.text(client)
    # Nobody listens at that address any more.
    client = road.client("http://127.0.0.1:1")
    with replay(path).into(client) as same:
        assert same is client
        assert road.text(client) == said


def test_the_system_clock_waits() -> None:
    cut = threading.Event()
    before = SYSTEM.now()
    SYSTEM.wait(0, cut)
    asyncio.run(SYSTEM.sleep(0))
    assert SYSTEM.now() >= before


@pytest.mark.parametrize("speed", [-1, float("inf"), float("nan")])
def test_a_speed_that_is_none_is_refused(speed: float) -> None:
    with pytest.raises(ValueError, match="speed must be a number from 0"):
        replay(PACED, speed=speed)


def test_the_packages_error_says_what_was_not_recorded() -> None:
    client = ROADS["openai"].client("http://api.test", replay(PACED))
    with pytest.raises(openai.NotFoundError, match=r"body\.model is .*other.* recorded as .*any"):
        ROADS["openai"].text(client, model="other")
