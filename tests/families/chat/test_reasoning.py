"""Reasoning through the whole client, whether in a field of its own or in tags in the content."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from streamkit import AsyncOpenAI, OpenAI, ParseError, StreamTruncatedError, ThinkTags
from streamkit import operators as ops
from tests.chat_chunks import body, choice, chunk, ends, says
from tests.http_server import ScriptedServer, response
from tests.sse_bodies import DONE, part, stream
from tests.ways import WAYS, Way

MESSAGES = [{"role": "user", "content": "hello"}]
THOUGHT = 'One is {"a": 1}.'
WRITTEN = [
    "<th",
    'ink>One is {"a',
    '": 1}.</',
    'think>\n\n{"a": ',
    "2}",
]


class Answer(BaseModel):
    a: int


def streamed(*pieces: str, ended: bool = True) -> Any:
    events = [*map(part, pieces), part(finish_reason="stop"), DONE]
    return stream(*(events if ended else events[:-2]))


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> Way:
    return WAYS[request.param]


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
def test_reasoning_has_events_under_either_name(way: Way, name: str) -> None:
    deltas: list[dict[str, Any]] = [{name: "H", "role": "assistant"}, {name: "m", "content": ""}]
    chunks = [
        *(chunk(choice(**delta)) for delta in deltas),
        says("Hi"),
        ends(),
    ]
    with ScriptedServer([response(body=body(*chunks))]) as server:
        taken = way(server.url)
    assert taken.error is None
    said = [event.to_dict() for event in taken.events]
    assert [event for event in said if event["type"].startswith("reasoning")] == [
        {"type": "reasoning.delta", "choice_index": 0, "delta": "H", "snapshot": "H"},
        {"type": "reasoning.delta", "choice_index": 0, "delta": "m", "snapshot": "Hm"},
        {"type": "reasoning.done", "choice_index": 0, "reasoning": "Hm"},
    ]
    last = [event for event in said if event["type"] == "chunk"][-1]
    message = last["snapshot"]["choices"][0]["message"]
    assert message == {"role": "assistant", "content": "Hi", name: "Hm"}


def test_thoughts_in_the_content_are_taken_out_of_it_when_it_is_asked_for(way: Way) -> None:
    with ScriptedServer(streamed(*WRITTEN)) as server:
        taken = way(server.url, response_format=Answer, think_tags=ThinkTags())
    assert taken.error is None
    done: dict[str, Any] = {event["type"]: event for event in map(to_dict, taken.events)}
    assert done["reasoning.done"]["reasoning"] == THOUGHT
    assert done["content.done"]["content"] == '{"a": 2}'
    assert done["content.done"]["parsed"] == {"a": 2}
    if taken.completion:
        message = taken.completion.choices[0].message
        assert message.parsed == Answer(a=2)
        assert message.reasoning_content == THOUGHT


def test_unless_it_is_asked_for_the_content_stays_as_it_is(way: Way) -> None:
    with ScriptedServer(streamed(*WRITTEN)) as server:
        taken = way(server.url, response_format=Answer)
    assert isinstance(taken.error, ParseError)
    assert taken.error.content == "".join(WRITTEN)
    assert "reasoning.delta" not in taken.types


def test_a_cut_thought_is_in_the_completion_of_the_error_to_its_last_character(way: Way) -> None:
    with ScriptedServer(streamed("<think>Hm</th", ended=False)) as server:
        taken = way(server.url, think_tags=ThinkTags())
    assert isinstance(taken.error, StreamTruncatedError)
    assert taken.error.completion is not None
    message = taken.error.completion.choices[0].message
    assert (message.content, message.reasoning_content) == (None, "Hm</th")


def test_what_was_held_has_events_where_done_comes_without_a_finish_reason(way: Way) -> None:
    script = stream(part("<think>Hm</think>"), part("a <"), part("<th", index=1), DONE)
    with ScriptedServer(script) as server:
        taken = way(server.url, think_tags=ThinkTags(), n=2)
    done = [to_dict(event) for event in taken.events if "done" in type_of(event)]
    texts = [event.get("content") or event.get("reasoning") for event in done]
    assert texts == ["Hm", "a <", "<th"]


COMPLETION = (
    b'{"choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", '
    b'"content": "\\n<think>Hm</think>\\n{\\"a\\": 2}"}}]}'
)


def test_parse_splits_them_too() -> None:
    with (
        ScriptedServer([response(body=COMPLETION)]) as server,
        OpenAI(api_key="k", base_url=server.url) as client,
    ):
        answer = client.chat.completions.parse(
            model="m", messages=MESSAGES, response_format=Answer, think_tags=ThinkTags()
        )
    message = answer.choices[0].message
    assert (message.parsed, message.reasoning_content) == (Answer(a=2), "Hm")


async def test_parse_of_the_async_client_splits_them_too() -> None:
    with ScriptedServer([response(body=COMPLETION)]) as server:
        async with AsyncOpenAI(api_key="k", base_url=server.url) as client:
            answer = await client.chat.completions.parse(
                model="m", messages=MESSAGES, response_format=Answer, think_tags=ThinkTags()
            )
    message = answer.choices[0].message
    assert (message.parsed, message.reasoning_content) == (Answer(a=2), "Hm")


def test_a_pipeline_of_one_s_own_splits_chunks() -> None:
    events: list[Any] = []
    with (
        ScriptedServer(streamed("[THINK]Hm[/", "THINK]Hi")) as server,
        OpenAI(api_key="k", base_url=server.url) as client,
    ):
        client.chat.completions.chunks(model="m", messages=MESSAGES).pipe(
            ops.split_think(ThinkTags(open="[THINK]", close="[/THINK]")), ops.chat_events()
        ).subscribe(events.append)
    first = next(event for event in events if event.type == "chunk")
    assert first.chunk.choices[0].delta.reasoning_content == "Hm"
    assert first.chunk.choices[0].delta.content is None
    assert [event.reasoning for event in events if event.type == "reasoning.done"] == ["Hm"]
    assert [event.content for event in events if event.type == "content.done"] == ["Hi"]


def to_dict(event: Any) -> dict[str, Any]:
    data: dict[str, Any] = event.to_dict()
    return data


def type_of(event: Any) -> str:
    name: str = event.type
    return name
