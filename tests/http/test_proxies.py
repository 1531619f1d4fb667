"""The client's own connections use the proxies of the environment, and can be stopped there too."""

from __future__ import annotations

import asyncio
import threading
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit import APIConnectionError, AsyncOpenAI, OpenAI, StreamClosedError
from streamkit._http.client import SyncConnections
from streamkit._http.environment import proxies
from streamkit.server.faults.tls import SELF_SIGNED
from tests.http.test_cancelling import SERVES_TLS
from tests.http_server import Do, ScriptedServer
from tests.leftovers import PATIENCE, nothing_left, run
from tests.proxy_server import ProxyServer
from tests.sse_bodies import DONE, part, stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}
HOLDS = stream(part("a"), end=[Do.HOLD])


@pytest.fixture(autouse=True)
def _no_proxy_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(params=[None, SERVES_TLS], ids=["plain proxy", "encrypted proxy"])
def proxy(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[ProxyServer]:
    monkeypatch.setenv("SSL_CERT_FILE", str(SELF_SIGNED))
    with nothing_left(), ProxyServer(request.param) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        yield proxy


def test_a_stream_comes_through_a_tunnel(proxy: ProxyServer) -> None:
    whole = stream(part("Hi " * 50_000, "stop"), DONE)
    with ScriptedServer(whole, tls=SERVES_TLS) as server:
        with OpenAI(api_key="k", base_url=server.url) as client:
            with client.chat.completions.stream(**ASKED) as events:
                content = events.get_final_completion().choices[0].message.content
        assert content == "Hi " * 50_000
        assert proxy.asked == [f"CONNECT {server.host} HTTP/1.1".encode()]


@pytest.fixture(params=["asyncio", "uvloop"])
def new_loop(request: pytest.FixtureRequest) -> Callable[[], asyncio.AbstractEventLoop]:
    """Return the function that makes a loop of the kind."""
    make: Callable[[], asyncio.AbstractEventLoop]
    make = pytest.importorskip(request.param).new_event_loop
    make().close()  # the first loop of uvloop opens a pipe for signals, which the process keeps
    return make


def test_a_task_reads_a_stream_through_a_tunnel(
    new_loop: Callable[[], asyncio.AbstractEventLoop], proxy: ProxyServer
) -> None:
    async def main(url: str) -> None:
        async with AsyncOpenAI(api_key="k", base_url=url, max_retries=0) as client:
            for _ in range(2):
                async with client.chat.completions.stream(**ASKED) as events:
                    completion = await events.get_final_completion()
                assert completion.choices[0].message.content == "Hi " * 50_000

    whole = stream(part("Hi " * 50_000, "stop"), DONE)
    with ScriptedServer(whole, whole, tls=SERVES_TLS) as server:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(main(server.url))
        assert proxy.asked == [f"CONNECT {server.host} HTTP/1.1".encode()]


def test_it_is_cut_within_a_tunnel(proxy: ProxyServer) -> None:
    reading = threading.Event()

    def read() -> None:
        with suppress(StreamClosedError), manager as events:
            for _ in events:
                reading.set()

    with ScriptedServer(HOLDS, tls=SERVES_TLS) as server:
        with OpenAI(api_key="k", base_url=server.url, timeout=None) as client:
            manager = client.chat.completions.stream(**ASKED)
            reader = threading.Thread(target=read)
            reader.start()
            assert reading.wait(PATIENCE)
            manager.close()
            reader.join(PATIENCE)
            assert server.hung_up.wait(PATIENCE)
    assert proxy.asked != []


@pytest.mark.thorough
def test_a_task_is_cancelled_within_a_tunnel(proxy: ProxyServer) -> None:
    async def main(server: ScriptedServer) -> None:
        async with AsyncOpenAI(api_key="k", base_url=server.url, timeout=None) as client:
            for turns in (*range(1, 200, 7), None):
                asking = asyncio.create_task(client.files.retrieve("x"))
                if turns is None:
                    assert await asyncio.to_thread(server.asked.wait, PATIENCE)
                else:
                    for _ in range(turns):
                        await asyncio.sleep(0)
                asking.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await asking
            assert await asyncio.to_thread(server.hung_up.wait, PATIENCE)

    with ScriptedServer([Do.HOLD], tls=SERVES_TLS) as server:
        run(main(server))
    assert proxy.asked != []


def test_a_proxy_that_refuses_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer([b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"]) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy.host}")
        with OpenAI(api_key="k", base_url="https://api.test/v1", max_retries=0) as client:
            with pytest.raises(APIConnectionError, match=r"HTTPS_PROXY names, failed .*403 No"):
                client.files.retrieve("x")


def test_a_password_is_sent_to_its_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = b'HTTP/1.1 200 OK\r\nContent-Length: 27\r\n\r\n{"object":"file","id":"x"} '
    with ScriptedServer([answer]) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://user:secret@{proxy.host}")
        with OpenAI(api_key="k", base_url="http://api.test/v1") as client:
            assert client.files.retrieve("x").id == "x"
        assert proxy.requests[0].target == "http://api.test/v1/files/x"
        assert proxy.requests[0].headers["proxy-authorization"] == "Basic dXNlcjpzZWNyZXQ="


# The configured proxies

HOSTS = [
    *("", "*", "a.test", ".a.test", "localhost", "LOCALHOST", "127.0.0.1", "10.0.0.0/8", "::1"),
    *("fe80::/10", "a.test:8080", "http://b.test", "https://", "all://c.test:1"),
]
URLS = ["", "p.test", "http://p.test:3128", "https://u:w@p.test", "socks5://p.test:1080"]


@given(
    st.dictionaries(
        st.sampled_from(["http_proxy", "HTTPS_PROXY", "all_proxy"]), st.sampled_from(URLS)
    ),
    st.lists(st.sampled_from(HOSTS), max_size=4),
)
def test_they_are_those_of_httpx(named: dict[str, str], exempt: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name, url in named.items():
            patch.setenv(name, url)
        patch.setenv("no_proxy", " ,".join(exempt))
        assert proxies() == httpx_s_proxies()


def httpx_s_proxies() -> dict[str, str | None]:
    from httpx._utils import get_environment_proxies  # the function in httpx is private

    return get_environment_proxies()


@pytest.mark.parametrize(
    ("url", "exempt", "goes_by_it"),
    [
        ("http://a.test", "", True),
        ("http://a.test", "a.test", False),
        ("http://www.a.test", "a.test", False),
        ("http://a.test", "b.test", True),
        ("http://a.test", "*", False),
        ("http://127.0.0.1:1", "127.0.0.1", False),
    ],
)
def test_a_request_goes_by_them(
    url: str, exempt: str, goes_by_it: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", exempt)
    theirs: Any
    ours: Any
    with httpx.Client() as theirs, closing(SyncConnections(None).pool().client) as ours:
        for client in (theirs, ours):
            chosen = client._transport_for_url(httpx.URL(url))
            assert (chosen is not client._transport) is goes_by_it
