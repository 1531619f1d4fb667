"""A conversation with tools ends as its streams do, and takes its tools with it."""

from __future__ import annotations

import asyncio
import json
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest
from reactivex.scheduler import NewThreadScheduler

from streamkit import (
    Anthropic,
    APIStatusError,
    AsyncOpenAI,
    OpenAI,
    StreamClosedError,
    StreamTimeoutError,
    StreamTruncatedError,
    Timeout,
    Tool,
)
from tests import message_streams as ms
from tests.http_server import Do, Script, ScriptedServer, response
from tests.sse_bodies import DONE, part, stream

if TYPE_CHECKING:
    from collections.abc import Generator

PATIENCE = 10
ASK: Any = [{"role": "user", "content": "Search."}]


def fragment(arguments: str, index: int = 0, **head: Any) -> bytes:
    """Return an event whose chunk adds to the arguments of a call."""
    call = {"index": index, "function": {"arguments": arguments, **head}}
    if head:
        call |= {"id": f"c{index}", "type": "function"}
    choice = {"index": 0, "delta": {"tool_calls": [call]}, "finish_reason": None}
    return b"data: %b\n\n" % json.dumps({"id": "c", "choices": [choice]}).encode()


CALL = fragment('{"q": "a"}', name="search")
CALLED = stream(CALL, part(finish_reason="tool_calls"), DONE)
ANSWER = stream(part("Found."), part(finish_reason="stop"), DONE)
REFUSED = [response(503, b"{}")]


def search(q: str) -> str:
    return q


@contextmanager
def conversation(
    server: ScriptedServer, tool: Any = search, *, max_retries: int = 0, **options: Any
) -> Generator[Any]:
    with (
        OpenAI(api_key="k", base_url=server.url, max_retries=max_retries) as client,
        client.chat.completions.run_tools(
            tools=[tool], model="m", messages=ASK, **options
        ) as source,
    ):
        yield source


def sent(server: ScriptedServer) -> list[Any]:
    return [json.loads(request.body) for request in server.requests]


def test_each_request_has_the_answers_before_it() -> None:
    with ScriptedServer(CALLED, ANSWER) as server:
        with conversation(server, temperature=0) as source:
            assert source.get_final().text == "Found."
            history = source.messages
        first, second = sent(server)
    call = {
        "id": "c0",
        "type": "function",
        "function": {"name": "search", "arguments": '{"q": "a"}'},
    }
    assert first["messages"] == ASK
    assert second["messages"] == [
        *ASK,
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c0", "content": "a"},
    ]
    assert history == [*second["messages"], {"role": "assistant", "content": "Found."}]
    assert first["tools"] == second["tools"]
    assert first["temperature"] == second["temperature"] == 0


def test_each_turn_is_retried() -> None:
    with ScriptedServer(REFUSED, CALLED, REFUSED, ANSWER) as server:
        with conversation(server, max_retries=1) as source:
            assert source.get_final().text == "Found."
        assert len(server.requests) == 4


@pytest.mark.parametrize(
    ("second", "kind", "partial"),
    [
        pytest.param(REFUSED, APIStatusError, None, id="refused"),
        pytest.param(stream(part("Fou")), StreamTruncatedError, "Fou", id="cut"),
        pytest.param(stream(part("Fou"), end=[Do.HOLD]), StreamTimeoutError, "Fou", id="stalled"),
    ],
)
def test_an_error_of_a_later_turn_keeps_what_had_arrived(
    second: Script, kind: type[Any], partial: str | None
) -> None:
    with ScriptedServer(CALLED, second) as server:
        limits = Timeout(between_content=0.25)
        with conversation(server, timeout=limits) as source:
            with pytest.raises(kind) as caught:
                source.until_done()
            with pytest.raises(kind):
                next(source)
        assert source.turn == 2
        assert [message["role"] for message in source.messages] == ["user", "assistant", "tool"]
    if partial is not None:
        assert caught.value.completion.choices[0].message.content == partial


def test_an_error_of_the_first_request_is_raised_by_the_with() -> None:
    with ScriptedServer(REFUSED) as server, pytest.raises(APIStatusError), conversation(server):
        pytest.fail("there is no stream")


