from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit._core.json.parser import PartialJSON
from streamkit._core.merge import EMPTY, merged, resolved
from streamkit._core.text import TextLog
from streamkit.families.chat.log import ChoiceUpdate, CompletionLog, Heading, ToolCallLog
from streamkit.families.chat.log.rules import DELTAS
from streamkit.structured.reader import Reader
from streamkit.types import ChatCompletionChunk, CompletionUsage, construct
from tests.chat_chunks import call, calls, choice, chunk, cut, ends, says, token

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streamkit.types import ParsedChatCompletion

# Text.


def text_log(*pieces: str) -> TextLog:
    log = TextLog()
    for piece in pieces:
        log.append(piece)
    return log


def test_a_text_is_read_in_other_threads_while_it_grows() -> None:
    begin, rest = '{"a": "', "abc" * 2000
    log, text = text_log(begin), begin + rest
    wrong: list[int] = []

    def read() -> None:
        end = 0
        while end < len(text):
            end = log.length
            said, known = log.first(end), log.partial_json(end)
            if said != text[:end] or known != {"a": text[len(begin) : end]}:
                wrong.append(end)

    readers = [Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for letter in rest:
        log.append(letter)
    for reader in readers:
        reader.join()
    assert wrong == []


@pytest.mark.parametrize(
    ("pieces", "added"),
    [
        (["\ud83d", "\ude80"], ["", "\N{ROCKET}"]),
        (["a\ud83d", "\ude80b"], ["a", "\N{ROCKET}b"]),
        (["\ud83d\ude80"], ["\N{ROCKET}"]),
        (["\ud83d", "", "\ude80"], ["", "", "\N{ROCKET}"]),
        (["\ud83d", "a"], ["", "\ufffda"]),
        (["\ud83d", "\ud83d", "\ude80"], ["", "\ufffd", "\N{ROCKET}"]),
        (["\ude80"], ["\ufffd"]),
        (["\ud83d", "é"], ["", "\ufffdé"]),
    ],
)
def test_the_halves_of_a_character_are_joined(pieces: list[str], added: list[str]) -> None:
    log = TextLog()
    assert [log.append(piece) for piece in pieces] == added
    assert log.first(log.length) == "".join(added)


@given(text=st.text(), places=st.lists(st.integers(0, 40), max_size=6))
def test_a_text_cut_by_utf_16_units_is_the_text(text: str, places: list[int]) -> None:
    units = text.encode("utf-16-le")
    halves = "".join(
        chr(int.from_bytes(units[at : at + 2], "little")) for at in range(0, len(units), 2)
    )
    log = text_log(*cut(halves, places))
    assert log.first(log.length) == text


def test_json_is_known_as_of_any_length() -> None:
    log = text_log('{"a": "x', 'y", "b', '": [1, 2', "3]}")
    expected = {
        8: {"a": "x"},
        14: {"a": "xy"},
        22: {"a": "xy", "b": [1]},
        25: {"a": "xy", "b": [1, 23]},
    }
    for _ in range(2):
        for end in (25, 8, 22, 14):
            assert log.partial_json(end) == expected[end]
    assert log.partial_json(0) is None


def test_the_newest_json_is_read_once_however_often_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[str] = []

    class Counted(PartialJSON):
        def feed(self, text: str) -> None:
            read.append(text)
            super().feed(text)

    monkeypatch.setattr("streamkit._core.text.PartialJSON", Counted)
    log = TextLog()
    for piece in ('{"a": [1,', " 2,", " 3", "]}"):
        log.append(piece)
        for _ in range(3):
            log.partial_json(log.length)
        log.is_whole_json()
    assert "".join(read) == '{"a": [1, 2, 3]}'


def test_after_what_is_invalid_nothing_is_read() -> None:
    joined: list[int] = []

    class Watched(TextLog):
        def between(self, start: int, end: int) -> str:
            joined.append(end - start)
            return super().between(start, end)

    log = Watched()
    for piece in ("[1,", "oops", "x" * 100, "y" * 100):
        log.append(piece)
        assert log.partial_json(log.length) == [1]
    assert sum(joined) == len("[1,oops")


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("", False),
        ("{", False),
        ("{}", True),
        ("{} \n", True),
        ("{}}", False),
        ("{} x", False),
        ("nonsense", False),
        ('"a"', True),
    ],
)
def test_whole_json_is_closed_and_nothing_follows(text: str, whole: bool) -> None:
    assert text_log(text).is_whole_json() is whole
    assert text_log(*text).is_whole_json() is whole


