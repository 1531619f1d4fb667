"""The stream of a response, as the ``openai`` package and our own client read it back."""

from __future__ import annotations

from typing import Any

import httpx2
import openai
import pytest
from pydantic import BaseModel

from streamkit import APIError, read
from streamkit._core.text import TextLog
from streamkit.events import (
    AnnotationEvent,
    ContentDeltaEvent,
    FinishEvent,
    ReasoningDeltaEvent,
    ReasoningDoneEvent,
)
from streamkit.recording import shipped
from streamkit.relay import ResponsesEncoder
from streamkit.structured.reader import Reader
from tests.families.common.answers import ANSWERS, Answer, Person
from tests.families.common.recorded import RECORDINGS, events_of
from tests.relay.scenes import SCENES, Scene, answered, relayed
from tests.relay.wire import objects

FAMILIES = ("chat", "responses", "messages")


def read_by_openai(wire: bytes, **params: Any) -> list[Any]:
    """Return the events that the ``openai`` package reads; the last has the whole response."""
    transport = httpx2.MockTransport(
        lambda _: httpx2.Response(200, content=wire, headers={"content-type": "text/event-stream"})
    )
    with openai.OpenAI(
        api_key="k", base_url="http://relay/v1", http_client=httpx2.Client(transport=transport)
    ) as client:
        with client.responses.stream(model="m", input="hi", **params) as stream:
            return [*stream]


@pytest.mark.diagonal
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("name", ["text", "structured", "calls", "reasoning", "refusal"])
def test_an_answer_of_any_protocol_is_a_response(family: str, name: str) -> None:
    answer = ANSWERS[name]
    response = read_by_openai(relayed(ResponsesEncoder(), Scene(answered(answer, family))))[-1]
    assert response.type == "response.completed"
    response = response.response
    assert response.output_text == answer.content
    calls = {item.call_id: item.arguments for item in response.output if item.type[0] == "f"}
    assert calls == {id_: "".join(pieces) for id_, pieces in answer.calls.items()}
    said = [part for item in response.output if item.type == "message" for part in item.content]
    assert [part.refusal for part in said if part.type == "refusal"] == [answer.refusal] * bool(
        answer.refusal
    )
    thoughts = [item for item in response.output if item.type == "reasoning"]
    shown = [part.text for item in thoughts for part in [*item.summary, *(item.content or ())]]
    assert "".join(shown) == "".join(answer.reasoning)
    assert response.usage.input_tokens == answer.usage.input_tokens
    assert {item.status for item in response.output} == {"completed"}


def test_content_is_parsed_and_grows_as_in_the_api() -> None:
    wire = relayed(ResponsesEncoder(), Scene(answered(ANSWERS["structured"], "chat")))
    events = read_by_openai(wire, text_format=Person)
    grown = [each.snapshot for each in events if each.type == "response.output_text.delta"]
    assert grown == ['{"name": ', '{"name": "Ada', '{"name": "Ada"}']
    (parsed,) = [each.parsed for each in events if each.type == "response.output_text.done"]
    assert isinstance(parsed, BaseModel)
    assert parsed == Person(name="Ada")


def test_an_answer_that_was_cut_short_is_incomplete() -> None:
    last = read_by_openai(relayed(ResponsesEncoder(), SCENES["cut short, chat"]))[-1]
    assert last.type == "response.incomplete"
    assert last.response.incomplete_details.reason == "max_output_tokens"
    assert last.response.output[0].status == "incomplete"


@pytest.mark.parametrize("name", ["an error", "a cut", "a limit", "a cancellation"])
def test_an_end_that_is_none_is_raised_by_the_reader(name: str) -> None:
    wire = relayed(ResponsesEncoder(), SCENES[name])
    with pytest.raises(openai.APIError, match=r"The answer|An error"):
        read_by_openai(wire)
    failed = [each for each in objects(wire) if each["type"] == "response.failed"]
    assert failed[0]["response"]["output"][0]["content"][0]["text"] == "Good "
    with pytest.raises(APIError, match=r"The answer|An error"):
        for _ in read([wire], "responses"):
            pass


def test_a_second_attempt_cannot_be_told_apart_so_it_is_an_error() -> None:
    with pytest.raises(openai.APIError, match="began anew"):
        read_by_openai(relayed(ResponsesEncoder(), SCENES["a second attempt"]))


def test_every_event_has_the_next_number_and_its_type_as_a_name() -> None:
    for scene in SCENES.values():
        wire = relayed(ResponsesEncoder(), scene)
        said = objects(wire)
        assert [each["sequence_number"] for each in said] == [*range(len(said))]
        named = [line[7:] for line in wire.decode().split("\n") if line.startswith("event: ")]
        assert named == [each["type"] for each in said]


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_recording_is_read_back_as_the_same_texts_and_calls(name: str) -> None:
    events, error = events_of(name)
    events = [event for event in events if getattr(event, "choice_index", 0) == 0]
    wire = relayed(ResponsesEncoder(), Scene(events, error))
    back: list[Any] = []
    try:
        for event in read([wire], "responses", on_truncated="accept"):
            back.append(event)  # noqa: PERF402 - what came before an error counts
    except APIError:
        assert error is not None

    def said(events: list[Any]) -> dict[Any, str]:
        texts: dict[Any, str] = {}
        for event in events:
            for field in ("delta", "arguments_delta"):
                if hasattr(event, field):
                    key = event.type, getattr(event, "tool_call_id", None)
                    texts[key] = texts.get(key, "") + getattr(event, field)
        return texts

    assert said(back) == said(events)


