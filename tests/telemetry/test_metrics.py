"""Metrics have the names of the version that the program, or its environment, opts into."""

from __future__ import annotations

from typing import Any

import pytest

from streamkit import OpenAI, RateLimitError
from tests.http_server import ScriptedServer, response
from tests.sse_bodies import DONE, part, stream
from tests.telemetry.exporting import Exported, exported

ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
USAGE = {
    "prompt_tokens": 30,
    "completion_tokens": 9,
    "prompt_tokens_details": {"cached_tokens": 20},
    "completion_tokens_details": {"reasoning_tokens": 4},
}
TOLD = stream(part("a"), part("b", "stop"), part("", usage=USAGE), DONE)
UNTOLD = stream(part("a"), part("b", "stop"), DONE)

OLD = {
    "gen_ai.client.operation.duration",
    "gen_ai.client.operation.time_to_first_chunk",
    "gen_ai.client.token.usage",
}
NEW = {
    "gen_ai.client.inference.duration",
    "gen_ai.client.inference.time_to_first_chunk",
    "gen_ai.client.inference.operation.input_tokens",
    "gen_ai.client.inference.operation.output_tokens",
    "gen_ai.client.inference.usage.input_tokens",
    "gen_ai.client.inference.usage.output_tokens",
    "gen_ai.client.inference.usage.cache_read.input_tokens",
    "gen_ai.client.inference.usage.reasoning.output_tokens",
}


def measured(script: Any, **options: Any) -> tuple[Exported, dict[str, list[Any]]]:
    with ScriptedServer(script) as server:
        with OpenAI(api_key="k", base_url=server.url) as client, exported(client, **options) as out:
            with client.chat.completions.stream(**ASKED) as events:
                events.until_done()
            return out, out.metrics()


@pytest.mark.parametrize(
    ("options", "environment", "names"),
    [
        ({}, "", OLD),
        ({}, "http,gen_ai_latest_experimental", NEW),
        ({"semconv": "0.1"}, "", NEW),
        ({"semconv": "1.41"}, "gen_ai_latest_experimental", OLD),
    ],
    ids=["by default", "the environment", "new", "old"],
)
def test_names_are_those_of_the_version(
    options: dict[str, Any],
    environment: str,
    names: set[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OTEL_SEMCONV_STABILITY_OPT_IN", environment)
    assert measured(TOLD, **options)[1].keys() == names


def test_tokens_are_those_that_the_server_told() -> None:
    out, metrics = measured(TOLD)
    points = metrics["gen_ai.client.token.usage"]
    assert {point.attributes["gen_ai.token.type"]: point.sum for point in points} == {
        "input": 30,
        "output": 9,
    }
    told = {name: count for name, count in out.facts.items() if ".usage." in name}
    assert told == {
        "gen_ai.usage.input_tokens": 30,
        "gen_ai.usage.output_tokens": 9,
        "gen_ai.usage.cache_read.input_tokens": 20,
        "gen_ai.usage.reasoning.output_tokens": 4,
    }


def test_tokens_that_are_unknown_are_not_none() -> None:
    out, metrics = measured(UNTOLD)
    assert "gen_ai.client.token.usage" not in metrics
    assert not [name for name in out.facts if ".usage." in name]


def test_each_chunk_is_timed_when_asked_for() -> None:
    (point,) = measured(UNTOLD, per_chunk=True)[1]["gen_ai.client.operation.time_per_output_chunk"]
    assert point.count == 2  # of three events the first is timed from the beginning


def test_an_error_is_counted_by_its_type() -> None:
    with ScriptedServer([response(429)]) as server:
        with OpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
            with exported(client) as out, pytest.raises(RateLimitError):
                client.chat.completions.create(**ASKED)
            metrics = out.metrics()
    (point,) = metrics["gen_ai.client.operation.duration"]
    assert point.attributes["error.type"] == "RateLimitError"
    assert metrics.keys() == {"gen_ai.client.operation.duration"}
