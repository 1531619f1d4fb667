"""The call of a tool is a span, which is current while the tool runs, in a thread or a task."""

from __future__ import annotations

import asyncio
import json
from contextvars import ContextVar
from functools import partial
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import StatusCode

from streamkit import AsyncOpenAI, OpenAI, Tool
from streamkit.families._common.async_tool_runs import AsyncToolRuns
from streamkit.families._common.tool_runs import ToolRuns
from tests.http_server import ScriptedServer
from tests.sse_bodies import DONE, part, stream
from tests.telemetry.exporting import Exported, exported, tree

if TYPE_CHECKING:
    from collections.abc import Callable

CALL = [
    {"index": 0, "id": "c1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
]
FIRST = json.dumps(
    {"id": "c", "model": "m", "choices": [{"index": 0, "delta": {"tool_calls": CALL}}]}
).encode()
TURNS = (
    stream(b"data: %b\n\n" % FIRST, part(None, "tool_calls"), DONE),
    stream(part("Done."), part(None, "stop"), DONE),
)
ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Look"}]}


def look() -> str:
    """Look, within a span of the tool's own."""
    with CURRENT.get().get_tracer("tool").start_as_current_span("inside"):
        return "seen"


async def look_async() -> str:
    """Look, after a while."""
    await asyncio.sleep(0)
    return look()


def fall() -> str:
    """Do not look."""
    raise LookupError("secret")


CURRENT = ContextVar[TracerProvider]("CURRENT")
"""The provider of the test's tracers, which a tool sees because it runs in the caller's context."""


def looked(
    handler: Callable[..., Any], *, is_async: bool, timeout: float | None = None, **options: Any
) -> Exported:
    """Run both turns within a span of the program, and return what was exported."""
    params: dict[str, Any] = {**ASKED, "tool_timeout": timeout}
    tool = Tool(handler, name="look")
    with ScriptedServer(*TURNS) as server, exported(**options) as out:
        CURRENT.set(out.tracer_provider)

        async def read() -> None:
            async with AsyncOpenAI(api_key="k", base_url=server.url) as client:
                async with client.chat.completions.run_tools(**params, tools=[tool]) as events:
                    await events.until_done()

        with out.tracer_provider.get_tracer("program").start_as_current_span("question"):
            if is_async:
                asyncio.run(read())
            else:
                with OpenAI(api_key="k", base_url=server.url) as client:
                    with client.chat.completions.run_tools(**params, tools=[tool]) as events:
                        events.until_done()
        return out


@pytest.mark.parametrize("is_async", [False, True], ids=["blocking", "async"])
@pytest.mark.parametrize("handler", [look, look_async])
def test_turns_and_tools_are_a_tree(handler: Callable[..., Any], is_async: bool) -> None:
    out = looked(handler, is_async=is_async)
    assert tree(out) == {
        "1 question": {
            "1 invoke_agent": {
                "1 chat m": {},
                "2 execute_tool look": {"1 inside": {}},
                "3 chat m": {},
            }
        }
    }
    call = next(span for span in out.spans if span.name == "execute_tool look")
    facts = dict(call.attributes or {})
    assert facts["gen_ai.tool.name"] == "look"
    assert facts["gen_ai.tool.call.id"] == "c1"
    assert "gen_ai.tool.call.arguments" not in facts


@pytest.mark.parametrize("is_async", [False, True], ids=["blocking", "async"])
def test_a_tool_that_fails_is_an_error_by_its_type_alone(is_async: bool) -> None:
    out = looked(fall, is_async=is_async)
    call = next(span for span in out.spans if span.name == "execute_tool look")
    assert call.status.status_code is StatusCode.ERROR
    assert dict(call.attributes or {})["error.type"] == "LookupError"
    assert "secret" not in call.to_json()


def test_the_arguments_are_content() -> None:
    out = looked(look, is_async=False, content=True)
    call = next(span for span in out.spans if span.name == "execute_tool look")
    assert dict(call.attributes or {})["gen_ai.tool.call.arguments"] == "{}"


@pytest.mark.parametrize("is_async", [False, True], ids=["blocking", "async"])
def test_a_tool_that_takes_too_long_is_an_error_and_not_cancelled(
    is_async: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    expire: list[Callable[[], None]] = []  # in place of a clock
    release = Event()

    def limit(runs: Any, run: Any, _seconds: float) -> None:
        expire.append(partial(runs._expire, run))

    def wait() -> None:
        """Wait for longer than a call may take."""
        expire[0]()
        release.wait()

    async def wait_async() -> None:
        """Wait for longer than a call may take, too."""
        asyncio.get_running_loop().call_soon(expire[0])
        await asyncio.Event().wait()

    monkeypatch.setattr(AsyncToolRuns if is_async else ToolRuns, "_limit", limit)
    out = looked(wait_async if is_async else wait, is_async=is_async, timeout=1)
    release.set()
    call = next(span for span in out.spans if span.name == "execute_tool look")
    assert call.status.status_code is StatusCode.ERROR
    facts = dict(call.attributes or {})
    assert facts["error.type"] == "TimeoutError"
    assert "streamkit.cancelled" not in facts