# Merging.


def merge(*deltas: Mapping[str, Any]) -> Any:
    value: Mapping[str, Any] = EMPTY
    for delta in deltas:
        value = merged(value, delta, DELTAS)
    return resolved(value)


@pytest.mark.parametrize(
    ("deltas", "expected"),
    [
        pytest.param([{"a": 1}, {"b": 2}], {"a": 1, "b": 2}, id="fields are added"),
        pytest.param([{"a": 1}, {"a": None}], {"a": 1}, id="null adds nothing"),
        pytest.param([{"n": 1}, {"n": 2}], {"n": 2}, id="numbers are replaced"),
        pytest.param([{"flag": True}, {"flag": True}], {"flag": True}, id="flags are replaced"),
        pytest.param([{"id": "x"}, {"id": "x"}], {"id": "x"}, id="other strings are replaced"),
        pytest.param(
            [{"reasoning": "a"}, {"reasoning": "b"}], {"reasoning": "ab"}, id="text is appended"
        ),
        pytest.param(
            [{"audio": {"id": "x", "data": "AA"}}, {"audio": {"id": "x", "data": "BB"}}],
            {"audio": {"id": "x", "data": "AABB"}},
            id="objects are merged",
        ),
        pytest.param([{"l": [1]}, {"l": [2, 3]}], {"l": [1, 2, 3]}, id="lists are appended"),
        pytest.param(
            [{"l": [{"index": 1, "text": "b"}]}, {"l": [{"index": 0, "data": "a"}]},
             {"l": [{"index": 0, "data": "A"}, {"index": 1, "text": "B"}]}],
            {"l": [{"index": 0, "data": "aA"}, {"index": 1, "text": "B"}]},
            id="items with an index find their place",
        ),
        pytest.param(
            [{"l": [{"index": 0, "n": 1}]}, {"l": ["x"]}],
            {"l": [{"index": 0, "n": 1}, "x"]},
            id="an item without an index among those with one",
        ),
        pytest.param(
            [{"l": ["x"]}, {"l": [{"index": 0}]}],
            {"l": ["x", {"index": 0}]},
            id="and the other way",
        ),
        pytest.param(
            [
                {"reasoning_details": [{"index": 0, "type": "reasoning.text", "text": "a"}]},
                {"reasoning_details": [{"index": 0, "type": "reasoning.text", "text": "b"}]},
                {"reasoning_details": [{"index": 1, "type": "reasoning.summary", "summary": "c"}]},
                {"reasoning_details": [{"index": 1, "type": "reasoning.summary", "summary": "d"}]},
                {"reasoning_details": [{"index": 0, "type": "reasoning.text", "signature": "s"}]},
                {"reasoning_details": [{"index": 0, "type": "reasoning.encrypted", "data": "x"}]},
            ],
            {
                "reasoning_details": [
                    {"index": 0, "type": "reasoning.text", "text": "ab", "signature": "s"},
                    {"index": 0, "type": "reasoning.encrypted", "data": "x"},
                    {"index": 1, "type": "reasoning.summary", "summary": "cd"},
                ]
            },
            id="reasoning details are put together by index and type",
        ),
        pytest.param([{"l": list[int]()}], {"l": []}, id="an empty list is one"),
        pytest.param([{"x": {"a": 1}}, {"x": "b"}], {"x": "b"}, id="another type"),
        pytest.param([{"x": "b"}, {"x": {"a": 1}}, {"x": [2]}], {"x": [2]}, id="yet other types"),
    ],
)  # fmt: skip
def test_fields_are_merged_by_what_they_are(deltas: list[Any], expected: Any) -> None:
    assert merge(*deltas) == expected


