"""The fixture `cassette` records a test once, and replays it from then on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

from streamkit.server import EmbeddedServer

pytest_plugins = ["pytester"]

ALONE = ("-pno:cacheprovider", "-pno:asyncio")

TESTS = """
from streamkit import OpenAI

pytest_plugins = ["streamkit.testing"]


def test_it(cassette):
    said = []
    for seed in (1, 2):
        client = cassette(OpenAI(api_key="sk-do-not-show-me"), fields=["user"])
        asked = {"model": "any", "messages": [{"role": "user", "content": "Hi"}], "user": "a"}
        said.append(client.chat.completions.create(**asked, seed=seed))
    assert said[0] != said[1]
"""


@pytest.fixture
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer() as server:
        yield server


def test_what_is_recorded_once_is_replayed_without_a_server(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, server: EmbeddedServer
) -> None:
    pytester.makepyfile(test_some=TESTS)
    monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
    monkeypatch.setenv("STREAMKIT_RECORD", "1")
    pytester.runpytest_inprocess(*ALONE).assert_outcomes(passed=1)
    assert len(server.exchanges) == 2
    kept = sorted((pytester.path / "cassettes" / "test_some").iterdir())
    assert [path.name for path in kept] == ["test_it-2.jsonl", "test_it.jsonl"]
    assert not any("sk-do-not-show-me" in path.read_text() for path in kept)
    monkeypatch.setenv("STREAMKIT_RECORD", "0")
    pytester.runpytest_inprocess(*ALONE).assert_outcomes(passed=1)
    assert len(server.exchanges) == 2


def test_without_a_cassette_nothing_is_sent(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, server: EmbeddedServer
) -> None:
    pytester.makepyfile(test_some=TESTS)
    monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
    monkeypatch.delenv("STREAMKIT_RECORD", raising=False)
    ran = pytester.runpytest_inprocess(*ALONE)
    ran.assert_outcomes(failed=1)
    ran.stdout.fnmatch_lines(["*no cassette *test_it.jsonl: run * once with STREAMKIT_RECORD=1"])
    assert server.exchanges == []
