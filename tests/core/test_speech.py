"""Texts that come in parts or as objects are read on every road, and other parts are kept."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest
from pydantic import BaseModel

from streamkit import AsyncOpenAI, OpenAI, ThinkTags
from streamkit.types import ChatCompletionMessage, ChoiceDelta, construct
from tests.http_server import ScriptedServer, response
from tests.ways import WAYS

pytestmark = pytest.mark.diagonal

IMAGE = {"type": "image_url", "image_url": {"url": "https://a/b.png"}}


def texts(wire: ChatCompletionMessage | ChoiceDelta) -> dict[str, Any]:
    names = ("content", "refusal", "reasoning_content", "reasoning")
    return {name: text for name in names if (text := getattr(wire, name)) is not None}


READ: dict[str, tuple[Any, dict[str, str], Any]] = {
    "a list of parts": ([{"type": "text", "text": "a"}, {"text": "b"}], {"content": "ab"}, None),
    "output_text": (
        [{"type": "output_text", "text": "a", "annotations": []}],
        {"content": "a"},
        None,
    ),
    "a list of strings": (["a", "b"], {"content": "ab"}, None),
    "nested lists": ([["a", [{"text": "b"}]], "c"], {"content": "abc"}, None),
    "an object": ({"text": "a"}, {"content": "a"}, None),
    "a value in an object": ({"text": {"value": "a", "annotations": []}}, {"content": "a"}, None),
    "an object with content": (
        {"type": "text", "content": [{"text": "a"}]},
        {"content": "a"},
        None,
    ),
    "a number": (5, {"content": "5"}, None),
    "an empty text": ([{"type": "text", "text": ""}], {"content": ""}, None),
    "nulls": ([None, {"type": "text", "text": None}], {}, None),
    "nothing": ([], {}, None),
    "a thought": (
        [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}], "closed": None}, "a"],
        {"content": "a", "reasoning_content": "Hm"},
        None,
    ),
    "a thought after the text": (
        ["a", {"type": "thinking", "thinking": "Hm"}],
        {"content": "a", "reasoning_content": "Hm"},
        None,
    ),
    "a thought by a mark": ([{"text": "Hm", "thought": True}], {"reasoning_content": "Hm"}, None),
    "a summary of reasoning": (
        [{"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm"}]}],
        {"reasoning_content": "Hm"},
        None,
    ),
    "a signed thought": (
        [{"type": "thinking", "thinking": "Hm", "signature": "S"}],
        {"reasoning_content": "Hm"},
        [{"type": "thinking", "signature": "S"}],
    ),
    "a refusal": ([{"type": "refusal", "refusal": "No"}], {"refusal": "No"}, None),
    "an image beside a text": ([IMAGE, {"text": "a"}], {"content": "a"}, [IMAGE]),
    "a document with content": (
        [{"type": "document", "content": "x"}],
        {},
        [{"type": "document", "content": "x"}],
    ),
    "two texts of one part": (
        [{"text": "a", "value": "b"}],
        {"content": "a"},
        [{"value": "b"}],
    ),
    "neither text nor part": (True, {}, True),
    "numbers": ([1, 2], {}, [1, 2]),
}


@pytest.mark.parametrize("type_", [ChoiceDelta, ChatCompletionMessage])
@pytest.mark.parametrize(("content", "said", "rest"), READ.values(), ids=READ)
def test_the_texts_of_content_are_read_and_the_rest_is_kept(
    type_: type[Any], content: Any, said: dict[str, str], rest: Any
) -> None:
    wire = construct(type_, {"content": content})
    assert texts(wire) == said
    assert wire.model_extra == ({} if rest is None else {"content": rest})
    assert wire.to_dict() == said | ({} if type_ is ChoiceDelta else {"role": "assistant"})


@pytest.mark.parametrize(
    ("data", "said", "rest"),
    [
        pytest.param({"reasoning": {"text": "a"}}, {"reasoning": "a"}, {}, id="an object"),
        pytest.param(
            {"reasoning_content": ["a", {"text": "b"}]},
            {"reasoning_content": "ab"},
            {},
            id="a list",
        ),
        pytest.param(
            {"reasoning": {"effort": "low"}}, {}, {"reasoning": {"effort": "low"}}, id="no text"
        ),
        pytest.param({"refusal": [{"text": "No"}]}, {"refusal": "No"}, {}, id="a refusal"),
        pytest.param(
            {"content": [{"thinking": "a"}], "reasoning_content": "a"},
            {"reasoning_content": "a"},
            {},
            id="a thought said twice",
        ),
        pytest.param(
            {"content": [{"thinking": "b"}, IMAGE], "reasoning_content": "a"},
            {"reasoning_content": "a"},
            {"content": [IMAGE, {"type": "reasoning", "reasoning": "b"}]},
            id="two thoughts",
        ),
    ],
)
def test_the_other_texts_are_read_likewise(
    data: dict[str, Any], said: dict[str, str], rest: dict[str, Any]
) -> None:
    delta = construct(ChoiceDelta, data)
    assert (texts(delta), delta.model_extra) == (said, rest)


def test_what_cannot_be_read_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "streamkit"):
        construct(ChoiceDelta, {"content": [IMAGE, "a"], "role": 7})
    assert caplog.messages == [
        "ChoiceDelta.content is a list, kept as it came",
        "ChoiceDelta.role is a int, kept as it came",
    ]


# Through the whole client.

DETAIL = {"type": "reasoning.text", "index": 0, "format": "x"}
DELTAS: dict[str, tuple[list[dict[str, Any]], dict[str, Any]]] = {
    "parts that are split across deltas": (
        [
            {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "H"}]}]},
            {"content": [{"type": "thinking", "thinking": "m"}, {"type": "text", "text": "Y"}]},
            {"content": [{"type": "text", "text": "es"}, IMAGE]},
            {"content": "."},
        ],
        {"content": "Yes.", "reasoning_content": "Hm"},
    ),
    "a thought after the text": (
        [{"content": "Yes."}, {"content": [{"type": "thinking", "thinking": "Hm"}]}],
        {"content": "Yes.", "reasoning_content": "Hm"},
    ),
    "an object of reasoning": (
        [{"reasoning": {"text": "H"}}, {"reasoning": {"text": "m", "id": 1}}, {"content": "Yes."}],
        {"content": "Yes.", "reasoning": "Hm"},
    ),
    "details alone": (
        [
            {"content": "", "reasoning_details": [DETAIL | {"text": "H"}]},
            {"reasoning": None, "reasoning_details": [DETAIL | {"text": "m"}]},
            {
                "content": "Yes.",
                "reasoning_details": [{"type": "reasoning.encrypted", "data": "Q"}],
            },
        ],
        {"content": "Yes.", "reasoning": "Hm"},
    ),
    "details that repeat the reasoning": (
        [
            {"reasoning": "H", "reasoning_details": [DETAIL | {"text": "H"}]},
            {"reasoning": "m", "reasoning_details": [DETAIL | {"text": "m"}]},
            {"content": "Yes.", "reasoning_details": [DETAIL | {"text": "Hm"}]},
        ],
        {"content": "Yes.", "reasoning": "Hm"},
    ),
    "a refusal among the parts": (
        [{"content": [{"type": "refusal", "refusal": "N"}]}, {"refusal": [{"text": "o"}]}],
        {"refusal": "No"},
    ),
}


def sse(deltas: list[dict[str, Any]]) -> bytes:
    choices: list[dict[str, Any]] = [{"delta": delta} for delta in deltas]
    choices.append({"delta": {}, "finish_reason": "stop"})
    chunks = [{"id": "c", "choices": [choice]} for choice in choices]
    events = [f"data: {json.dumps(data)}\n\n" for data in chunks]
    return "".join([*events, "data: [DONE]\n\n"]).encode()


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize(("deltas", "said"), DELTAS.values(), ids=DELTAS)
def test_a_stream_emits_texts_wherever_they_stood(
    way: Any, deltas: list[dict[str, Any]], said: dict[str, str]
) -> None:
    with ScriptedServer([response(body=sse(deltas))]) as server:
        taken = way(server.url)
    assert taken.error is None
    chunks = [event for event in taken.events if event.type == "chunk"]
    assert texts(chunks[-1].snapshot.choices[0].message) == said
    for kind in ("content", "reasoning", "refusal"):
        text = "".join(event.delta for event in taken.events if event.type == f"{kind}.delta")
        done = [getattr(event, kind) for event in taken.events if event.type == f"{kind}.done"]
        assert text == "".join(said.get(name, "") for name in said if name.startswith(kind))
        assert done == ([text] if text else [])


class Answer(BaseModel):
    a: int


THOUGHT = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}], "signature": "S"}
LEFT = {"content": [{"type": "thinking", "signature": "S"}, IMAGE]}
PLAIN: dict[str, tuple[dict[str, Any], dict[str, str], dict[str, Any]]] = {
    "parts": (
        {"content": [THOUGHT, {"type": "text", "text": '{"a": '}, "1}", IMAGE]},
        {"content": '{"a": 1}', "reasoning_content": "Hm"},
        LEFT,
    ),
    "objects": (
        {"content": {"text": '{"a": 1}'}, "reasoning": {"text": "Hm", "id": 1}},
        {"content": '{"a": 1}', "reasoning": "Hm"},
        {"reasoning": [{"id": 1}]},
    ),
    "details alone": (
        {"content": '{"a": 1}', "reasoning_details": [DETAIL | {"text": "Hm"}]},
        {"content": '{"a": 1}', "reasoning": "Hm"},
        {"reasoning_details": [DETAIL | {"text": "Hm"}]},
    ),
}


@pytest.mark.parametrize(("message", "said", "rest"), PLAIN.values(), ids=PLAIN)
def test_a_plain_answer_says_its_texts_wherever_they_stood(
    message: dict[str, Any], said: dict[str, str], rest: dict[str, Any]
) -> None:
    asked: dict[str, Any] = {"model": "m", "messages": []}
    body = json.dumps({"choices": [{"finish_reason": "stop", "message": message}]}).encode()
    with ScriptedServer([response(body=body)] * 4) as server:
        with OpenAI(api_key="k", base_url=server.url) as client:
            completions: Any = client.chat.completions
            answers = [completions.create(**asked)]
            answers += [completions.parse(**asked, response_format=Answer)]

        async def main() -> list[Any]:
            async with AsyncOpenAI(api_key="k", base_url=server.url) as client:
                completions: Any = client.chat.completions
                return [
                    await completions.create(**asked),
                    await completions.parse(**asked, response_format=Answer),
                ]

        answers += asyncio.run(main())
    for answer in answers:
        read = answer.choices[0].message
        assert texts(read) == said
        assert read.model_extra == rest
    assert [answer.choices[0].message.parsed for answer in answers[1::2]] == [Answer(a=1)] * 2


def test_tags_are_looked_for_in_the_text_of_parts() -> None:
    part = {"content": [{"type": "text", "text": "<think>Hm</think>Yes"}]}
    with ScriptedServer([response(body=sse([part]))]) as server:
        taken = WAYS["for"](server.url, think_tags=ThinkTags())
    assert texts(taken.completion.choices[0].message) == {
        "content": "Yes",
        "reasoning_content": "Hm",
    }
