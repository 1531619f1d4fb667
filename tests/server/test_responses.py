"""Responses of the embedded server; the `openai` package is the client."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest
from pydantic import BaseModel

from streamkit.recording import shipped
from streamkit.server import EmbeddedServer

ASK = "Tell me about rivers"
CLOCK: Any = {"type": "function", "name": "clock", "parameters": {}, "strict": False}
NOTES: Any = {"type": "custom", "name": "notes", "description": "Takes notes"}


class City(BaseModel):
    name: str
    population: int
    sights: list[str]


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer() as server:
        yield server


@pytest.fixture(scope="module")
def client(server: EmbeddedServer) -> Iterator[Any]:
    # The client is strict: each answer must have every field that the package's types require.
    with openai.OpenAI(
        base_url=server.base_url, api_key="any", max_retries=0, _strict_response_validation=True
    ) as client:
        yield client


def types(events: Any) -> list[str]:
    """Return the types of events without ``response.``; equal neighbours count once."""
    found = [event.type.removeprefix("response.") for event in events]
    return [name for place, name in enumerate(found) if found[place - 1 : place] != [name]]


TEXT = [
    "output_item.added",
    "content_part.added",
    "output_text.delta",
    "output_text.done",
    "content_part.done",
    "output_item.done",
]
REFUSAL = [name.replace("output_text", "refusal") for name in TEXT]
FUNCTION = [
    "output_item.added",
    "function_call_arguments.delta",
    "function_call_arguments.done",
    "output_item.done",
]
CUSTOM = [name.replace("function_call_arguments", "custom_tool_call_input") for name in FUNCTION]
SUMMARY = [
    "reasoning_summary_part.added",
    "reasoning_summary_text.delta",
    "reasoning_summary_text.done",
    "reasoning_summary_part.done",
]
REASONING = ["output_item.added", *SUMMARY, *SUMMARY, "output_item.done"]
BEGUN = ["created", "in_progress"]
ORDERS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "text": ({}, [*BEGUN, *TEXT, "completed"]),
    "in the background": (
        {"background": True},
        ["created", "queued", "in_progress", *TEXT, "completed"],
    ),
    "reasoning": ({"reasoning": {"summary": "auto"}}, [*BEGUN, *REASONING, *TEXT, "completed"]),
    "hidden reasoning": (
        {"reasoning": {"effort": "low"}},
        [*BEGUN, "output_item.added", "output_item.done", *TEXT, "completed"],
    ),
    "a refusal": ({"input": "[[refuse]]"}, [*BEGUN, *REFUSAL, "completed"]),
    "tools": (
        {"tools": [CLOCK, NOTES]},
        [*BEGUN, *TEXT, *FUNCTION, *CUSTOM, "completed"],
    ),
    "a tool that must be called": (
        {"tools": [CLOCK, NOTES], "tool_choice": {"type": "custom", "name": "notes"}},
        [*BEGUN, *CUSTOM, "completed"],
    ),
    "too little room": ({"max_output_tokens": 16}, [*BEGUN, *TEXT, "incomplete"]),
    "too little room to reason": (
        {"max_output_tokens": 16, "reasoning": {"effort": "high"}},
        [*BEGUN, "output_item.added", "output_item.done", "incomplete"],
    ),
    "a content filter": ({"input": "[[content_filter]]"}, [*BEGUN, *TEXT, "incomplete"]),
    "a failure": ({"input": "[[failed]]"}, [*BEGUN, *TEXT[:3], "failed"]),
}  # fmt: skip


@pytest.mark.parametrize(("params", "order"), ORDERS.values(), ids=ORDERS)
def test_events_come_in_the_order_of_the_api(
    client: Any, params: dict[str, Any], order: list[str]
) -> None:
    events = list(client.responses.create(**{"model": "m", "input": ASK, "stream": True, **params}))
    assert types(events) == order
    assert [event.sequence_number for event in events] == list(range(len(events)))


@pytest.mark.parametrize("params", [params for params, _ in ORDERS.values()], ids=ORDERS)
def test_a_stream_says_the_same_as_a_plain_answer(client: Any, params: dict[str, Any]) -> None:
    asked: dict[str, Any] = {"model": "m", "input": ASK, **params, "background": False}
    plain = client.responses.create(**asked).to_dict()
    *_, last = client.responses.create(**asked, stream=True)
    streamed = last.response.to_dict()
    of_its_own = {"id", "created_at", "completed_at"}
    assert {name for name in plain if plain[name] != streamed[name]} <= of_its_own
    assert plain["id"] != streamed["id"]


@pytest.mark.parametrize("params", [params for params, _ in ORDERS.values()], ids=ORDERS)
def test_what_an_item_opens_with_and_its_deltas_make_what_it_ends_with(
    client: Any, params: dict[str, Any]
) -> None:
    events: list[Any] = list(
        client.responses.create(**{"model": "m", "input": ASK, "stream": True, **params})
    )
    texts: dict[Any, str] = {}
    for event in events:
        place = tuple(
            getattr(event, name, None)
            for name in ("output_index", "item_id", "content_index", "summary_index")
        )
        if event.type.endswith(".delta"):
            texts[place] = texts.get(place, "") + event.delta
        for name in ("text", "refusal", "arguments", "input"):
            if event.type.endswith(".done") and hasattr(event, name):
                assert texts[place] == getattr(event, name)
    done = [event.item for event in events if event.type == "response.output_item.done"]
    output = events[-1].response.output
    assert output[: len(done)] == done


def test_the_package_streams_and_parses_structured_text(client: Any) -> None:
    with client.responses.stream(model="m", input=ASK, text_format=City) as stream:
        final = stream.until_done().get_final_response()
    assert isinstance(final.output_parsed, City)
    assert (
        client.responses.parse(model="m", input=ASK, text_format=City).output_parsed
        == final.output_parsed
    )


def test_any_json_object_can_be_asked_for(client: Any) -> None:
    format: Any = {"type": "json_object"}
    response = client.responses.create(model="m", input="rivers as json", text={"format": format})
    assert isinstance(json.loads(response.output_text), dict)


def test_the_arguments_of_strict_functions_fit_their_schema(client: Any) -> None:
    tool = openai.pydantic_function_tool(City)
    response = client.responses.parse(model="m", input=ASK, tools=[tool], tool_choice="required")
    (call,) = response.output
    assert call.type == "function_call"
    assert isinstance(call.parsed_arguments, City)


def test_without_parallel_calls_one_tool_is_called(client: Any) -> None:
    response = client.responses.create(
        model="m",
        input=ASK,
        tools=[CLOCK, NOTES],
        tool_choice="required",
        parallel_tool_calls=False,
    )
    assert len(response.output) == 1


def test_allowed_tools_alone_are_called(client: Any) -> None:
    allowed: Any = {
        "type": "allowed_tools",
        "mode": "required",
        "tools": [{"type": "function", "name": "clock"}],
    }
    response = client.responses.create(
        model="m", input=ASK, tools=[CLOCK, NOTES], tool_choice=allowed
    )
    assert [item.type for item in response.output] == ["function_call"]


@pytest.mark.parametrize("kept", [True, False], ids=["by its id", "by its items"])
def test_a_conversation_goes_on_after_tools_were_called(client: Any, kept: bool) -> None:
    first = client.responses.create(
        model="m", input=ASK, tools=[CLOCK, NOTES], reasoning={"effort": "low"}, store=kept
    )
    outputs: list[Any] = [
        {"type": f"{item.type}_output", "call_id": item.call_id, "output": "noon"}
        for item in first.output
        if item.type in {"function_call", "custom_tool_call"}
    ]
    assert len(outputs) == 2
    before: list[Any] = [{"role": "user", "content": ASK}, *first.output]
    second = client.responses.create(
        model="m",
        input=outputs if kept else [*before, *outputs],
        previous_response_id=first.id if kept else openai.omit,
        tools=[CLOCK, NOTES],
    )
    assert [item.type for item in second.output] == ["message"]


def test_what_the_api_shows_of_a_request_is_in_the_response(client: Any) -> None:
    response = client.responses.create(
        model="m",
        input=ASK,
        instructions="Be brief",
        metadata={"k": "v"},
        tools=[{"type": "function", "name": "f", "parameters": None, "strict": None}],
        text={"verbosity": "low"},
        temperature=0.5,
    )
    assert response.instructions == "Be brief"
    assert response.metadata == {"k": "v"}
    assert response.temperature == 0.5
    assert response.text is not None
    assert response.text.verbosity == "low"
    assert response.tools[0].to_dict()["strict"] is True
    assert response.usage is not None
    assert response.usage.total_tokens == response.usage.input_tokens + response.usage.output_tokens


def test_reasoning_is_counted_and_encrypted_when_asked(client: Any) -> None:
    response = client.responses.create(
        model="m",
        input=ASK,
        reasoning={"effort": "low"},
        include=["reasoning.encrypted_content"],
    )
    reasoning = response.output[0]
    assert reasoning.type == "reasoning"
    assert reasoning.encrypted_content
    assert response.usage is not None
    assert 0 < response.usage.output_tokens_details.reasoning_tokens < response.usage.output_tokens


def test_log_probabilities_come_with_each_token(client: Any) -> None:
    events = client.responses.create(
        model="m",
        input=ASK,
        include=["message.output_text.logprobs"],
        top_logprobs=2,
        stream=True,
    )
    deltas = [event for event in events if event.type == "response.output_text.delta"]
    assert [event.delta for event in deltas] == [event.logprobs[0].token for event in deltas]
    assert all(len(event.logprobs[0].top_logprobs or ()) == 2 for event in deltas)


def test_deltas_are_padded_unless_that_is_unwanted(client: Any) -> None:
    def padded(**more: Any) -> set[bool]:
        events: Any = client.responses.create(model="m", input=ASK, stream=True, **more)
        return {"obfuscation" in event.to_dict() for event in events if "delta" in event.type}

    assert padded() == {True}
    assert padded(stream_options={"include_obfuscation": False}) == {False}


def test_the_same_request_gets_the_same_bytes(server: EmbeddedServer) -> None:
    body = {"model": "m", "input": ASK, "stream": True, "store": False}
    first, second = (httpx.post(f"{server.base_url}/responses", json=body) for _ in range(2))
    assert first.content == second.content
    with EmbeddedServer(seed=1) as other:
        assert httpx.post(f"{other.base_url}/responses", json=body).content != first.content


def test_a_recording_is_replayed_byte_by_byte(server: EmbeddedServer) -> None:
    body = {"model": "recording:text_usage", "input": ASK, "stream": True}
    response = httpx.post(f"{server.base_url}/responses", json=body)
    assert response.content == shipped("text_usage").body


def test_a_model_that_is_not_served_is_not_found(client: Any) -> None:
    with pytest.raises(openai.NotFoundError):
        client.responses.create(model="recording:none", input=ASK)
