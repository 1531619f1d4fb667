"""A scenario of a run is chosen by name, or given as data."""

# The package's methods are deprecated, but the server must serve their requests.
# pyright: reportDeprecated=false

from __future__ import annotations

from typing import Any

import openai
import pytest

from streamkit.server import EmbeddedServer
from tests.server.runs.requested import asking, outputs, text_of

pytestmark = pytest.mark.filterwarnings(
    "ignore:The Assistants API is deprecated:DeprecationWarning",
    "ignore:deprecated$:DeprecationWarning",
)


def test_a_scenario_is_named_in_four_ways(client: openai.OpenAI) -> None:
    assistant = client.beta.assistants.create(model="m", metadata={"scenario": "expired"})
    asked: list[dict[str, Any]] = [
        {"metadata": {"scenario": "failed"}, "thread": asking("[[incomplete]]")},
        {"thread": asking("[[nothing]] and [[incomplete]]"), "model": "scenario:cancelled"},
        {"thread": asking("Hi"), "model": "scenario:cancelled"},
        {"thread": asking("Hi")},
    ]
    ends = [
        client.beta.threads.create_and_run_poll(assistant_id=assistant.id, **more).status
        for more in asked
    ]
    assert ends == ["failed", "incomplete", "cancelled", "expired"]


@pytest.mark.parametrize("more", [{"metadata": {"scenario": "x"}}, {"model": "scenario:x"}])
def test_a_scenario_must_exist(client: openai.OpenAI, more: Any) -> None:
    with pytest.raises(openai.BadRequestError, match="There is no scenario 'x'"):
        client.beta.threads.create_and_run(assistant_id="any", **more)


def test_a_server_is_given_scenarios_as_data() -> None:
    scenarios = {
        "greet": {
            "steps": [
                {
                    "type": "tool_calls",
                    "calls": [{"type": "function", "name": "wave", "arguments": {"hands": 2}}],
                },
                {
                    "type": "message",
                    "content": [
                        {"type": "text", "text": ""},
                        {"type": "text", "text": "Hello"},
                        {"type": "refusal", "refusal": "No."},
                    ],
                },
            ]
        }
    }
    with (
        EmbeddedServer(scenarios=scenarios) as server,
        openai.OpenAI(base_url=server.base_url, api_key="any") as client,
    ):
        run = client.beta.threads.create_and_run_poll(
            assistant_id="any", thread=asking("[[greet]]")
        )
        assert run.required_action is not None
        [call] = run.required_action.submit_tool_outputs.tool_calls
        assert (call.function.name, call.function.arguments) == ("wave", '{"hands":2}')
        run = client.beta.threads.runs.submit_tool_outputs_and_poll(
            run_id=run.id, thread_id=run.thread_id, tool_outputs=outputs(run)
        )
        [message] = client.beta.threads.messages.list(run.thread_id, run_id=run.id)
    blocks = [block.to_dict() for block in message.content]
    assert [block["type"] for block in blocks] == ["text", "text", "refusal"]
    assert text_of(message) == "Hello"
    assert blocks[2]["refusal"] == "No."


@pytest.mark.parametrize(
    "scenario", [{}, {"steps": [{"type": "dance"}]}, {"steps": [], "end": "never"}]
)
def test_what_is_no_scenario_is_refused(scenario: Any) -> None:
    with pytest.raises(ValueError, match=r"steps|dance|never"):
        EmbeddedServer(scenarios={"x": scenario})