def test_what_was_merged_before_stays_as_it_was() -> None:
    deltas: list[dict[str, Any]] = [
        {"reasoning": "a", "l": [1], "o": {"data": "x", "n": 1}, "i": [{"index": 0, "data": "p"}]},
        {"reasoning": "b", "l": [2], "o": {"data": "y", "n": 2}, "i": [{"index": 0, "data": "q"}]},
        {"reasoning": "c", "l": [3], "o": {"more": True}, "i": [{"index": 1, "data": "r"}]},
    ]
    states: list[Mapping[str, Any]] = [EMPTY]
    for delta in deltas:
        states.append(merged(states[-1], delta, DELTAS))
    assert [resolved(state) for state in states] == [
        {},
        {"reasoning": "a", "l": [1], "o": {"data": "x", "n": 1}, "i": [{"index": 0, "data": "p"}]},
        {"reasoning": "ab", "l": [1, 2], "o": {"data": "xy", "n": 2},
         "i": [{"index": 0, "data": "pq"}]},
        {"reasoning": "abc", "l": [1, 2, 3], "o": {"data": "xy", "n": 2, "more": True},
         "i": [{"index": 0, "data": "pq"}, {"index": 1, "data": "r"}]},
    ]  # fmt: skip


# Tool calls; the tests of tool_arg_parse show which call a fragment belongs to.


def test_a_call_is_read_as_of_any_mark() -> None:
    log = CompletionLog()
    moments: list[tuple[Heading, tuple[ChoiceUpdate, ...]]] = []
    for fragment in (
        call(0, "{", name="f", vendor=1),
        {"index": 0, "id": "A", "function": {"arguments": "}", "more": "x"}},
        {"index": 0, "type": "custom", "vendor": 2},
    ):
        log.append(calls(fragment))
        moments.append((log.heading, log.latest))
    built = [log.build(*moment, Reader()).choices[0].message.tool_calls for moment in moments]
    assert [one.to_dict() for tool_calls in built for one in tool_calls or ()] == [
        {"type": "function", "id": "", "function": {"arguments": "{", "name": "f"}, "vendor": 1},
        {"type": "function", "id": "A", "function": {"arguments": "{}", "name": "f", "more": "x"},
         "vendor": 1},
        {"type": "custom", "id": "A", "custom": {"input": "{}", "name": "f", "more": "x"},
         "vendor": 2},
    ]  # fmt: skip


def test_a_call_is_whole_when_its_arguments_are() -> None:
    log = ToolCallLog(0)
    whole: list[bool] = []
    for piece in ("", "{", "}"):
        log.arguments.append(piece)
        whole.append(log.is_whole())
    assert whole == [False, False, True]


# Completions.


def built(*chunks: ChatCompletionChunk) -> ParsedChatCompletion[Any]:
    log = CompletionLog()
    for one in chunks:
        log.append(one)
    return log.build(log.heading, log.latest, Reader())


def message(*deltas: Mapping[str, Any]) -> dict[str, Any]:
    """Return the message of the only choice, which these deltas add up to."""
    answer = built(*(chunk({"index": 0, "delta": delta}) for delta in deltas)).choices[0]
    return answer.message.to_dict()


def test_without_a_chunk_there_is_an_empty_completion() -> None:
    assert built().to_dict() == {
        "id": "",
        "choices": [],
        "created": 0,
        "model": "",
        "object": "chat.completion",
    }