def test_of_a_conversation_only_what_is_left_to_the_reader_is_sent() -> None:
    response = read_by_openai(relayed(ResponsesEncoder(), SCENES["turns"]))[-1].response
    assert [item.type for item in response.output] == ["message"]
    begun = [SCENES["turns"].events[0], *answered(ANSWERS["calls"])]
    response = read_by_openai(relayed(ResponsesEncoder(), Scene(begun)))[-1].response
    assert [item.call_id for item in response.output] == ["call_1", "call_2"]


def test_texts_of_two_turns_at_the_same_place_are_two_messages() -> None:
    turns = SCENES["turns"].events
    whole = [event for event in answered(ANSWERS["text"]) if event.type != "content.delta"]
    begun = [event for event in turns if event.type == "turn.started"]
    events = [begun[0], *answered(ANSWERS["text"]), begun[1], *whole]
    response = read_by_openai(relayed(ResponsesEncoder(), Scene(events)))[-1].response
    assert [item.content[0].text for item in response.output] == ["Good day!", "Good day!"]


def test_a_response_has_one_choice() -> None:
    for choice in (0, 1):
        response = read_by_openai(relayed(ResponsesEncoder(choice=choice), SCENES["two choices"]))
        assert response[-1].response.output_text == "Yes, sir"


def test_the_input_of_a_custom_tool_is_text() -> None:
    (call,) = read_by_openai(relayed(ResponsesEncoder(), SCENES["a custom tool"]))[
        -1
    ].response.output
    assert (call.type, call.call_id, call.input) == ("custom_tool_call", "c", "ls -l")


def test_a_text_after_a_call_is_a_new_message() -> None:
    log = TextLog()
    pieces = [log.append(piece) for piece in ("Wait.", "Done.")]
    deltas = [
        ContentDeltaEvent(0, piece, log, 5 * n, Reader()) for n, piece in enumerate(pieces, 1)
    ]
    calls = [e for e in answered(ANSWERS["calls"]) if e.type.startswith("tool_calls")]
    events = [deltas[0], *calls, deltas[1], FinishEvent(0, "stop", "stop")]
    output = read_by_openai(relayed(ResponsesEncoder(), Scene(events)))[-1].response.output
    kinds = ["message", "function_call", "function_call", "message"]
    assert [item.type for item in output] == kinds
    assert [item.content[0].text for item in output if item.type == "message"] == [
        "Wait.",
        "Done.",
    ]


def test_citations_are_annotations_of_the_text_before_them() -> None:
    text = answered(ANSWERS["text"])
    given: list[Any] = [
        {"type": "url_citation", "url_citation": {"url": "https://a.example", "start_index": 0}},
        {"type": "web_search_result_location", "url": "https://b.example", "title": "B"},
        {"type": "file_citation", "filename": "a.md", "file_id": "f", "index": 3},
        {"type": "page_location", "document_title": "C"},
        {"type": "odd", "n": 1},
    ]
    events = [*text[:4], *(AnnotationEvent(0, each) for each in given), *text[4:]]
    said = read_by_openai(relayed(ResponsesEncoder(), Scene(events)))
    added = [each for each in said if each.type == "response.output_text.annotation.added"]
    assert [each.annotation_index for each in added] == [0, 1, 2, 3]
    notes = said[-1].response.output[0].content[0].annotations
    assert [note.type for note in notes] == ["url_citation"] * 2 + ["file_citation"] * 2
    assert [(note.url, note.title, note.end_index) for note in notes[:2]] == [
        ("https://a.example", "", 5),
        ("https://b.example", "B", 5),
    ]
    assert [note.filename for note in notes[2:]] == ["a.md", "C"]


def test_log_probabilities_are_those_of_the_whole_text() -> None:
    events = [*read([shipped("logprobs").body])]
    said = read_by_openai(relayed(ResponsesEncoder(), Scene(events)))
    tokens = [
        token.token
        for event in events
        if event.type == "logprobs.content.delta"
        for token in event.content
    ]
    (done,) = [each for each in said if each.type == "response.output_text.done"]
    assert tokens
    assert [each.token for each in done.logprobs] == tokens


def test_reasoning_that_only_the_server_reads_is_kept() -> None:
    log = TextLog()
    piece = log.append("Hm.")
    events = [
        ReasoningDeltaEvent(0, piece, log, 3, "summary", _part=(0, 0)),
        ReasoningDoneEvent(0, "Hm.", "summary", _part=(0, 0)),
        ReasoningDoneEvent(0, "", encrypted="gAAA", _part=(0,)),
        ReasoningDoneEvent(0, "", encrypted="gBBB", _part=(1,)),
        *answered(ANSWERS["text"]),
    ]
    output = read_by_openai(relayed(ResponsesEncoder(), Scene(events)))[-1].response.output
    assert output[0].summary[0].text == "Hm."
    assert [item.encrypted_content for item in output[:-1]] == ["gAAA", "gBBB"]


def test_a_response_repeats_the_request() -> None:
    request = {"instructions": "Be brief.", "temperature": 0.5, "user": None, "input": "Hi"}
    wire = relayed(
        ResponsesEncoder(request=request), Scene(answered(Answer(text=["Hi"]), "messages"))
    )
    for each in objects(wire):
        if "response" in each:
            assert each["response"]["instructions"] == "Be brief."
            assert each["response"]["model"] == "m"
            assert {"user", "input"}.isdisjoint(each["response"])
