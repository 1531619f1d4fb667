"""``streamkit chat`` in the other protocols."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING

import pytest

from streamkit.server import EmbeddedServer
from tests.cli.command import invoke

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from typer.testing import Result as Ran

KEY = "sk-do-not-show"
APIS = ["responses", "messages"]
MODELS = """
from pydantic import BaseModel


class City(BaseModel):
    name: str
"""


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI", "ANTHROPIC"):
        for what in ("API_KEY", "BASE_URL"):
            monkeypatch.delenv(f"{name}_{what}", raising=False)


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer(api_key=KEY) as running:
        yield running


def run(*arguments: str) -> Ran:
    return invoke(["chat", *arguments])


def asked(server: EmbeddedServer) -> dict[str, object]:
    body: dict[str, object] = server.exchanges[-1].body
    return body


@pytest.fixture
def at(server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """Set the keys of both packages, and return the options that name the server."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    return ("--base-url", server.base_url, "--model", "m")


@pytest.mark.parametrize("api", APIS)
def test_the_embedded_server_speaks_it(api: str) -> None:
    ran = run("Tell me about rivers", "--api", api)
    assert ran.exit_code == 0
    assert ran.stdout.strip()
    figures = ran.stderr.splitlines()[-1]
    assert re.fullmatch(r"\d+ events · \d+ chunks · first token .* tokens used", figures)


def test_options_have_their_names_in_responses(server: EmbeddedServer, at: tuple[str, ...]) -> None:
    options = ["--system", "Be brief.", "--max-tokens", "50", "--temperature", "0.5"]
    assert run("Hello", "--api", "responses", *at, *options).exit_code == 0
    assert asked(server) == {
        "model": "m",
        "input": "Hello",
        "instructions": "Be brief.",
        "max_output_tokens": 50,
        "temperature": 0.5,
        "stream": True,
    }


def test_options_have_their_names_in_messages(server: EmbeddedServer, at: tuple[str, ...]) -> None:
    # The newest models take no temperature, and the server refuses one as their API does.
    ran = run("Hello", "--api", "messages", *at, "--system", "Be brief.")
    assert ran.exit_code == 0
    assert asked(server) == {
        "model": "m",
        "messages": [{"role": "user", "content": "Hello"}],
        "system": "Be brief.",
        "max_tokens": 4096,
        "stream": True,
    }


@pytest.mark.parametrize("api", APIS)
def test_an_answer_gets_a_type(
    api: str, at: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / f"models_of_{api}.py").write_text(MODELS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    ran = run("Describe Rome", "--api", api, *at, "--schema", f"models_of_{api}:City")
    assert ran.exit_code == 0
    assert re.fullmatch(r'name = ".*"\nCity\(name=[\'"].*[\'"]\)\n', ran.stdout)


@pytest.mark.parametrize("api", APIS)
def test_with_json_the_events_are_the_common_ones(api: str, at: tuple[str, ...]) -> None:
    ran = run("Hello", "--api", api, *at, "--json")
    assert ran.exit_code == 0
    events = [json.loads(line) for line in ran.stdout.splitlines()]
    types = {event["type"] for event in events}
    assert {"chunk", "content.delta", "content.done", "usage", "finish"} <= types
    assert all("snapshot" not in event for event in events)


def test_the_key_of_messages_has_its_own_variable(
    server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    monkeypatch.setenv("ANTHROPIC_BASE_URL", server.base_url.removesuffix("/v1"))
    assert run("Hello", "--api", "messages", "--model", "m").exit_code == 0


@pytest.mark.parametrize("api", APIS)
def test_only_a_chat_has_several_answers(api: str) -> None:
    ran = run("Hello", "--api", api, "-n", "2")
    assert ran.exit_code == 2
    assert f"{api} has one answer" in re.sub(r"\s+", " ", ran.stderr)
