"""A repeated value is merged, not added: lists, reports and items with an index."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit import LimitExceededError
from streamkit._core.merge import EMPTY, Fields, Rules, adds_nothing_again, merged, resolved
from streamkit.families.chat.accumulator import Accumulator
from streamkit.families.chat.log.rules import DELTAS, PER_TOKEN, REPORTS
from streamkit.limits import Limits
from streamkit.types import ChatCompletionChunk, ParsedChatCompletion, WireDecoder, construct

_decoder = WireDecoder(ChatCompletionChunk)


def built(*chunks: dict[str, Any]) -> ParsedChatCompletion[Any]:
    """Return the completion that the chunks add up to; they are decoded from JSON."""
    accumulator = Accumulator()
    for chunk in chunks:
        accumulator.feed(_decoder.decode(json.dumps(chunk)))
    return accumulator.snapshot()


def at_the_top(value: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": "a"}}], "vendor": value}


def at_the_choice(value: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": "a"}, "vendor": value}]}


def at_the_delta(value: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": "a", "vendor": value}}]}


def vendor(completion: ParsedChatCompletion[Any]) -> Any:
    choice = completion.choices[0]
    said = (completion.model_extra, choice.model_extra, choice.message.model_extra)
    return next(extra["vendor"] for extra in said if "vendor" in extra)


A, B, C = {"url": "a", "content": "x"}, {"url": "b"}, {"url": "c"}
PLACES = {"the top": at_the_top, "the choice": at_the_choice, "the delta": at_the_delta}
AGAIN: dict[str, tuple[list[Any], Any]] = {
    "texts": ([["a", "b"]] * 3, ["a", "b"]),
    "objects": ([[A, B]] * 3, [A, B]),
    "one": ([[A]] * 3, [A]),
    "a list that grows": ([[A], [A, B], [A, B, C]], [A, B, C]),
    "a list in another order": ([[A, B], [B, A]], [B, A]),
    "a list that grows in another order": ([["a", "b"], ["c", "b", "a"]], ["c", "b", "a"]),
    "a report in an object": ([{"results": [A]}, {"results": [A, B]}], {"results": [A, B]}),
    "nothing after a list": ([["a"], None, []], ["a"]),
    "a number after a list": ([["a"], 1], 1),
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize(("values", "expected"), AGAIN.values(), ids=AGAIN)
def test_what_is_said_again_is_there_once(place: Any, values: list[Any], expected: Any) -> None:
    assert vendor(built(*map(place, values))) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([["a"], ["b"]], ["b"], id="another list"),
        pytest.param([["a", "b"], ["b"]], ["b"], id="a shorter list"),
        pytest.param([[1, 2], [1, 2]], [1, 2], id="numbers"),
        pytest.param([[{"index": 0, "a": 1}], [{"index": 1}]], [{"index": 1}], id="indices"),
        pytest.param([{"input": "x"}] * 2, {"input": "x"}, id="a text"),
        pytest.param([{"a": 1}, {"b": [2]}], {"a": 1, "b": [2]}, id="an object"),
    ],
)
def test_at_the_top_nothing_grows(values: list[Any], expected: Any) -> None:
    assert vendor(built(*map(at_the_top, values))) == expected


@pytest.mark.parametrize("place", [at_the_choice, at_the_delta])
@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([["a"], ["b"], ["a"]], ["a", "b", "a"], id="pieces"),
        pytest.param([[5], [5], [5, 6]], [5, 5, 5, 6], id="numbers of tokens"),
        pytest.param([[[5]], [[5]]], [[5], [5]], id="lists of numbers of tokens"),
        pytest.param([[A, B], [B]], [A, B, B], id="less than there is"),
    ],
)
def test_in_a_choice_what_does_not_have_all_there_was_is_added(
    place: Any, values: list[Any], expected: Any
) -> None:
    assert vendor(built(*map(place, values))) == expected


def test_a_message_beside_the_deltas_is_the_last_one() -> None:
    said = [
        {"delta": {"content": end}, "message": {"content": all_, "v": [all_]}}
        for end, all_ in SO_FAR
    ]
    choice = built(*({"choices": [{"index": 0, **each}]} for each in said)).choices[0]
    assert choice.message.content == "Hello"
    assert choice.model_extra == {"message": {"content": "Hello", "v": ["Hello"]}}


SO_FAR = [("Hel", "Hel"), ("lo", "Hello")]


def test_lists_beside_log_probabilities_are_of_tokens_and_added() -> None:
    chunk = {"choices": [{"index": 0, "logprobs": {"tokens": ["ha"], "offsets": [0]}}]}
    logprobs = built(chunk, chunk, chunk).choices[0].logprobs
    assert logprobs is not None
    assert logprobs.model_extra == {"tokens": ["ha"] * 3, "offsets": [0] * 3}


def test_an_older_moment_keeps_the_list_it_had() -> None:
    first = merged(EMPTY, {"a": [A], "b": ["x"]}, DELTAS)
    second = merged(first, {"a": [A, B], "b": ["y"]}, DELTAS)
    assert resolved(first) == {"a": [A], "b": ["x"]}
    assert resolved(second) == {"a": [A, B], "b": ["x", "y"]}


LEAVES = st.sampled_from([None, 0, 1, True, "", "a", "b"])
NAMES = st.sampled_from(["a", "b", "content", "message", "reasoning_details", "index", "text"])
FIELDS: st.SearchStrategy[dict[str, Any]] = st.dictionaries(
    NAMES,
    st.recursive(
        LEAVES,
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=2),
        max_leaves=6,
    ),
    max_size=3,
)


@given(chunks=st.lists(FIELDS, min_size=1, max_size=3), rules=st.sampled_from([DELTAS, REPORTS]))
def test_what_adds_nothing_again_leaves_the_same_when_it_comes_again(
    chunks: list[dict[str, Any]], rules: Rules
) -> None:
    held: Fields = EMPTY
    for chunk in chunks:
        held = merged(held, chunk, rules)
    again = adds_nothing_again(chunks[-1], held, rules)
    before = resolved(held)
    after = resolved(merged(held, chunks[-1], rules))
    if again:
        assert after == before


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"a": {"b": 1, "c": {}}, "d": [], "e": "x"}, True),
        ({"a": ["x"], "b": [{"url": "u"}]}, True),
        ({"a": [1]}, False),
        ({"a": {"b": [[1.5]]}}, False),
        ({"content": "x"}, False),
        ({"a": {"content": "x"}}, False),
        ({"reasoning_details": [{"text": "x"}]}, False),
        ({"message": {"a": [1], "content": "so far"}}, True),
    ],
    ids=repr,
)
def test_objects_and_whole_lists_add_nothing_again_and_other_lists_and_texts_do(
    fields: dict[str, Any], expected: bool
) -> None:
    assert adds_nothing_again(fields, merged(EMPTY, fields, DELTAS), DELTAS) is expected


def test_a_list_of_a_chunk_is_never_changed() -> None:
    citations = ["a"]
    for rules in (REPORTS, DELTAS, PER_TOKEN):
        held = merged(EMPTY, {"citations": citations}, rules=rules)
        for new in (["a", "b"], ["c"]):
            held = merged(held, {"citations": new}, rules=rules)
    assert citations == ["a"]


# Null, 0 and empty values.

FIRST = {"id": "c1", "created": 7, "model": "m", "system_fingerprint": "f", "service_tier": "s"}
USAGE = {"completion_tokens": 1, "prompt_tokens": 2, "total_tokens": 3}


@pytest.mark.parametrize(
    "later",
    [
        {"id": "", "created": 0, "model": "", "system_fingerprint": "", "service_tier": ""},
        dict.fromkeys(FIRST),
        {"usage": dict.fromkeys(USAGE)},
        {"usage": dict.fromkeys(USAGE, 0)},
        {"usage": {}},
        {"usage": "none"},
        {"id": {"a": 1}, "created": "soon", "model": 7},
    ],
    ids=["empty", "null", "usage of nulls", "usage of 0", "empty usage", "a text", "other types"],
)
def test_what_says_nothing_overwrites_nothing(later: dict[str, Any]) -> None:
    said = built({**FIRST, "usage": USAGE, "choices": []}, {**later, "choices": []})
    assert said.usage is not None
    assert said.usage.to_dict() == USAGE
    assert {name: getattr(said, name) for name in FIRST} == FIRST


@pytest.mark.parametrize(
    ("usage", "known"),
    [
        (dict.fromkeys(USAGE), None),
        ({**USAGE, "prompt_tokens": None}, USAGE),
        ({**USAGE, "completion_tokens": None}, USAGE),
        ({**USAGE, "total_tokens": None}, USAGE),
        ({**USAGE, "total_tokens": None, "prompt_tokens": None}, None),
        ({"total_tokens": 1, "prompt_tokens": 2, "completion_tokens": None}, None),
        ({**USAGE, "prompt_tokens_details": None}, USAGE),
        (dict.fromkeys(USAGE, 0), dict.fromkeys(USAGE, 0)),
    ],
)
def test_a_count_that_is_null_is_what_the_others_leave_or_the_usage_is_unknown(
    usage: dict[str, Any], known: dict[str, Any] | None
) -> None:
    said = built({"choices": [], "usage": usage}).to_dict()
    assert said.get("usage") == known


def test_a_usage_that_is_unknown_is_kept_as_it_came() -> None:
    chunk = construct(ChatCompletionChunk, {"usage": dict.fromkeys(USAGE)})
    assert (chunk.usage, chunk.model_extra) == (None, {"usage": dict.fromkeys(USAGE)})


@pytest.mark.parametrize("token", [{"token": "a", "logprob": None}, {"token": "a"}])
def test_a_log_probability_that_is_null_or_missing_is_none(token: dict[str, Any]) -> None:
    choice = {"index": 0, "logprobs": {"content": [{**token, "top_logprobs": [token]}]}}
    logprobs = built({"choices": [choice]}).choices[0].logprobs
    assert logprobs is not None
    assert logprobs.content is not None
    (merged,) = logprobs.content
    assert merged.logprob is None
    assert merged.top_logprobs is not None
    assert merged.top_logprobs[0].logprob is None


@pytest.mark.parametrize(
    ("sent", "read"),
    [("-Infinity", -9999.0), ("-1e999", -9999.0), ('"-inf"', -9999.0), ("NaN", None)],
)
def test_a_log_probability_that_json_has_not_is_the_one_that_the_api_has(
    sent: str, read: float | None
) -> None:
    tokens = f'[{{"token": "a", "logprob": {sent}, "top_logprobs": [{{"logprob": {sent}}}]}}]'
    chunk = _decoder.decode(f'{{"choices": [{{"logprobs": {{"content": {tokens}}}}}]}}')
    assert _decoder.decode(chunk.to_json()) == chunk
    merged = chunk.to_dict()["choices"][0]["logprobs"]["content"][0]
    assert (merged.get("logprob"), merged["top_logprobs"][0].get("logprob")) == (read, read)


# Items with an index.


class Counted(int):
    """An index that counts its comparisons and its uses as a key."""

    looks = 0

    def __hash__(self) -> int:
        Counted.looks += 1
        return int.__hash__(self)

    def __eq__(self, other: object) -> bool:
        Counted.looks += 1
        return int.__eq__(self, other)

    def __lt__(self, other: int) -> bool:
        Counted.looks += 1
        return int.__lt__(self, other)


def looks(chunks: int) -> int:
    Counted.looks = 0
    held: Any = EMPTY
    for index in range(chunks):
        held = merged(held, {"parts": [{"index": Counted(index), "text": "x"}]}, DELTAS)
    assert len(resolved(held)["parts"]) == chunks
    return Counted.looks


def test_items_with_an_index_cost_what_comes_and_not_what_there_is() -> None:
    few, many = looks(500), looks(2_000)
    assert many < 5 * few  # 4 times as many; it would be 16 if every item was looked at each time
    assert many < 20 * 2_000


def test_a_moment_shares_the_items_that_did_not_change() -> None:
    items = [{"index": index} for index in range(1_000)]
    first = merged(EMPTY, {"parts": items}, DELTAS)
    second = merged(first, {"parts": [{"index": 999, "late": True}]}, DELTAS)
    before, after = first["parts"].blocks, second["parts"].blocks
    assert sum(old is not new for old, new in zip(before, after, strict=True)) == 1


ITEMS = st.lists(
    st.tuples(st.integers(0, 200), st.sampled_from("ab")).map(
        lambda drawn: {"index": drawn[0], "content": drawn[1], drawn[1]: drawn[0]}
    ),
    min_size=1,
    max_size=80,
)


@given(chunks=st.lists(ITEMS, max_size=6))
def test_any_items_are_merged_at_their_indices_and_older_moments_stay(chunks: list[Any]) -> None:
    held: Any = EMPTY
    expected: dict[int, dict[str, Any]] = {}
    moments: list[tuple[Any, list[dict[str, Any]]]] = []
    for chunk in chunks:
        held = merged(held, {"parts": chunk}, DELTAS)
        for item in chunk:
            known = expected.get(item["index"], {})
            text = known.get("content", "") + item["content"]
            expected[item["index"]] = known | item | {"content": text}
        moments.append((held, [expected[index] for index in sorted(expected)]))
        expected = {index: dict(item) for index, item in expected.items()}
    for moment, parts in moments:
        assert resolved(moment) == {"parts": parts}


def test_an_index_may_be_written_as_a_text() -> None:
    held = merged(EMPTY, {"parts": [{"index": "1", "a": 1}]}, DELTAS)
    held = merged(held, {"parts": [{"index": 1, "b": 2}, {"index": "0"}]}, DELTAS)
    assert resolved(held) == {"parts": [{"index": "0"}, {"index": 1, "a": 1, "b": 2}]}


def test_there_is_a_limit_to_the_items_of_a_list() -> None:
    items = [{"index": index} for index in range(4)]
    with pytest.raises(LimitExceededError, match="items of one list"):
        merged(EMPTY, {"parts": items}, DELTAS, Limits(fields=3))
