"""Chunks with unknown fields are decoded at once, and are what a build field by field makes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from streamkit._core.decoding import WireDecoder
from streamkit.families.chat.unknown_fields import decode_with_unknown_fields
from streamkit.types import ChatCompletionChunk

DEPTH = 20

SCALARS = st.sampled_from(
    [None, True, 0, -1, 1.0, -0.0, 2**70, 1e300, "", "text", "\u00e9", "\ud83d", float("nan")]
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner),
    max_leaves=4,
)
NAMES = [
    *("id", "created", "object", "usage", "index", "content", "role", "tool_calls", "reasoning"),
    *("n", "to_dict", "__class__", "unknown_fields", "error", "message", "choices", "delta"),
]
FIELDS = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=3)


def found_in(chunk: ChatCompletionChunk) -> Any:
    """Return all that a reader finds in a chunk."""
    choices = chunk.choices or []
    objects = [chunk, *choices, *(choice.delta for choice in choices if choice.delta)]
    return repr([(each, each.unknown_fields, each.model_extra, vars(each)) for each in objects])


@given(in_chunk=FIELDS, in_choice=FIELDS, in_delta=FIELDS)
@example(in_chunk={"n": [1]}, in_choice={"n": {"a": 1}}, in_delta={"n": None, "role": "r"})
@example(in_chunk={"choices": []}, in_choice={}, in_delta={})
@example(in_chunk={"n": [[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]}, in_choice={}, in_delta={})
def test_a_chunk_with_any_fields_is_the_one_that_is_built_or_is_left_to_be_built(
    in_chunk: dict[str, Any], in_choice: dict[str, Any], in_delta: dict[str, Any]
) -> None:
    choice = {"index": 0, "delta": {"content": "text", **in_delta}, **in_choice}
    data = json.dumps({"id": "c", "choices": [choice], **in_chunk}).encode()
    try:
        chunk = decode_with_unknown_fields(data, ChatCompletionChunk, DEPTH)
    except ValueError:
        return
    built = WireDecoder(ChatCompletionChunk).decode_leniently(data, DEPTH)
    assert found_in(chunk) == found_in(built)


@pytest.mark.parametrize(
    "fields",
    [{"n": 1}, {"n": [1, {"a": None}], "m": {}}, {"to_dict": "taken"}, {}],
    ids=["a number", "containers", "a name that Python has taken", "none"],
)
def test_unknown_fields_at_each_place_are_decoded_at_once(fields: dict[str, Any]) -> None:
    choice = {"index": 1, "delta": {"content": "text", **fields}, **fields}
    data = json.dumps({"id": "c", "created": 1, "choices": [choice], **fields})
    chunk = decode_with_unknown_fields(data, ChatCompletionChunk, DEPTH)
    assert chunk.choices
    (part,) = chunk.choices
    assert part.delta
    assert [each.model_extra for each in (chunk, part, part.delta)] == [fields] * 3
