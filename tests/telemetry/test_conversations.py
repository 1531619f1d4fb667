"""A conversation with tools is one span, which ends with it however it ends."""

from __future__ import annotations

import asyncio
import json
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
import reactivex as rx
from opentelemetry import trace
from opentelemetry.trace import StatusCode

import streamkit.operators as ops
from streamkit import (
    AsyncOpenAI,
    OpenAI,
    RateLimitError,
    StreamTruncatedError,
    Tool,
    TurnLimitError,
)
from streamkit.events import FunctionToolCallArgumentsDoneEvent
from tests.http_server import ScriptedServer, response
from tests.sse_bodies import DONE, part, stream
from tests.telemetry.exporting import Exported, exported, tree

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan

CALLS = [
    {
        "index": index,
        "id": f"c{index}",
        "type": "function",
        "function": {"name": "look", "arguments": "{}"},
    }
    for index in range(3)
]
DELTA = {"id": "c", "model": "m", "choices": [{"index": 0, "delta": {"tool_calls": CALLS}}]}
ASKING = stream(b"data: %b\n\n" % json.dumps(DELTA).encode(), part(None, "tool_calls"), DONE)
ANSWER = stream(part("Done."), part(None, "stop"), DONE)
CUT = stream(part("Do"))
ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Look"}]}


def look() -> str:
    """Look."""
    return "seen"


def agent_of(out: Exported) -> ReadableSpan:
    (span,) = (span for span in out.spans if span.name == "invoke_agent")
    return span


def facts_of(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


@pytest.mark.parametrize("is_async", [False, True], ids=["blocking", "async"])
def test_tools_that_waited_are_children_of_the_conversation(is_async: bool) -> None:
    params: dict[str, Any] = {**ASKED, "tools": [look], "max_concurrent": 1}
    with ScriptedServer(ASKING, ANSWER) as server, exported() as out:

        async def run() -> None:
            async with AsyncOpenAI(api_key="k", base_url=server.url) as client:
                async with client.chat.completions.run_tools(**params) as events:
                    await events.until_done()

        if is_async:
            asyncio.run(run())
        else:
            with OpenAI(api_key="k", base_url=server.url) as client:
                with client.chat.completions.run_tools(**params) as events:
                    events.until_done()
    calls = {f"{number} execute_tool look": dict[str, Any]() for number in (2, 3, 4)}
    assert tree(out) == {"1 invoke_agent": {"1 chat m": {}, **calls, "5 chat m": {}}}
    span = agent_of(out)
    assert span.status.status_code is StatusCode.UNSET
    facts = facts_of(span)
    assert facts["gen_ai.operation.name"] == "invoke_agent"
    assert facts["gen_ai.request.model"] == "m"
    assert facts["streamkit.turns"] == 2
    assert "streamkit.cancelled" not in facts


def read(client: OpenAI, params: Any) -> None:
    with client.chat.completions.run_tools(**params) as events:
        events.until_done()


def observe(client: OpenAI, params: Any) -> None:
    client.chat.completions.observe_run_tools(**params).run()


BUSY = b'{"error": {"message": "slow down", "code": "rate_limit_exceeded"}}'


@pytest.mark.parametrize(
    ("turns", "options", "error", "kind"),
    [
        ([ASKING, CUT], {}, StreamTruncatedError, "StreamTruncatedError"),
        ([[response(429, body=BUSY)]], {}, RateLimitError, "rate_limit_exceeded"),
        ([ASKING], {"max_turns": 1}, TurnLimitError, "TurnLimitError"),
    ],
    ids=["cut in the second turn", "refused in the first", "too many turns"],
)
@pytest.mark.parametrize("read", [read, observe])
def test_the_error_of_a_conversation_is_that_of_its_span(
    turns: list[Any], options: Any, error: type[Exception], kind: str, read: Any
) -> None:
    params: dict[str, Any] = {**ASKED, **options, "tools": [look]}
    with ScriptedServer(*turns) as server, exported() as out:
        with OpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
            with pytest.raises(error):
                read(client, params)
    span = agent_of(out)
    assert span.status.status_code is StatusCode.ERROR
    assert facts_of(span)["error.type"] == kind
    assert "slow down" not in span.to_json()


def test_a_conversation_that_is_left_is_cancelled_with_all_below_it() -> None:
    started = Event()

    async def wait() -> None:
        """Wait for what does not happen."""
        started.set()
        await asyncio.Event().wait()

    async def run(client: AsyncOpenAI) -> None:
        tool = Tool(wait, name="look")
        async with client.chat.completions.run_tools(**ASKED, tools=[tool]) as events:
            async for _ in events:
                assert not trace.get_current_span().get_span_context().is_valid
                await asyncio.sleep(0)
                if started.is_set():
                    return

    async def main(url: str) -> None:
        async with AsyncOpenAI(api_key="k", base_url=url) as client:
            await run(client)

    with ScriptedServer(ASKING) as server, exported() as out:
        asyncio.run(main(server.url))
    ended = [span for span in out.spans if span.name != "chat m"]
    assert {span.name for span in ended} == {"invoke_agent", "execute_tool look"}
    for span in ended:
        assert span.status.status_code is StatusCode.UNSET
        assert facts_of(span)["streamkit.cancelled"] is True


def test_the_subscribers_span_is_the_parent_of_tools_in_a_pipeline() -> None:
    call = FunctionToolCallArgumentsDoneEvent(0, 0, "look", "c0", "{}", None)
    with exported() as out:
        with out.tracer_provider.get_tracer("program").start_as_current_span("question"):
            rx.of(call).pipe(ops.call_tools([look])).run()
    assert tree(out) == {"1 question": {"1 execute_tool look": {}}}
