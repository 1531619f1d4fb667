"""Programs for the openai and anthropic packages, with only their import lines changed."""

from __future__ import annotations

import re
import textwrap

import pytest

from streamkit.server import EmbeddedServer
from tests.documented_examples import Ran, run_all

PROGRAMS: dict[str, str] = {
    "a key of the environment": """
        import os
        from openai import OpenAI

        client = OpenAI(api_key=os.environ.get("OPENAI_API_KEY"))
        completion = client.chat.completions.create(
            model="m", messages=[{"role": "developer", "content": "Be brief."},
                                 {"role": "user", "content": "Rain?"}],
        )
        print(bool(completion.choices[0].message.content), completion._request_id is not None)
    """,
    "responses": """
        from openai import OpenAI

        client = OpenAI()
        response = client.responses.create(model="m", instructions="Be brief.", input="Rain?")
        print(bool(response.output_text), response._request_id is not None)
        for event in client.responses.create(model="m", input="Rain?", stream=True):
            last = event.type
        print(last)
    """,
    "async, with an HTTP client": """
        import asyncio
        from openai import AsyncOpenAI, DefaultAsyncHttpxClient, DefaultAioHttpClient

        async def main() -> None:
            for make in (DefaultAsyncHttpxClient, DefaultAioHttpClient):
                async with make() as http_client, AsyncOpenAI(http_client=http_client) as client:
                    stream = await client.chat.completions.create(
                        model="m", messages=[{"role": "user", "content": "Rain?"}], stream=True
                    )
                    async for chunk in stream:
                        last = chunk.choices[0].finish_reason
                    print(last)

        asyncio.run(main())
    """,
    "errors": """
        import openai
        from openai import OpenAI

        client = OpenAI(max_retries=0)
        try:
            client.chat.completions.create(
                model="fault:status?code=429", messages=[{"role": "user", "content": "Rain?"}]
            )
        except openai.APIConnectionError as error:
            print(error.__cause__)
        except openai.RateLimitError as error:
            print("limited", error.status_code, error.response.status_code, error.request_id)
        except openai.APIStatusError as error:
            print(error)
        print(issubclass(openai.APITimeoutError, openai.OpenAIError))
    """,
    "options of a call": """
        import httpx
        from openai import OpenAI, NOT_GIVEN, Omit, omit

        def ask(user: str | Omit = omit) -> object:
            client = OpenAI(timeout=httpx.Timeout(60.0, read=5.0, write=10.0, connect=2.0))
            return client.with_options(max_retries=5, timeout=20.0).chat.completions.create(
                model="m", messages=[{"role": "user", "content": "Rain?"}], user=user, n=NOT_GIVEN
            )

        print(ask().choices[0].finish_reason)
    """,
    "types of parameters": """
        from openai import OpenAI, pydantic_function_tool
        from openai.types.chat import ChatCompletion, ChatCompletionChunk
        from openai.types.chat import ChatCompletionMessageParam, ChatCompletionToolParam
        from openai.types.shared_params import FunctionDefinition
        from pydantic import BaseModel

        class Rain(BaseModel):
            city: str

        function: FunctionDefinition = {"name": "snow", "parameters": {"type": "object"}}
        tools: list[ChatCompletionToolParam] = [{"type": "function", "function": function}]
        tools.append(pydantic_function_tool(Rain))
        messages: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Rain?"}]
        completion = OpenAI().chat.completions.create(model="m", messages=messages, tools=tools)
        assert isinstance(completion, ChatCompletion)
        messages.append(completion.choices[0].message)
        for call in completion.choices[0].message.tool_calls:
            messages.append({"role": "tool", "tool_call_id": call.id, "content": "no"})
        completion = OpenAI().chat.completions.create(model="m", messages=messages)
        print(next(iter(OpenAI().models.list())).object, issubclass(ChatCompletionChunk, object))
    """,
    "messages": """
        import os
        from anthropic import Anthropic
        from anthropic.types import MessageParam, ToolParam

        client = Anthropic(api_key=os.environ.get("ANTHROPIC_API_KEY"))
        messages: list[MessageParam] = [{"role": "user", "content": "Hello, Claude"}]
        message = client.messages.create(max_tokens=1024, messages=messages, model="m")
        print(message.content[0].type, message.stop_reason)
        messages.append({"role": "assistant", "content": message.content})
        messages.append({"role": "user", "content": "Go on."})
        tool: ToolParam = {"name": "rain", "input_schema": {"type": "object"}}
        with client.messages.stream(max_tokens=99, messages=messages, model="m", tools=[tool],
                                    tool_choice={"type": "none"}) as stream:
            for text in stream.text_stream:
                pass
            print(bool(text), stream.get_final_message().stop_reason)
    """,
    "errors of anthropic": """
        import anthropic
        from anthropic import Anthropic

        try:
            Anthropic(max_retries=0).messages.create(model="m", max_tokens=0, messages=[])
        except anthropic.BadRequestError as error:
            print(error.status_code, isinstance(error, anthropic.AnthropicError))
    """,
}
PRINTS = {
    "a key of the environment": r"True True\n",
    "responses": r"True True\nresponse\.completed\n",
    "async, with an HTTP client": r"stop\nstop\n",
    "errors": r"limited 429 429 \S+\nTrue\n",
    "options of a call": r"stop\n",
    "types of parameters": r"model True\n",
    "messages": r"text end_turn\nTrue end_turn\n",
    "errors of anthropic": r"400 True\n",
}


def changed(program: str) -> str:
    """Return the program with ``streamkit`` in its import lines, and nowhere else."""
    program = textwrap.dedent(program)
    program = re.sub(
        r"^import (openai|anthropic)$", r"import streamkit as \1", program, flags=re.MULTILINE
    )
    return re.sub(r"^from (openai|anthropic)\b", "from streamkit", program, flags=re.MULTILINE)


@pytest.fixture(scope="module")
def ran() -> dict[str, Ran]:
    with EmbeddedServer(seed=5) as server:
        return run_all({name: changed(program) for name, program in PROGRAMS.items()}, server)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_runs_with_its_import_lines_changed(name: str, ran: dict[str, Ran]) -> None:
    assert "streamkit" in changed(PROGRAMS[name])
    assert re.fullmatch(PRINTS[name], ran[name].output)
