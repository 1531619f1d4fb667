"""The embedded server's choices, log probabilities, usage and limits are those of the API."""

from __future__ import annotations

import json
from itertools import pairwise

import openai
import pytest
from openai.types.chat import (
    ChatCompletionChunk,
)

from streamkit.server import EmbeddedServer
from tests.server.chat.requested import ASK, REFUSE, chunks_of, joined, post
from tests.server.chat.test_structured import Everything
from tests.server.chat.test_tools import TOOLS


def test_choices_interleave_and_any_may_come_first(server: EmbeddedServer) -> None:
    firsts: set[int] = set()
    for seed in range(20):
        chunks = chunks_of(post(server, stream=True, n=3, seed=seed))
        order = [chunk["choices"][0]["index"] for chunk in chunks]
        firsts.add(order[0])
        assert sum(a != b for a, b in pairwise(order)) > 10
    assert firsts == {0, 1, 2}


def test_each_choice_is_an_answer_of_its_own(client: openai.OpenAI) -> None:
    whole = client.chat.completions.create(model="m", messages=ASK, n=3)
    contents = [choice.message.content for choice in whole.choices]
    assert [choice.index for choice in whole.choices] == [0, 1, 2]
    assert len(set(contents)) == 3
    streamed = ["", "", ""]
    finished: list[int] = []
    chunk: ChatCompletionChunk
    for chunk in client.chat.completions.create(model="m", messages=ASK, n=3, stream=True):
        [choice] = chunk.choices
        streamed[choice.index] += choice.delta.content or ""
        if choice.finish_reason:
            finished.append(choice.index)
    assert streamed == contents
    assert sorted(finished) == [0, 1, 2]


def test_every_token_has_its_log_probability(client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(
        model="m", messages=ASK, logprobs=True, top_logprobs=3
    )
    logprobs = completion.choices[0].logprobs
    assert logprobs is not None
    entries = logprobs.content or []
    assert "".join(entry.token for entry in entries) == completion.choices[0].message.content
    for entry in entries:
        assert bytes(entry.bytes or []) == entry.token.encode()
        tops = entry.top_logprobs
        assert (tops[0].token, tops[0].logprob) == (entry.token, entry.logprob)
        assert len({top.token for top in tops}) == 3
        assert 0 > tops[0].logprob >= tops[1].logprob >= tops[2].logprob
    with client.chat.completions.stream(
        model="m", messages=ASK, logprobs=True, top_logprobs=3
    ) as stream:
        assert stream.get_final_completion().choices[0].logprobs == logprobs


def test_a_refusal_has_log_probabilities_too(client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(model="m", messages=REFUSE, logprobs=True)
    logprobs = completion.choices[0].logprobs
    assert logprobs is not None
    assert logprobs.content is None
    assert completion.choices[0].message.refusal == "".join(
        entry.token for entry in logprobs.refusal or []
    )


def test_the_last_chunk_has_the_usage_if_asked_for(server: EmbeddedServer) -> None:
    body = post(server, stream=True, stream_options={"include_usage": True}, n=2)
    *chunks, last = chunks_of(body)
    assert all(chunk["usage"] is None for chunk in chunks)
    assert last["choices"] == []
    assert last["usage"] == json.loads(post(server, n=2))["usage"]
    assert not any("usage" in chunk for chunk in chunks_of(post(server, stream=True)))


def test_chunks_are_padded_if_asked_for(server: EmbeddedServer) -> None:
    body = post(server, stream=True, stream_options={"include_obfuscation": True})
    assert all(chunk["obfuscation"] for chunk in chunks_of(body))


@pytest.mark.parametrize("limit", ["max_tokens", "max_completion_tokens"])
def test_a_limit_ends_an_answer(server: EmbeddedServer, limit: str) -> None:
    full = json.loads(post(server))["choices"][0]["message"]["content"]
    short = json.loads(post(server, **{limit: 3}))
    # The parameter is part of the request, so another answer is cut, at the same length.
    assert short["usage"]["completion_tokens"] == 3
    assert short["choices"][0]["finish_reason"] == "length"
    assert len(short["choices"][0]["message"]["content"]) == 12 < len(full)
    chunks = chunks_of(post(server, stream=True, **{limit: 3}))
    assert joined(chunks, "content") == short["choices"][0]["message"]["content"]


def test_a_limit_that_is_not_reached_changes_no_reason(client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(model="m", messages=ASK, max_tokens=10_000)
    assert completion.choices[0].finish_reason == "stop"


def test_a_limit_cuts_tool_calls_one_after_the_other(server: EmbeddedServer) -> None:
    body = json.loads(post(server, tools=TOOLS, max_tokens=2))
    [call] = body["choices"][0]["message"]["tool_calls"]
    assert (call["function"]["name"], len(call["function"]["arguments"])) == ("Weather", 8)
    assert body["choices"][0]["finish_reason"] == "length"


def test_a_cut_answer_is_no_parsed_one(client: openai.OpenAI) -> None:
    with pytest.raises(openai.LengthFinishReasonError):
        client.chat.completions.parse(
            model="m", messages=ASK, response_format=Everything, max_tokens=5
        )


@pytest.mark.parametrize("stop", ["”", ["no such text", "”"]])
def test_a_stop_sequence_ends_an_answer(client: openai.OpenAI, stop: str | list[str]) -> None:
    completion = client.chat.completions.create(model="m", messages=ASK, stop=stop)
    content = completion.choices[0].message.content or ""
    assert "“" in content
    assert "”" not in content
    assert completion.choices[0].finish_reason == "stop"
