"""The documented chat examples, run as programs; only their import lines change."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from streamkit.server import EmbeddedServer
from tests.documented_examples import examples, output_of, with_streamkit

EXAMPLES = examples("chat.md")
PRINTS = {
    "parse a response into a pydantic model": r"\[Step\(explanation='.*\nanswer:  \S",
    "parse function tool calls": r"ParsedFunction\S*\(.*Query\(.*\nTable\.(orders|customers|pro)",
    "stream events": r"\w+ \w+",
    "get the final completion": r"ParsedChatCompletionMessage\S*\(content='\w+",
    "wait until the stream is done": "^$",
}


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer() as server:
        yield server


# What the examples of the asynchronous client look like with the other one.
TO_SYNC = (
    ("AsyncOpenAI", "OpenAI"),
    ("async def", "def"),
    ("async with", "with"),
    ("async for", "for"),
    ("await ", ""),
    ("asyncio.run(main())", "main()"),
)


def test_every_example_has_its_expectation() -> None:
    assert PRINTS.keys() == EXAMPLES.keys()
    assert len(EXAMPLES) == 5


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_works_with_only_its_import_changed(server: EmbeddedServer, name: str) -> None:
    program = with_streamkit(EXAMPLES[name])
    assert re.search(PRINTS[name], output_of(program, server), re.DOTALL)


@pytest.mark.parametrize("name", [name for name in EXAMPLES if "async " in EXAMPLES[name]])
def test_an_async_example_works_with_the_blocking_client(server: EmbeddedServer, name: str) -> None:
    program = with_streamkit(EXAMPLES[name])
    for old, new in TO_SYNC:
        program = program.replace(old, new)
    assert re.search(PRINTS[name], output_of(program, server), re.DOTALL)


@pytest.mark.parametrize("name", [name for name in EXAMPLES if "async " not in EXAMPLES[name]])
def test_a_blocking_example_works_with_the_async_client(server: EmbeddedServer, name: str) -> None:
    program = with_streamkit(EXAMPLES[name]).replace("OpenAI", "AsyncOpenAI")
    program = re.sub(
        r"= (client\.chat\.completions\.parse\(.*?^\))",
        r"= __import__('asyncio').run(\1)",
        program,
        flags=re.DOTALL | re.MULTILINE,
    )
    assert "asyncio" in program
    assert re.search(PRINTS[name], output_of(program, server), re.DOTALL)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_server_is_one_that_the_openai_package_takes_for_its_own(
    server: EmbeddedServer, name: str
) -> None:
    if name == "stream events":
        # Its `event.content` is documented, and missing from the package: defect D01.
        program = EXAMPLES[name].replace("event.content", "event.delta")
    else:
        program = EXAMPLES[name]
    assert re.search(PRINTS[name], output_of(program, server), re.DOTALL)
