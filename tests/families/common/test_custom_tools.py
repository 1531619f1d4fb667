"""Custom tools, whose input is free text, are run as functions are."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
import reactivex

from streamkit import AsyncOpenAI, OpenAI, SchemaError, Tool
from streamkit import operators as ops
from streamkit.events import CustomToolCallInputDoneEvent
from tests.families.responses.documented import STREAMS
from tests.families.responses.wire import body
from tests.http_server import ScriptedServer
from tests.sse_bodies import DONE, part, stream

if TYPE_CHECKING:
    from tests.http_server import Script

ASK: Any = [{"role": "user", "content": "List the files."}]
GRAMMAR = {"syntax": "lark", "definition": "start: /.+/"}
IN_A_CHAT = {"type": "grammar", "grammar": GRAMMAR}
IN_RESPONSES = {"type": "grammar", **GRAMMAR}


def shell(command: str) -> str:
    """Run a command."""
    return f"$ {command}"


async def shell_later(command: str) -> str:
    await asyncio.sleep(0)
    return f"$ {command}"


Outcome: TypeAlias = tuple[list[Any], list[Any]]
SHELL = Tool(shell, arguments=str)


def fragment(text: str, **head: Any) -> bytes:
    call: dict[str, Any] = {"index": 0, "custom": {"input": text, **head}}
    if head:
        call |= {"id": "c0", "type": "custom"}
    choice = {"index": 0, "delta": {"tool_calls": [call]}, "finish_reason": None}
    return b"data: %b\n\n" % json.dumps({"id": "c", "choices": [choice]}).encode()


def chat() -> list[Script]:
    call = (fragment("ls ", name="shell"), fragment("-l"), part(finish_reason="tool_calls"))
    return [stream(*call, DONE), stream(part("Two."), part(finish_reason="stop"), DONE)]


def responses() -> list[Script]:
    return [stream(body(STREAMS[name])) for name in ("a custom tool", "text")]


def run_sync(server: ScriptedServer, resource: str, name: str, **params: Any) -> Outcome:
    with OpenAI(api_key="k", base_url=server.url) as client:
        of: Any = client.responses if resource == "responses" else client.chat.completions
        with of.run_tools(
            tools=[Tool(shell, arguments=str, name=name)], model="m", **params
        ) as source:
            return list(source), source.messages


def run_async(server: ScriptedServer, resource: str, name: str, **params: Any) -> Outcome:
    async def main() -> Outcome:
        tool = Tool(shell_later, arguments=str, name=name)
        async with AsyncOpenAI(api_key="k", base_url=server.url) as client:
            of: Any = client.responses if resource == "responses" else client.chat.completions
            async with of.run_tools(tools=[tool], model="m", **params) as source:
                return [event async for event in source], source.messages

    return asyncio.run(main())


@pytest.mark.parametrize("run", [run_sync, run_async])
def test_a_chat_gets_the_output_of_a_custom_tool(run: Any) -> None:
    with ScriptedServer(*chat()) as server:
        events, history = run(server, "chat", "shell", messages=ASK)
        second = json.loads(server.requests[1].body)
    (result,) = [event for event in events if event.type == "tool.result"]
    assert (result.arguments, result.output) == ("ls -l", "$ ls -l")
    call = {"id": "c0", "type": "custom", "custom": {"name": "shell", "input": "ls -l"}}
    assert second["messages"] == [
        *ASK,
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c0", "content": "$ ls -l"},
    ]
    assert history == [*second["messages"], {"role": "assistant", "content": "Two."}]


@pytest.mark.parametrize("run", [run_sync, run_async])
def test_responses_get_the_output_of_a_custom_tool(run: Any) -> None:
    with ScriptedServer(*responses()) as server:
        _, history = run(server, "responses", "sh", input=ASK)
        second = json.loads(server.requests[1].body)
    output = {"type": "custom_tool_call_output", "call_id": "call_9", "output": "$ ls -l"}
    assert second["input"][-1] == output
    assert history[:-1] == second["input"]


def test_the_operator_runs_a_custom_tool() -> None:
    call = CustomToolCallInputDoneEvent(0, 0, "shell", "c0", "ls")
    seen: list[Any] = []
    source: Any = reactivex.just(call)
    source.pipe(ops.call_tools([SHELL])).subscribe(seen.append, seen.append)
    assert [event.type for event in seen] == [call.type, "tool.started", "tool.result"]
    assert (seen[1].parsed_arguments, seen[2].output) == ("ls", "$ ls")


@pytest.mark.parametrize("given", [IN_A_CHAT, IN_RESPONSES], ids=["a chat's", "of Responses"])
@pytest.mark.parametrize("is_nested", [True, False])
def test_a_definition_is_sent_as_each_api_has_it(*, given: Any, is_nested: bool) -> None:
    fields = {"name": "sh", "description": "Runs.", "format": given}
    tool = Tool(
        shell,
        arguments={"type": "custom", **({"custom": fields} if is_nested else fields)},
    )
    said = {"name": "sh", "description": "Runs."}
    assert tool.definition() == {"type": "custom", "custom": {**said, "format": IN_A_CHAT}}
    assert tool.flat_definition() == {"type": "custom", **said, "format": IN_RESPONSES}


def test_a_function_of_a_text_is_declared_by_its_name_and_docstring() -> None:
    said = {"name": "shell", "description": "Run a command."}
    assert SHELL.definition() == {"type": "custom", "custom": said}
    assert SHELL.flat_definition() == {"type": "custom", **said}


def test_messages_have_no_custom_tools() -> None:
    with pytest.raises(SchemaError, match="shell is a custom tool"):
        SHELL.message_definition()