def test_a_tool_runs_before_the_answer_ends() -> None:
    release = threading.Event()
    started = threading.Event()

    def waits(q: str) -> str:
        started.set()
        return q

    body = stream(
        fragment('{"q": "a"}', name="waits"),
        fragment('{"q": "b"}', 1, name="waits"),
        end=[release, *ANSWER[1:]],
    )
    with ScriptedServer(body, ANSWER) as server, conversation(server, waits) as source:
        events: list[str] = []
        for event in source:
            events.append(event.type)
            if event.type == "tool_calls.function.arguments.done" and not release.is_set():
                assert started.wait(PATIENCE) or pytest.fail("the tool waits for the answer")
                release.set()
    assert events.index("tool.started") < events.index("finish")


class Waiting:
    """A tool that waits until it is cancelled."""

    def __init__(self) -> None:
        self.entered, self.cancelled = threading.Event(), threading.Event()

    async def search(self, q: str) -> None:
        self.entered.set()
        assert q
        try:
            await asyncio.Event().wait()
        finally:
            self.cancelled.set()


def test_leaving_the_with_cancels_the_tools() -> None:
    tool = Waiting()
    with ScriptedServer(CALLED) as server:
        with conversation(server, tool.search) as source:
            for event in source:
                if event.type == "tool.started":
                    break
            assert tool.entered.wait(PATIENCE)
        assert tool.cancelled.wait(PATIENCE)
        with pytest.raises(StreamClosedError):
            next(source)


def test_closing_it_in_another_thread_ends_the_wait_for_a_tool() -> None:
    tool = Waiting()
    with ScriptedServer(CALLED) as server, conversation(server, tool.search) as source:

        def close() -> None:
            assert tool.entered.wait(PATIENCE)
            source.close()

        closer = threading.Thread(target=close)
        closer.start()
        with pytest.raises(StreamClosedError):
            source.until_done()
        closer.join()
        assert tool.cancelled.wait(PATIENCE)


def test_disposal_ends_the_request_of_a_later_turn() -> None:
    second = stream(part("Fou"), end=[Do.HOLD])
    seen = threading.Event()
    with ScriptedServer(CALLED, second) as server:
        client = OpenAI(api_key="k", base_url=server.url, max_retries=0)
        subscription = client.chat.completions.observe_run_tools(
            tools=[search], model="m", messages=ASK
        ).subscribe(
            lambda event: seen.set() if event.type == "content.delta" else None,
            scheduler=NewThreadScheduler(),
        )
        assert seen.wait(PATIENCE)
        subscription.dispose()
        assert server.hung_up.wait(PATIENCE)
        client.close()


def test_cancelling_the_task_cancels_the_tools() -> None:
    tool = Waiting()

    async def read(client: AsyncOpenAI) -> None:
        manager = client.chat.completions.run_tools(tools=[tool.search], model="m", messages=ASK)
        async with manager as source:
            await source.until_done()

    async def main(url: str) -> None:
        async with AsyncOpenAI(api_key="k", base_url=url, max_retries=0) as client:
            task = asyncio.create_task(read(client))
            assert await asyncio.to_thread(tool.entered.wait, PATIENCE)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            assert await asyncio.to_thread(tool.cancelled.wait, PATIENCE)

    with ScriptedServer(CALLED) as server:
        asyncio.run(main(server.url))


def test_thoughts_are_sent_back_unchanged() -> None:
    thought = [ms.opens_thought(0), ms.thinks("Hm", 0), ms.signs("c2ln", 0), ms.stops(0)]
    pause = ms.frames(ms.whole(*ms.text("Wait"), reason="pause_turn"))
    called = ms.frames(ms.whole(*thought, *ms.call('{"q": "a"}', index=1), reason="tool_use"))
    answer = ms.frames(ms.whole(*ms.text("Found.")))
    with ScriptedServer(stream(pause), stream(called), stream(answer)) as server:
        url = server.url.removesuffix("/v1")
        with (
            Anthropic(api_key="k", base_url=url, max_retries=0) as client,
            client.messages.run_tools(
                tools=[Tool(search, name="get_weather")], model="m", max_tokens=9, messages=ASK
            ) as source,
        ):
            assert source.get_final().text == "Found."
        messages = sent(server)[-1]["messages"]
    assert messages[1] == {"role": "assistant", "content": [{"type": "text", "text": "Wait"}]}
    assert messages[2]["content"][0] == {"type": "thinking", "thinking": "Hm", "signature": "c2ln"}
    (result,) = messages[3]["content"]
    assert (result["type"], result["content"]) == ("tool_result", "a")
    assert result["tool_use_id"] == messages[2]["content"][1]["id"]
