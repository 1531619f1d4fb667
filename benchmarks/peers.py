"""The ways to read a structured answer with the packages that a program would use instead.

Each way is a function of the server's address that returns two readers, one that blocks and one for
an event loop. A reader takes a model, and yields the value so far at each event that has one; or
the text of each event, where a package shows no value before the end.
"""

# The packages that few have are imported by their names, so that type checkers need none of them.

from __future__ import annotations

import os
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from benchmarks.data import Report

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

__all__ = [
    "Way",
    "anthropic",
    "instructor",
    "langchain_openai",
    "litellm",
    "openai",
    "pydantic_ai",
    "streamkit",
]

PATIENCE = 300.0
"""The seconds that a client waits: for the servers of others, that is long enough for any load."""
PROMPT = "Report."
MESSAGES: list[Any] = [{"role": "user", "content": PROMPT}]


class Readers(NamedTuple):
    """The two readers of a package."""

    blocking: Callable[[str], Iterator[Any]]
    on_loop: Callable[[str], AsyncIterator[Any]]


Way: TypeAlias = "Callable[[str], Readers]"


def streamkit(address: str) -> Readers:
    """Return the readers of streamkit, whose events have ``parsed``."""
    import streamkit

    given: Any = {"api_key": "k", "base_url": f"{address}/v1", "timeout": PATIENCE}
    return _of_chat(streamkit.OpenAI(**given), streamkit.AsyncOpenAI(**given))


def openai(address: str) -> Readers:
    """Return the readers of the openai package, whose events have ``parsed`` too."""
    import openai

    given: Any = {"api_key": "k", "base_url": f"{address}/v1", "timeout": PATIENCE}
    return _of_chat(openai.OpenAI(**given), openai.AsyncOpenAI(**given))


def _of_chat(client: Any, async_client: Any) -> Readers:
    def blocking(model: str) -> Iterator[Any]:
        asked = {"model": model, "messages": MESSAGES, "response_format": Report}
        with client.chat.completions.stream(**asked) as stream:
            for event in stream:
                if event.type == "content.delta":
                    yield event.parsed

    async def on_loop(model: str) -> AsyncIterator[Any]:
        asked = {"model": model, "messages": MESSAGES, "response_format": Report}
        async with async_client.chat.completions.stream(**asked) as stream:
            async for event in stream:
                if event.type == "content.delta":
                    yield event.parsed

    return Readers(blocking, on_loop)


def anthropic(address: str) -> Readers:
    """Return the readers of the anthropic package, whose events parse their snapshot on demand."""
    import anthropic

    given: Any = {"api_key": "k", "base_url": address, "timeout": PATIENCE}
    client: Any = anthropic.Anthropic(**given)
    async_client: Any = anthropic.AsyncAnthropic(**given)

    def asked(model: str) -> dict[str, Any]:
        return {
            "model": model,
            "max_tokens": 99_999,
            "messages": MESSAGES,
            "output_format": Report,
        }

    def blocking(model: str) -> Iterator[Any]:
        with client.messages.stream(**asked(model)) as stream:
            for event in stream:
                if event.type == "text":
                    yield event.parsed_snapshot()

    async def on_loop(model: str) -> AsyncIterator[Any]:
        async with async_client.messages.stream(**asked(model)) as stream:
            async for event in stream:
                if event.type == "text":
                    yield event.parsed_snapshot()

    return Readers(blocking, on_loop)


def instructor(address: str) -> Readers:
    """Return the readers of instructor, which makes a partial model of each chunk."""
    import openai

    instructor: Any = import_module("instructor")
    given: Any = {"api_key": "k", "base_url": f"{address}/v1", "timeout": PATIENCE}
    mode = instructor.Mode.JSON_SCHEMA
    client: Any = instructor.from_openai(openai.OpenAI(**given), mode=mode)
    async_client: Any = instructor.from_openai(openai.AsyncOpenAI(**given), mode=mode)

    def asked(model: str) -> dict[str, Any]:
        return {"model": model, "messages": MESSAGES, "response_model": Report}

    def blocking(model: str) -> Iterator[Any]:
        yield from client.chat.completions.create_partial(**asked(model))

    async def on_loop(model: str) -> AsyncIterator[Any]:
        async for value in async_client.chat.completions.create_partial(**asked(model)):
            yield value

    return Readers(blocking, on_loop)


def pydantic_ai(address: str) -> Readers:
    """Return the readers of pydantic-ai, which validates what has come so far."""
    package: Any = import_module("pydantic_ai")
    models: Any = import_module("pydantic_ai.models.openai")
    providers: Any = import_module("pydantic_ai.providers.openai")

    @cache
    def agent(model: str) -> Any:
        provider = providers.OpenAIProvider(base_url=f"{address}/v1", api_key="k")
        chat = models.OpenAIChatModel(model, provider=provider)
        return package.Agent(chat, output_type=package.NativeOutput(Report))

    def blocking(model: str) -> Iterator[Any]:
        yield from agent(model).run_stream_sync(PROMPT).stream_output(debounce_by=None)

    async def on_loop(model: str) -> AsyncIterator[Any]:
        async with agent(model).run_stream(PROMPT) as stream:
            async for value in stream.stream_output(debounce_by=None):
                yield value

    return Readers(blocking, on_loop)


def litellm(address: str) -> Readers:
    """Return the readers of litellm, which passes chunks on, and shows no value of them."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # or its import asks the network for prices
    litellm: Any = import_module("litellm")

    def asked(model: str) -> dict[str, Any]:
        server = {"api_base": f"{address}/v1", "api_key": "k", "timeout": PATIENCE}
        return {
            "model": f"openai/{model}",
            "messages": MESSAGES,
            "response_format": Report,
            "stream": True,
            **server,
        }

    def blocking(model: str) -> Iterator[Any]:
        chunks: Any = litellm.completion(**asked(model))
        for chunk in chunks:
            yield chunk.choices[0].delta.content or ""

    async def on_loop(model: str) -> AsyncIterator[Any]:
        chunks: Any = await litellm.acompletion(**asked(model))
        async for chunk in chunks:
            yield chunk.choices[0].delta.content or ""

    return Readers(blocking, on_loop)


def langchain_openai(address: str) -> Readers:
    """Return the readers of langchain-openai, which emits a dict of what has come so far.

    Of a schema, that is: of a pydantic model it emits one value, at the end.
    """
    package: Any = import_module("langchain_openai")

    @cache
    def chain(model: str) -> Any:
        given: Any = {"api_key": "k", "base_url": f"{address}/v1", "timeout": PATIENCE}
        schema = Report.model_json_schema()
        chat = package.ChatOpenAI(model=model, **given)
        return chat.with_structured_output(schema, method="json_schema")

    def blocking(model: str) -> Iterator[Any]:
        yield from chain(model).stream(PROMPT)

    async def on_loop(model: str) -> AsyncIterator[Any]:
        async for value in chain(model).astream(PROMPT):
            yield value

    return Readers(blocking, on_loop)
