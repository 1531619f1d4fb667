"""``run_tools`` makes one stream of all turns of a conversation with tools, for each protocol."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from streamkit import Anthropic, AsyncAnthropic, AsyncOpenAI, OpenAI, Tool, TurnLimitError, iterate
from streamkit.server import EmbeddedServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ASK: Any = [{"role": "user", "content": "Search for rivers."}]


def search(q: str, limit: int) -> dict[str, Any]:
    """Search for a text."""
    return {"found": q, "limit": limit}


async def look(q: str) -> str:
    """Look at a page."""
    await asyncio.sleep(0)
    return f"seen {q}"


def broken(q: str) -> str:
    """Fail."""
    raise LookupError(f"no {len(q) > 0}")


class Protocol:
    """A resource with ``run_tools`` in each of its clients, and its parameters."""

    def __init__(self, clients: tuple[Any, Any], path: str, **params: Any) -> None:
        self._clients = clients
        self.path = path
        self.params = params

    def client(self, which: int, server: EmbeddedServer) -> Any:
        url = server.url if self._clients[0] is Anthropic else server.base_url
        return self._clients[which](base_url=url, api_key="k", max_retries=0)

    def resource(self, client: Any) -> Any:
        for name in self.path.split("."):
            client = getattr(client, name)
        return client

    def sync(self, server: EmbeddedServer, **options: Any) -> tuple[list[Any], Any]:
        seen: list[Any] = []
        with self.client(0, server) as client:
            manager = self.resource(client).run_tools(**self.params | options)
            with manager as stream:
                _read(stream, seen)
        return seen, stream

    def on_loop(self, server: EmbeddedServer, **options: Any) -> tuple[list[Any], Any]:
        async def main() -> tuple[list[Any], Any]:
            seen: list[Any] = []
            async with self.client(1, server) as client:
                manager = self.resource(client).run_tools(**self.params | options)
                async with manager as stream:
                    await _aread(stream, seen)
            return seen, stream

        return asyncio.run(main())

    def observed(self, server: EmbeddedServer, **options: Any) -> list[Any]:
        with self.client(0, server) as client:
            source = self.resource(client).observe_run_tools(**self.params | options)
            seen: list[Any] = []
            source.subscribe(seen.append, seen.append)
            return seen

    def observed_on_loop(self, server: EmbeddedServer, **options: Any) -> list[Any]:
        async def main() -> list[Any]:
            async with self.client(1, server) as client:
                source = self.resource(client).observe_run_tools(**self.params | options)
                return [event async for event in iterate(source)]

        return asyncio.run(main())


def _read(stream: Any, seen: list[Any]) -> None:
    try:
        for event in stream:
            seen.append(event)  # noqa: PERF402 - what came before an error is kept
    except Exception as error:  # noqa: BLE001 - the tests look at it
        seen.append(error)


async def _aread(stream: Any, seen: list[Any]) -> None:
    try:
        async for event in stream:
            seen.append(event)  # noqa: PERF401 - what came before an error is kept
    except Exception as error:  # noqa: BLE001 - the tests look at it
        seen.append(error)


PROTOCOLS = {
    "chat": Protocol((OpenAI, AsyncOpenAI), "chat.completions", model="m", messages=ASK),
    "responses": Protocol((OpenAI, AsyncOpenAI), "responses", model="m", input=ASK),
    "messages": Protocol(
        (Anthropic, AsyncAnthropic), "messages", model="m", max_tokens=2000, messages=ASK
    ),
}


@pytest.fixture(params=[*PROTOCOLS])
def protocol(request: pytest.FixtureRequest) -> Protocol:
    return PROTOCOLS[request.param]


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer() as server:
        yield server


def kinds(seen: list[Any]) -> list[str]:
    """Return the types of the events that tools and turns add."""
    types = [getattr(event, "type", type(event).__name__) for event in seen]
    return [type_ for type_ in types if type_.startswith(("tool.", "turn."))]


ROADS = ["sync", "on_loop", "observed", "observed_on_loop"]


@pytest.mark.diagonal
@pytest.mark.parametrize("road", ROADS)
def test_tools_are_called_until_the_model_answers(
    server: EmbeddedServer, protocol: Protocol, road: str
) -> None:
    made: tuple[list[Any], Any] | list[Any] = getattr(protocol, road)(server, tools=[search, look])
    seen: list[Any] = made[0] if isinstance(made, tuple) else made
    order = kinds(seen)
    assert order[0] == "turn.started"
    assert order[-3:] == ["turn.done", "turn.started", "turn.done"]
    assert sorted(order[1:-3]) == ["tool.result"] * 2 + ["tool.started"] * 2
    results = {event.name: event for event in seen if event.type == "tool.result"}
    arguments = json.loads(results["search"].arguments)
    assert results["search"].result == {"found": arguments["q"], "limit": arguments["limit"]}
    assert results["look"].output == f"seen {json.loads(results['look'].arguments)['q']}"
    first, last = (event.final for event in seen if event.type == "turn.done")
    assert {call.name for call in first.tool_calls} == {"search", "look"}
    assert last.text
    assert last.tool_calls == []
    text = "".join(event.delta for event in seen if event.type == "content.delta")
    assert text.endswith(last.text)


@pytest.mark.diagonal
@pytest.mark.parametrize("road", ["sync", "on_loop"])
def test_the_history_can_be_sent_again(
    server: EmbeddedServer, protocol: Protocol, road: str
) -> None:
    _, stream = getattr(protocol, road)(server, tools=[search])
    assert stream.turn == 2
    history = stream.messages
    json.dumps(history)
    name = "input" if "input" in protocol.params else "messages"
    again, _ = getattr(protocol, road)(server, tools=[search], **{name: history[:-1]})
    assert kinds(again) == ["turn.started", "turn.done"]


@pytest.mark.diagonal
@pytest.mark.parametrize("road", ["sync", "on_loop"])
def test_a_failure_is_reported_to_the_model(
    server: EmbeddedServer, protocol: Protocol, road: str
) -> None:
    seen, stream = getattr(protocol, road)(server, tools=[broken])
    assert kinds(seen)[1:4] == ["tool.started", "tool.failed", "turn.done"]
    assert "Error: LookupError: no True" in json.dumps(stream.messages)
    assert seen[-1].type == "turn.done"


@pytest.mark.diagonal
@pytest.mark.parametrize("road", ["sync", "on_loop"])
def test_a_failure_may_end_the_stream(
    server: EmbeddedServer, protocol: Protocol, road: str
) -> None:
    seen, stream = getattr(protocol, road)(server, tools=[broken], on_tool_error="raise")
    assert isinstance(seen[-1], LookupError)
    assert stream.turn == 1


@pytest.mark.diagonal
@pytest.mark.parametrize("road", ["sync", "on_loop"])
def test_no_more_turns_than_allowed(server: EmbeddedServer, protocol: Protocol, road: str) -> None:
    seen, stream = getattr(protocol, road)(server, tools=[search], max_turns=1)
    error = seen[-1]
    assert isinstance(error, TurnLimitError)
    assert error.limit == 1
    assert error.partial is next(e.final.raw for e in seen if getattr(e, "type", "") == "turn.done")
    assert error.history == stream.messages
    assert kinds(seen)[-1] == "turn.done"


@pytest.mark.diagonal
@pytest.mark.parametrize("approved", [True, False])
@pytest.mark.parametrize("is_async", [False, True])
def test_a_tool_is_held_until_it_is_approved(
    server: EmbeddedServer, protocol: Protocol, approved: bool, is_async: bool
) -> None:
    held = Tool(search, needs_approval=True)

    def decide(stream: Any, event: Any) -> str:
        if event.type == "tool.held":
            (stream.approve if approved else stream.refuse)(event)
            with pytest.raises(ValueError, match="waits for an approval"):
                stream.approve("another")
        return str(event.type)

    if is_async:

        async def main() -> list[str]:
            async with protocol.client(1, server) as client:
                manager = protocol.resource(client).run_tools(tools=[held], **protocol.params)
                async with manager as stream:
                    return [decide(stream, event) async for event in stream]

        types = asyncio.run(main())
    else:
        with protocol.client(0, server) as client:
            manager = protocol.resource(client).run_tools(tools=[held], **protocol.params)
            with manager as stream:
                types = [decide(stream, event) for event in stream]
    of_tools = [type_ for type_ in types if type_.startswith("tool.")]
    ends = ["tool.started", "tool.result"] if approved else ["tool.failed"]
    assert of_tools == ["tool.held", *ends]


def test_a_call_of_a_tool_without_a_handler_ends_the_stream(
    server: EmbeddedServer, protocol: Protocol
) -> None:
    forms: dict[str, Callable[[Tool], Any]] = {
        "chat.completions": Tool.definition,
        "responses": Tool.flat_definition,
        "messages": Tool.message_definition,
    }
    other = forms[protocol.path](Tool(broken))
    plain = json.loads(json.dumps(other))
    seen, stream = protocol.sync(server, tools=[search, plain])
    assert kinds(seen) == ["turn.started", "tool.started", "tool.result", "turn.done"]
    assert {call.name for call in seen[-1].final.tool_calls} == {"search", "broken"}
    assert '"broken"' in json.dumps(stream.messages)


def test_the_last_answer_is_the_final_one(server: EmbeddedServer) -> None:
    with OpenAI(base_url=server.base_url, api_key="k") as client:
        run = client.chat.completions.run_tools(tools=[search], model="m", messages=ASK)
        for _ in range(2):  # each `with` is a conversation of its own
            with run as stream:
                final = stream.get_final()
            assert final.text
            assert stream.turn == 2
            assert [*stream] == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_turns": 0}, "max_turns must be at least 1"),
        ({"max_concurrent": 0}, "max_concurrent must be at least 1"),
        ({"n": 2}, "continues one answer"),
        ({"tools": [search, search]}, "two tools"),
        ({"response_format": 3}, "Unsupported"),
    ],
)
def test_what_cannot_work_is_refused_before_any_request(
    options: dict[str, Any], message: str
) -> None:
    with OpenAI(base_url="http://127.0.0.1:9", api_key="k") as client:
        params: Any = {"tools": [search], "model": "m", "messages": ASK} | options
        with pytest.raises((TypeError, ValueError), match=message):
            client.chat.completions.run_tools(**params)
