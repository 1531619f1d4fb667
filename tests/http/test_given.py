"""A given HTTP client can be stopped at the documented moments, and stays as it is."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from streamkit import AsyncOpenAI, OpenAI, StreamClosedError, StreamTimeoutError, Timeout
from tests.http_server import STREAM_HEAD, Do, Script, ScriptedServer
from tests.leftovers import PATIENCE
from tests.sse_bodies import DONE, part, stream
from tests.ways import LIBRARIES

ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}
WHOLE = stream(part("Hi", "stop"), DONE)

pytestmark = pytest.mark.parametrize("library", LIBRARIES.values(), ids=LIBRARIES.keys())


class Reader:
    """A thread that reads a stream until it is closed."""

    def __init__(self, manager: Any) -> None:
        self.error: Exception | None = None
        self._manager = manager
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def has_ended(self) -> bool:
        self._thread.join(PATIENCE)
        return isinstance(self.error, StreamClosedError)

    def _read(self) -> None:
        try:
            with self._manager as events:
                events.until_done()
        except StreamClosedError as error:
            self.error = error


@pytest.mark.parametrize(
    "script",
    [
        pytest.param([Do.HOLD], id="before the headers"),
        pytest.param([STREAM_HEAD[:20], Do.HOLD], id="within the headers"),
        pytest.param([STREAM_HEAD, Do.HOLD], id="in the body"),
    ],
)
def test_a_connection_that_it_opens_is_cut(script: Script, library: Any) -> None:
    with ScriptedServer(script) as server, library.Client(timeout=None) as http:
        client = OpenAI(api_key="k", base_url=server.url, max_retries=0, http_client=http)
        manager = client.chat.completions.stream(**ASKED)
        reader = Reader(manager)
        assert server.asked.wait(PATIENCE)
        manager.close()
        assert server.hung_up.wait(PATIENCE)
        assert reader.has_ended()


def test_one_that_it_uses_again_is_cut_when_the_headers_come(library: Any) -> None:
    answers = threading.Event()
    script: Script = [answers, STREAM_HEAD, Do.HOLD]
    with ScriptedServer(WHOLE, script) as server, library.Client(timeout=None) as http:
        client = OpenAI(api_key="k", base_url=server.url, max_retries=0, http_client=http)
        client.chat.completions.create(**ASKED, stream=True).until_done()
        server.asked.clear()
        manager = client.chat.completions.stream(**ASKED)
        reader = Reader(manager)
        assert server.asked.wait(PATIENCE)
        manager.close()
        answers.set()
        assert server.hung_up.wait(PATIENCE)
        assert reader.has_ended()
        assert server.connections == 1


def test_a_limit_holds_before_the_headers_where_nothing_can_be_cut(library: Any) -> None:
    limits = Timeout(first_content=0.05)
    with ScriptedServer(WHOLE, [Do.HOLD]) as server, library.Client(timeout=None) as http:
        client = OpenAI(api_key="k", base_url=server.url, max_retries=0, http_client=http)
        client.chat.completions.create(**ASKED, stream=True).until_done()
        with pytest.raises(StreamTimeoutError) as caught:
            client.chat.completions.create(**ASKED, stream=True, timeout=limits)
        assert caught.value.limit == "first_content"
        assert server.connections == 1


def test_the_limit_before_the_headers_is_none_of_the_body_s(library: Any) -> None:
    goes_on = threading.Event()
    script: Script = [*stream(part("H"), end=()), goes_on, *stream(part("i", "stop"), DONE)[1:]]
    limits = Timeout(first_content=600, between_content=None)
    with ScriptedServer(WHOLE, script) as server, library.Client(timeout=None) as http:
        client = OpenAI(api_key="k", base_url=server.url, max_retries=0, http_client=http)
        client.chat.completions.create(**ASKED, stream=True).until_done()
        with client.chat.completions.create(**ASKED, stream=True, timeout=limits) as chunks:
            next(chunks)
            assert chunks.response.request.extensions["timeout"]["read"] == limits.read
            goes_on.set()
            chunks.until_done()


def test_nothing_of_its_objects_is_replaced(library: Any) -> None:
    seen: list[Any] = []
    with ScriptedServer(WHOLE) as server:
        with library.Client(event_hooks={"response": [seen.append]}) as http:
            client = OpenAI(api_key="k", base_url=server.url, http_client=http)
            with client.chat.completions.create(**ASKED, stream=True) as chunks:
                next(chunks)
                assert replaced(http, seen[0]) == []


async def test_nothing_of_its_objects_is_replaced_on_a_loop(library: Any) -> None:
    seen: list[Any] = []

    async def see(response: Any) -> None:
        seen.append(response)

    with ScriptedServer(WHOLE) as server:
        async with library.AsyncClient(event_hooks={"response": [see]}) as http:
            client = AsyncOpenAI(api_key="k", base_url=server.url, http_client=http)
            async with await client.chat.completions.create(**ASKED, stream=True) as chunks:
                await anext(chunks)
                assert replaced(http, seen[0]) == []


def replaced(client: Any, response: Any) -> list[str]:
    """Return the attributes of the exchange's objects that hide attributes of their classes."""
    carriers: list[object] = [
        client,
        response,
        response.stream,
        response.extensions["network_stream"],
    ]
    return [
        f"{type(one).__name__}.{name}"
        for one in carriers
        for name in vars(one)
        if callable(getattr(type(one), name, None))
    ]
