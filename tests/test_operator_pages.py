"""The examples of each operator print what the cookbook says."""

from __future__ import annotations

import inspect
import re

import pytest

from streamkit import operators
from streamkit.server import EmbeddedServer
from tests.cookbook import COOKBOOK
from tests.documented_examples import run_all

PAGE = (COOKBOOK / "operators.md").read_text()
EXAMPLE = re.compile(
    r"^### ([^\n]*)\n(?:(?!^###).)*?^```python\n(.*?)^```\n+```text\n(.*?)^```",
    re.DOTALL | re.MULTILINE,
)
BEGINNING = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)[0]
EXAMPLES = {title: (code, prints) for title, code, prints in EXAMPLE.findall(PAGE)}

FORECAST = [
    '{"city": "Bergen", "days": [{"weather": "ra',
    'in", "degrees": 9}, {"weather": "sun", ',
    '"degrees": 14}]}',
]
RAIN = ["It rains. ", "Take an ", "umbrella."]


@pytest.fixture(scope="module")
def printed() -> dict[str, str]:
    """Return what each example prints; the server says what the page is about."""
    with EmbeddedServer() as server:
        server.reply(chunks=FORECAST, when="The forecast?", times=None)
        server.reply(chunks=RAIN, when="Does it rain?", times=None)
        server.reply("It rains.", when="Twice.", times=None)
        server.reply("<think>Clouds.</think>It rains.", when="Think.", times=None)
        call = {"name": "weather", "arguments": {"city": "Bergen"}}
        server.reply(tool_calls=[call], when="Call a tool.", times=None)
        programs = {title: BEGINNING + code for title, (code, _) in EXAMPLES.items()}
        return {title: ran.output for title, ran in run_all(programs, server).items()}


@pytest.mark.parametrize("title", EXAMPLES)
def test_an_example_prints_what_the_page_says(title: str, printed: dict[str, str]) -> None:
    assert printed[title] == EXAMPLES[title][1]


def test_every_operator_is_on_the_page_and_has_a_marble_diagram() -> None:
    names = {name for name, value in vars(operators).items() if inspect.isfunction(value)}
    assert {name for name in operators.__all__ if name in names} <= {*re.findall(r"`(\w+)", PAGE)}
    for name in names & {*operators.__all__}:
        assert re.search(
            r"^ +\[.*\]$", inspect.getdoc(getattr(operators, name)) or "", re.MULTILINE
        ), name