def test_chunks_add_up_to_a_completion() -> None:
    chunks = [
        chunk(choice(role="assistant", content=""), system_fingerprint="fp"),
        says("Hi"),
        ends(),
        chunk(usage={"completion_tokens": 1, "prompt_tokens": 2, "total_tokens": 3}),
    ]
    assert built(*chunks).to_dict() == {
        "id": "c1",
        "choices": [
            {
                "finish_reason": "stop",
                "index": 0,
                "message": {"content": "Hi", "role": "assistant"},
            }
        ],
        "created": 1,
        "model": "m",
        "object": "chat.completion",
        "system_fingerprint": "fp",
        "usage": {"completion_tokens": 1, "prompt_tokens": 2, "total_tokens": 3},
    }


def test_choices_come_in_any_order_and_with_gaps() -> None:
    completion = built(
        says("c", 5), says("a", 0), chunk(choice(2, content="b"), choice(5, content="C"))
    )
    assert [(one.index, one.message.content) for one in completion.choices] == [
        (0, "a"),
        (2, "b"),
        (5, "cC"),
    ]


def test_null_or_missing_choices_and_deltas_add_nothing() -> None:
    nulls = [
        ChatCompletionChunk(),
        chunk({"index": 0, "delta": None}),
        chunk({"index": 0}),
        chunk(),
    ]
    assert built(says("Hi"), *nulls) == built(says("Hi"))


@pytest.mark.parametrize(
    ("field", "first", "second"),
    [
        ("id", "c1", "c2"),
        ("model", "m1", "m2"),
        ("created", 1, 2),
        ("service_tier", "default", "flex"),
        ("system_fingerprint", "fp1", "fp2"),
    ],
)
def test_the_last_value_that_is_not_null_wins(field: str, first: object, second: object) -> None:
    def heading(*values: object) -> object:
        chunks = [construct(ChatCompletionChunk, {field: value}) for value in values]
        return getattr(built(*chunks), field)

    assert heading(first, None) == heading(None, first, None) == first
    assert heading(first, second, None) == second


def test_usage_may_come_in_the_middle_and_more_than_once() -> None:
    first = chunk(usage={"completion_tokens": 1, "prompt_tokens": 2, "total_tokens": 3})
    second = chunk(usage={"completion_tokens": 4, "prompt_tokens": 5, "total_tokens": 9})
    null = chunk(choice(content="i"), usage=None, id="c2")
    assert built(says("H"), first, null).usage == CompletionUsage(1, 2, 3)
    assert built(first, says("H"), second, null).usage == CompletionUsage(4, 5, 9)


def test_a_new_id_in_every_chunk_opens_no_new_completion() -> None:
    completion = built(chunk(choice(content="H"), id="c1"), chunk(choice(content="i"), id="c2"))
    assert (completion.id, completion.choices[0].message.content) == ("c2", "Hi")


def test_a_role_is_replaced_and_assistant_by_default() -> None:
    assert message({"role": "assistant"}, {"role": "assistant"})["role"] == "assistant"
    assert message({"role": "tool"}, {"role": None})["role"] == "tool"
    assert message({"content": "Hi"})["role"] == "assistant"


@pytest.mark.parametrize("field", ["content", "refusal", "reasoning_content", "reasoning"])
def test_text_is_appended(field: str) -> None:
    said = message({field: "a"}, {field: None}, {field: ""}, {field: "b"})
    assert said[field] == "ab"


def test_text_that_never_came_is_null_and_empty_text_is_not() -> None:
    assert message({"content": None}) == {"role": "assistant"}
    assert message({"content": ""}) == {"content": "", "role": "assistant"}


def test_annotations_are_appended() -> None:
    place = {"start_index": 0, "end_index": 1, "title": ""}
    first, second = [
        {"type": "url_citation", "url_citation": {**place, "url": url}} for url in ("a", "b")
    ]
    assert message({"annotations": [first]}, {"annotations": [second]})["annotations"] == [
        first,
        second,
    ]


