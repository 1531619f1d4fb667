"""The embedded server answers a chat with a text of the API's shape, whole or streamed."""

from __future__ import annotations

import json

import openai
from openai.types.chat import (
    ChatCompletionMessageParam,
)

from streamkit.server import EmbeddedServer
from tests.server.chat.requested import ASK, chunks_of, post


def test_a_completion_has_the_shape_of_the_apis(server: EmbeddedServer) -> None:
    completion = json.loads(post(server))
    [choice] = completion.pop("choices")
    message = choice.pop("message")
    assert choice == {"index": 0, "logprobs": None, "finish_reason": "stop"}
    assert message.pop("content")
    assert message == {"role": "assistant", "refusal": None, "annotations": []}
    assert completion.pop("id").startswith("chatcmpl-")
    assert completion.pop("system_fingerprint").startswith("fp_")
    assert isinstance(completion.pop("created"), int)
    usage = completion.pop("usage")
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert completion == {"object": "chat.completion", "model": "m", "service_tier": "default"}


def test_chunks_have_the_shape_of_the_apis(server: EmbeddedServer) -> None:
    chunks = chunks_of(post(server, stream=True))
    first, *middle, last = [chunk["choices"][0] for chunk in chunks]
    assert first == {
        "index": 0,
        "delta": {"role": "assistant", "content": "", "refusal": None},
        "logprobs": None,
        "finish_reason": None,
    }
    assert all(
        choice == {**first, "delta": {"content": choice["delta"]["content"]}} for choice in middle
    )
    assert last == {**first, "delta": {}, "finish_reason": "stop"}
    heads = [{key: chunk[key] for key in chunk if key != "choices"} for chunk in chunks]
    assert all(head == heads[0] for head in heads)
    keys = {"id", "object", "created", "model", "service_tier", "system_fingerprint"}
    assert heads[0].keys() == keys
    assert heads[0]["object"] == "chat.completion.chunk"


def test_an_answer_speaks_of_the_prompt(client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(model="m", messages=ASK)
    assert "“rivers”" in (completion.choices[0].message.content or "")


def test_a_streamed_answer_is_the_one_not_streamed(client: openai.OpenAI) -> None:
    whole = client.chat.completions.create(model="m", messages=ASK)
    with client.chat.completions.stream(model="m", messages=ASK) as stream:
        streamed = stream.get_final_completion()
    assert streamed.choices[0].message.content == whole.choices[0].message.content
    assert (streamed.id, streamed.created) == (whole.id, whole.created)


async def test_the_async_client_is_served_as_well(async_client: openai.AsyncOpenAI) -> None:
    whole = await async_client.chat.completions.create(model="m", messages=ASK)
    stream = await async_client.chat.completions.create(model="m", messages=ASK, stream=True)
    deltas = [chunk.choices[0].delta.content or "" async for chunk in stream]
    assert "".join(deltas) == whole.choices[0].message.content
    models = [model.id async for model in async_client.models.list()]
    assert "recording:text_usage" in models


def test_content_in_parts_is_read_like_text(client: openai.OpenAI) -> None:
    parts: list[ChatCompletionMessageParam] = [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Tell me about the rivers of France"},
                {"type": "image_url", "image_url": {"url": "https://example.com/map.png"}},
            ],
        }
    ]
    completion = client.chat.completions.create(model="m", messages=parts)
    assert "“rivers”" in (completion.choices[0].message.content or "")


def test_a_conversation_needs_no_user(client: openai.OpenAI) -> None:
    messages: list[ChatCompletionMessageParam] = [{"role": "system", "content": "Be brief"}]
    completion = client.chat.completions.create(model="m", messages=messages)
    assert completion.choices[0].message.content


def test_a_response_message_is_taken_back_as_it_came(server: EmbeddedServer) -> None:
    message = json.loads(post(server))["choices"][0]["message"]
    again = json.loads(post(server, messages=[*ASK, message, *ASK]))
    assert again["choices"][0]["message"]["content"]
