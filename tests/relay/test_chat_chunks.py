"""Chunks of a chat completion, as the ``openai`` package and our own client read them back."""

from __future__ import annotations

from typing import Any

import httpx2
import openai
import pytest

from streamkit import APIError, read
from streamkit.recording import shipped
from streamkit.relay import ChatChunkEncoder
from tests.families.common.answers import ANSWERS, Answer
from tests.families.common.recorded import RECORDINGS, events_of
from tests.relay.scenes import SCENES, Scene, answered, relayed
from tests.relay.wire import objects

FAMILIES = ("chat", "responses", "messages")


def read_by_openai(wire: bytes) -> Any:
    """Return the completion that the ``openai`` package makes of some chunks."""
    transport = httpx2.MockTransport(
        lambda _: httpx2.Response(200, content=wire, headers={"content-type": "text/event-stream"})
    )
    with openai.OpenAI(
        api_key="k", base_url="http://relay/v1", http_client=httpx2.Client(transport=transport)
    ) as client:
        with client.chat.completions.stream(
            model="m", messages=[{"role": "user", "content": "hi"}]
        ) as stream:
            return stream.get_final_completion()


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("name", ["text", "structured", "calls", "reasoning"])
def test_an_answer_of_any_protocol_is_a_chat_completion(family: str, name: str) -> None:
    answer = ANSWERS[name]
    wire = relayed(ChatChunkEncoder(include_usage=True), Scene(answered(answer, family)))
    completion = read_by_openai(wire)
    (choice,) = completion.choices
    assert (choice.message.content or "") == answer.content
    assert choice.finish_reason == answer.reason
    calls = {call.id: call.function.arguments for call in choice.message.tool_calls or ()}
    assert calls == {id_: "".join(pieces) for id_, pieces in answer.calls.items()}
    assert completion.usage.prompt_tokens == answer.usage.input_tokens
    assert getattr(choice.message, "reasoning_content", "") == "".join(answer.reasoning)


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_recording_is_read_back_as_the_same_texts_and_calls(name: str) -> None:
    events, error = events_of(name)
    wire = relayed(ChatChunkEncoder(), Scene(events, error))
    back: list[Any] = []
    try:
        for event in read([wire], choices=3, on_truncated="accept"):
            back.append(event)  # noqa: PERF402 - what came before an error counts
    except APIError:
        assert error is not None

    def said(events: list[Any]) -> dict[Any, str]:
        texts: dict[Any, str] = {}
        for event in events:
            for field in ("delta", "arguments_delta"):
                if hasattr(event, field):
                    key = event.type, event.choice_index, getattr(event, "index", None)
                    texts[key] = texts.get(key, "") + getattr(event, field)
        return texts

    assert said(back) == said(events)


def test_choices_are_kept_apart() -> None:
    completion = read_by_openai(relayed(ChatChunkEncoder(), SCENES["two choices"]))
    assert [choice.message.content for choice in completion.choices] == ["Yes, sir"] * 2


def test_a_refusal_is_a_refusal() -> None:
    *_, refusal, finish = objects(relayed(ChatChunkEncoder(), SCENES["refusal, messages"]))
    assert refusal["choices"][0]["delta"] == {"refusal": "I will not."}
    assert finish["choices"][0]["finish_reason"] == "content_filter"


@pytest.mark.parametrize("name", ["an error", "a cut", "a limit", "a cancellation"])
def test_an_end_that_is_none_is_raised_by_the_reader(name: str) -> None:
    with pytest.raises(openai.APIError, match=r"The answer|An error"):
        read_by_openai(relayed(ChatChunkEncoder(), SCENES[name]))


def test_a_second_attempt_cannot_be_told_apart_so_it_is_an_error() -> None:
    with pytest.raises(openai.APIError, match="began anew"):
        read_by_openai(relayed(ChatChunkEncoder(), SCENES["a second attempt"]))


def test_of_a_conversation_only_what_is_left_to_the_reader_is_sent() -> None:
    completion = read_by_openai(relayed(ChatChunkEncoder(), SCENES["turns"]))
    message = completion.choices[0].message
    assert (message.content, message.tool_calls) == ("Good day!", None)


def test_a_call_that_the_program_does_not_make_is_left_to_the_reader() -> None:
    turns = SCENES["turns"].events
    begun = [turns[0], *answered(ANSWERS["calls"])]
    completion = read_by_openai(relayed(ChatChunkEncoder(), Scene(begun)))
    calls = completion.choices[0].message.tool_calls
    assert [call.id for call in calls] == ["call_1", "call_2"]
    assert calls[0].function.arguments == '{"name": "Ada"}'


def test_usage_comes_only_where_it_was_asked_for() -> None:
    for asked in (False, True):
        said = objects(relayed(ChatChunkEncoder(include_usage=asked), SCENES["text, chat"]))
        assert any("usage" in each for each in said) == asked
        assert all(each["choices"] or "usage" in each for each in said)


def test_log_probabilities_are_passed_on() -> None:
    events = [*read([shipped("logprobs").body])]
    back = [*read([relayed(ChatChunkEncoder(), Scene(events))])]
    tokens = [
        [token.token for event in each if event.type == "logprobs.content.delta"
         for token in event.content]
        for each in (events, back)
    ]  # fmt: skip
    assert tokens[0]
    assert tokens[0] == tokens[1]


def test_citations_are_annotations() -> None:
    said = objects(relayed(ChatChunkEncoder(), SCENES["a server's tool"]))
    deltas = [choice["delta"] for each in said for choice in each["choices"]]
    (cited,) = [delta["annotations"] for delta in deltas if "annotations" in delta]
    assert cited[0]["url_citation"] == {"url": "https://a.example", "title": "A"}


def test_chunks_have_the_identity_of_the_answer() -> None:
    said = objects(relayed(ChatChunkEncoder(), Scene(answered(Answer(text=["Hi"]), "messages"))))
    assert {(each["id"], each["model"], each["object"]) for each in said} == {
        ("m", "m", "chat.completion.chunk")
    }