def test_the_data_and_the_transcript_of_audio_are_appended_and_the_rest_replaced() -> None:
    said = message(
        {"audio": {"id": "a1", "transcript": "He"}},
        {"audio": {"id": "a1", "transcript": "llo", "data": "AA"}},
        {"audio": {"data": "BB", "expires_at": 1}},
        {"audio": {"expires_at": 2}},
    )
    assert said["audio"] == {"id": "a1", "data": "AABB", "transcript": "Hello", "expires_at": 2}


def test_a_function_call_of_the_old_kind_is_kept() -> None:
    said = message(
        {"function_call": {"name": "f", "arguments": "{"}},
        {"function_call": {"name": "f", "arguments": "}"}},
    )
    assert said["function_call"] == {"arguments": "{}", "name": "f"}


def test_log_probabilities_are_appended() -> None:
    chunks = [
        chunk(choice(logprobs={"content": [token("a")], "refusal": None})),
        chunk(choice(logprobs={"content": None, "refusal": [token("x")]})),
        chunk(choice(logprobs={"content": [token("b"), token("c")]})),
    ]
    logprobs = built(*chunks).choices[0].logprobs
    assert logprobs is not None
    assert [one.token for one in logprobs.content or ()] == ["a", "b", "c"]
    assert [one.token for one in logprobs.refusal or ()] == ["x"]


def test_a_finish_reason_stays_and_an_empty_one_is_none() -> None:
    assert built(ends("stop"), says("")).choices[0].finish_reason == "stop"
    assert built(ends(""), says("a")).choices[0].finish_reason is None
    assert built(ends("stop"), ends("length")).choices[0].finish_reason == "length"


def test_unknown_fields_of_every_level_are_in_the_completion() -> None:
    first = {
        "vendor": {"a": 1},
        "choices": [
            {
                "index": 0,
                "seed": 1,
                "logprobs": {"content": [{**token("t"), "rank": 3}], "kind": "x"},
                "delta": {
                    "citations": ["x"],
                    "thinking": {"content": "a"},
                    "tool_calls": [
                        {"index": 0, "id": "A", "extra": 1, "function": {"name": "f", "more": 1}}
                    ],
                },
            }
        ],
    }
    second = {
        "vendor": {"b": 2},
        "late": True,
        "choices": [
            {
                "index": 0,
                "seed": 2,
                "logprobs": {"kind": "y"},
                "delta": {
                    "citations": ["y"],
                    "thinking": {"content": "b"},
                    "tool_calls": [{"index": 0, "extra": 2, "function": {"late": 1}}],
                },
            }
        ],
        "usage": {"completion_tokens": 1, "prompt_tokens": 2, "total_tokens": 3, "cost": 0.5},
    }
    said = built(*(chunk(**fields) for fields in (first, second))).to_dict()
    assert said["vendor"] == {"a": 1, "b": 2}
    assert said["late"] is True
    assert said["usage"]["cost"] == 0.5
    (answer,) = said["choices"]
    assert answer["seed"] == 2
    assert answer["logprobs"] == {"content": [{**token("t"), "rank": 3}], "kind": "y"}
    assert answer["message"]["citations"] == ["x", "y"]
    assert answer["message"]["thinking"] == {"content": "ab"}
    (tool_call,) = answer["message"]["tool_calls"]
    assert tool_call["extra"] == 2
    assert tool_call["function"] == {"arguments": "", "name": "f", "more": 1, "late": 1}


def test_unknown_fields_beside_no_log_probabilities_are_kept() -> None:
    logprobs = built(chunk(choice(logprobs={"content": None, "kind": "x"}))).choices[0].logprobs
    assert logprobs is not None
    assert logprobs.to_dict() == {"kind": "x"}


def test_padding_against_eavesdroppers_is_in_no_completion() -> None:
    assert "obfuscation" not in built(chunk(choice(content="Hi"), obfuscation="x7")).to_dict()
