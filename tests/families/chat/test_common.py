"""A chat completion in the common vocabulary: what is added to its events, and its final answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from streamkit import FinalToolCall, OpenAI, StreamTruncatedError, Usage, pydantic_function_tool
from streamkit._core.chain import Chain
from streamkit.families.chat.common import CommonChatEvents, final
from streamkit.families.chat.machine import ChatEvents
from streamkit.structured.reader import Reader
from streamkit.structured.response_format import response_format
from streamkit.structured.tools import tool_parsers
from streamkit.types import ChatCompletionChunk, construct
from tests.chat_chunks import call, calls, choice, chunk, ends, run, says
from tests.http_server import ScriptedServer
from tests.sse_bodies import DONE, part, stream
from tests.ways import ADDED

if TYPE_CHECKING:
    from collections.abc import Iterable

ASKED: Any = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}
COUNTS = {"prompt_tokens": 5, "completion_tokens": 3, "total_tokens": 8}
DETAILS = {
    "prompt_tokens_details": {"cached_tokens": 4},
    "completion_tokens_details": {"reasoning_tokens": 2},
}
NOTE = {"type": "url_citation", "url_citation": {"url": "https://example.org"}}


class A(BaseModel):
    a: int


def common(*chunks: ChatCompletionChunk) -> list[Any]:
    return run(Chain(ChatEvents(Reader()), CommonChatEvents()), chunks)


def types(events: Iterable[Any]) -> list[str]:
    return [event.type for event in events]


def test_a_choice_finishes_after_its_other_events() -> None:
    events = common(chunk(choice(content="Hi", finish_reason="stop")))
    assert types(events) == ["chunk", "content.delta", "content.done", "finish"]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("stop", "stop"),
        ("tool_calls", "tool_calls"),
        ("function_call", "tool_calls"),
        ("length", "length"),
        ("content_filter", "content_filter"),
        ("eos", "eos"),
    ],
)
def test_a_reason_is_given_in_common_words_and_in_the_servers(raw: str, reason: str) -> None:
    event = common(says("Hi"), ends(raw))[-1]
    assert (event.reason, event.raw_reason, event.choice_index) == (reason, raw, 0)


def test_each_choice_finishes_once_however_often_the_server_says_so() -> None:
    events = common(says("a"), says("b", 1), ends(index=1), ends(), ends(), ends(index=1))
    assert [event.choice_index for event in events if event.type == "finish"] == [1, 0]


def test_a_choice_without_a_reason_does_not_finish() -> None:
    assert types(common(says("Hi"))) == ["chunk", "content.delta", "content.done"]


def test_usage_is_counted_as_in_every_protocol_and_comes_last() -> None:
    events = common(says("Hi"), chunk(choice(finish_reason="stop"), usage=COUNTS | DETAILS))
    assert types(events)[-2:] == ["finish", "usage"]
    assert events[-1].usage == Usage(
        input_tokens=5, cached_tokens=4, output_tokens=3, reasoning_tokens=2
    )


def test_usage_in_every_chunk_is_emitted_when_it_changes() -> None:
    counts = [{"prompt_tokens": 5, "completion_tokens": n} for n in (0, 1, 1, 2)]
    events = common(*[chunk(choice(content="x"), usage=usage) for usage in counts])
    assert [event.usage.output_tokens for event in events if event.type == "usage"] == [0, 1, 2]


@pytest.mark.parametrize("usage", [None, {}, dict.fromkeys(COUNTS, 0)], ids=["null", "{}", "0"])
def test_usage_that_counts_nothing_is_not_emitted(usage: Any) -> None:
    assert "usage" not in types(common(chunk(choice(content="Hi"), usage=usage)))


def test_usage_within_a_choice_is_usage() -> None:
    events = common(chunk({"index": 0, "delta": {"content": "Hi"}, "usage": COUNTS}))
    usages = [event.usage for event in events if event.type == "usage"]
    assert usages == [Usage(input_tokens=5, output_tokens=3)]


def test_annotations_come_before_the_content_is_done() -> None:
    events = common(chunk(choice(annotations=[NOTE, NOTE], content="Hi", finish_reason="stop")))
    kinds = ["chunk", "annotation", "annotation", "content.delta", "content.done", "finish"]
    assert types(events) == kinds
    assert events[1].annotation.url_citation.url == "https://example.org"
    assert events[1].part == events[3].part


CUSTOM = [
    {"index": 0, "id": "c", "type": "custom", "custom": {"name": "sh", "input": "ls"}},
    {"index": 0, "custom": {"input": " -l"}},
]


def test_a_custom_call_is_emitted_as_its_input_grows_and_done_before_the_finish() -> None:
    events = common(*map(calls, CUSTOM), ends("tool_calls"))
    chunk_, *first = ["chunk", "tool_calls.custom.input.delta"]
    assert types(events) == [
        *(chunk_, *first, chunk_, *first, chunk_),
        *("tool_calls.custom.input.done", "finish"),
    ]
    assert [event.input for event in events if hasattr(event, "input")] == ["ls", "ls -l", "ls -l"]
    assert {event.part for event in events if hasattr(event, "input")} == {(0, 0)}
    assert (events[-2].name, events[-2].tool_call_id) == ("sh", "c")


def test_a_custom_call_without_a_finish_is_done_at_the_end() -> None:
    script = stream(b"data: " + calls(CUSTOM[0]).to_json(indent=None).encode() + b"\n\n", DONE)
    with ScriptedServer(script) as server:
        with OpenAI(api_key="k", base_url=server.url) as client:
            with client.chat.completions.stream(**ASKED) as events:
                pulled = list(events.common)
            pushed: list[Any] = []
            client.chat.completions.observe(**ASKED).subscribe(pushed.append)
    assert types(pulled)[-1] == "tool_calls.custom.input.done"
    assert pulled[1:] == pushed[1:]


def test_the_parts_of_an_answer_are_its_choices_and_their_calls() -> None:
    events = common(
        says("a", 1), calls(call(0, "{}", id="c", name="f"), index=1), chunk(usage=COUNTS)
    )
    parts = {event.type: event.part for event in events}
    assert parts["content.delta"] == (1,)
    assert parts["tool_calls.function.arguments.delta"] == (1, 0)
    assert parts["chunk"] == parts["usage"] == ()


def test_an_event_of_chat_is_its_own_raw_event() -> None:
    assert all(event.raw is event for event in common(says("Hi"), ends()))


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["type", "usage", "prompt_tokens", "id"]), inner, max_size=2
        )
    ),
    max_leaves=4,
)
ODD_CHOICE = st.fixed_dictionaries(
    {"index": st.integers(0, 2)},
    optional={
        "finish_reason": ODD,
        "usage": ODD,
        "delta": ODD
        | st.fixed_dictionaries(
            {}, optional={"content": ODD, "annotations": ODD, "tool_calls": ODD}
        ),
    },
)
ODD_CHUNK = st.fixed_dictionaries(
    {"choices": ODD | st.lists(ODD_CHOICE, max_size=2)}, optional={"usage": ODD}
)


@given(st.lists(ODD_CHUNK, max_size=4))
def test_odd_chunks_add_to_the_events_and_change_none(data: list[dict[str, Any]]) -> None:
    chunks = [construct(ChatCompletionChunk, each) for each in data]
    plain = run(ChatEvents(Reader()), chunks)
    events = [event for event in common(*chunks) if event.type not in ADDED]
    assert [(event.type, event.part) for event in events] == [
        (event.type, event.part) for event in plain
    ]


ANSWER = [
    chunk(choice(reasoning_content="Hm")),
    says('{"a": 1}'),
    calls(call(0, '{"a": 2}', id="c", name="f")),
    calls({"index": 1, "id": "d", "type": "custom", "custom": {"name": "g", "input": "x"}}),
    ends("tool_calls"),
    chunk(usage=COUNTS),
]


def whole(*chunks: ChatCompletionChunk) -> Any:
    tools = tool_parsers([pydantic_function_tool(A, name="f")])
    machine = ChatEvents(Reader(response_format(A), tools))
    run(machine, chunks)
    return final(machine.final())


def test_the_final_answer_has_everything_in_common_words() -> None:
    answer = whole(*ANSWER)
    assert (answer.text, answer.reasoning, answer.refusal) == ('{"a": 1}', "Hm", "")
    assert answer.parsed == A(a=1)
    assert answer.tool_calls == [
        FinalToolCall("c", "f", '{"a": 2}', A(a=2)),
        FinalToolCall("d", "g", "x", type="custom"),
    ]
    assert answer.usage == Usage(input_tokens=5, output_tokens=3)
    assert answer.reason == "tool_calls"
    assert answer.raw.choices[0].message.parsed == A(a=1)


def test_a_function_call_of_the_old_kind_is_a_call() -> None:
    fragment = choice(function_call={"name": "f", "arguments": "{}"})
    answer = whole(chunk(fragment), ends("function_call"))
    assert answer.tool_calls == [FinalToolCall("", "f", "{}")]
    assert answer.reason == "tool_calls"


def test_a_final_answer_that_refuses_has_no_text() -> None:
    answer = whole(chunk(choice(refusal="No.")), ends())
    assert (answer.refusal, answer.text, answer.parsed) == ("No.", "", None)


def test_of_several_choices_the_first_is_the_final_answer() -> None:
    machine = ChatEvents(Reader())
    run(machine, [says("b", 1), says("a"), ends(index=0), ends("length", 1)])
    answer = final(machine.final())
    assert (answer.text, answer.reason) == ("a", "stop")


def test_common_events_and_the_final_answer_are_of_one_stream() -> None:
    with ScriptedServer(stream(part("Hi", "stop"), DONE)) as server:
        with OpenAI(api_key="k", base_url=server.url) as client:
            with client.chat.completions.stream(**ASKED) as events:
                assert next(events.common).type == "chunk"
                answer = events.get_final()
                assert (answer.text, answer.reason) == ("Hi", "stop")
                assert answer.raw is events.get_final_completion()
    assert len(server.requests) == 1


def test_a_loop_over_common_events_can_be_left_and_taken_up() -> None:
    with ScriptedServer(stream(part("H"), part("i", "stop"), DONE)) as server:
        with OpenAI(api_key="k", base_url=server.url) as client:
            with client.chat.completions.stream(**ASKED) as events:
                first = [next(events.common).type for _ in range(3)]
                rest = types(events.common)
    assert first == ["chunk", "content.delta", "chunk"]
    assert rest == ["content.delta", "content.done", "finish"]


def test_an_error_behind_the_events_of_one_read_comes_after_them() -> None:
    frames = part("H") + part("i") + b'data: {"error": {"message": "sorry"}}\n\n'
    with ScriptedServer(stream(frames)) as server:
        with OpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
            with client.chat.completions.stream(**ASKED) as events:
                seen: list[str] = []
                with pytest.raises(Exception, match="sorry"):
                    seen.extend(event.type for event in events.common)
    assert seen == ["chunk", "content.delta"] * 2


def test_closing_the_common_events_closes_the_stream() -> None:
    with ScriptedServer(stream(part("H"))) as server:
        with OpenAI(api_key="k", base_url=server.url) as client:
            with client.chat.completions.stream(**ASKED) as events:
                next(events.common)
                events.common.close()
                with pytest.raises(Exception, match="closed"):
                    next(events)


def test_a_cut_stream_has_no_final_answer() -> None:
    with ScriptedServer(stream(part("Hal"))) as server:
        with OpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
            with client.chat.completions.stream(**ASKED) as events:
                with pytest.raises(StreamTruncatedError) as failure:
                    events.get_final()
    assert failure.value.completion is not None
    assert failure.value.completion.choices[0].message.content == "Hal"
