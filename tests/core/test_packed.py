from __future__ import annotations

import copy
import gc
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit._core.packed import PackedList
from streamkit.types import ChatCompletionTokenLogprob, TopLogprob, construct

MANY = 1000
ODD: dict[str, dict[str, Any]] = {
    "an unknown field": {"token": "a", "odd": [1]},
    "an unknown field, deep inside": {"token": "a", "top_logprobs": [{"token": "b", "odd": 1}]},
    "half a character": {"token": "\ud83d"},
    "a number of any length": {"token": "a", "bytes": [10**30]},
    "no number": {"token": "a", "logprob": "few"},
    "a name that is no character": {"token": "\ufdd0"},
}


def token(number: int) -> ChatCompletionTokenLogprob:
    top = [TopLogprob(token="b", logprob=-number / 7)]
    return ChatCompletionTokenLogprob(token=str(number), bytes=[number % 256], top_logprobs=top)


def packed(*tokens: ChatCompletionTokenLogprob) -> PackedList[ChatCompletionTokenLogprob]:
    made = PackedList(ChatCompletionTokenLogprob)
    for each in tokens:
        made.extend([each])
    return made


@given(
    sizes=st.lists(st.integers(0, 600), max_size=5),
    reads=st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 3000)), max_size=5),
)
def test_a_list_is_read_as_of_any_length_while_it_grows(
    sizes: list[int], reads: list[tuple[int, int]]
) -> None:
    made, twin = PackedList(ChatCompletionTokenLogprob), list[ChatCompletionTokenLogprob]()
    for size in sizes:
        new = [token(number) for number in range(size)]
        twin += new
        assert made.extend(new) == made.length == len(twin)
        for ends in reads:
            start, end = sorted(min(end, len(twin)) for end in ends)
            assert made.between(start, end) == twin[start:end]
            assert made.first(end) == twin[:end]


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_an_odd_object_is_kept_as_it_came(odd: dict[str, Any]) -> None:
    came = construct(ChatCompletionTokenLogprob, odd)
    made = packed(came, *map(token, range(MANY)))
    kept = made.first(1)[0]
    assert kept.to_dict() == came.to_dict()
    assert kept.model_extra == came.model_extra


def test_the_collector_has_few_objects_to_visit() -> None:
    gc.collect()
    before = len(gc.get_objects())
    made = packed(*map(token, range(MANY)))
    gc.collect()
    assert len(gc.get_objects()) - before < 256 * 8
    assert made.length == MANY


def test_what_is_read_is_decoded_once() -> None:
    made = packed(*map(token, range(MANY)))
    assert all(a is b for a, b in zip(made.first(MANY), made.first(MANY), strict=True))


def test_what_comes_after_a_reading_is_kept_as_it_is() -> None:
    made = packed(*map(token, range(MANY)))
    made.first(MANY)
    later = [token(number) for number in range(MANY)]
    made.extend(later)
    assert all(a is b for a, b in zip(made.between(MANY, 2 * MANY), later, strict=True))


def pickled(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))


@pytest.mark.parametrize("again", [copy.deepcopy, pickled])
def test_a_copy_has_the_same_objects(again: Any) -> None:
    made = packed(*map(token, range(MANY)))
    assert again(made).first(MANY) == made.first(MANY)
