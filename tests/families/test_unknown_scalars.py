"""Deltas with unknown fields are decoded the same, whatever came before them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from streamkit._core.answer_decoder import AnswerDecoder
from streamkit.errors import OpenAIError
from streamkit.families.messages.decoder import MessageDecoder
from streamkit.families.responses.decoder import EventDecoder
from streamkit.families.responses.events import DECODED

if TYPE_CHECKING:
    from collections.abc import Callable

DECODERS: dict[str, tuple[Callable[[], AnswerDecoder[Any]], dict[str, Any]]] = {
    "messages": (
        MessageDecoder,
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "text_delta", "text": "a"},
        },
    ),
    "responses": (
        lambda: EventDecoder(DECODED),
        {
            "type": "response.output_text.delta",
            "sequence_number": 1,
            "item_id": "m",
            "output_index": 0,
            "content_index": 0,
            "delta": "a",
            "logprobs": [],
        },
    ),
}
EACH = pytest.mark.parametrize(("new", "event"), DECODERS.values(), ids=DECODERS)

NAMES = st.sampled_from(
    [
        *("provider", "index", "delta", "type", "text", "sequence_number", "logprobs", "item_id"),
        *("error", "message", "status", "code", "success", "to_dict", "__class__", "obfuscation"),
    ]
)
VALUES = st.one_of(
    *(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3)),
    st.sampled_from(["text_delta", "error", 10**30, {}, [], {"a": [1]}, ["x"], "\ud83d"]),
)
FIELDS = st.dictionaries(NAMES, VALUES, max_size=3)


def written(event: dict[str, Any], fields: dict[str, Any], inner: dict[str, Any]) -> bytes:
    """Return the data of an event with further fields, in it and in a delta that is an object."""
    delta: Any = event["delta"]
    changed: object = delta if isinstance(delta, str) else {**delta, **inner}
    return json.dumps({**event, "delta": changed, **fields}).encode()


def found(decoder: AnswerDecoder[Any], data: bytes) -> str:
    """Return all that is found in the data of an event, or the error."""
    decode: Callable[[bytes], Any] = decoder.decode
    try:
        part: Any = decode(data)
    except OpenAIError as error:
        return f"{type(error).__name__}: {error}"
    if part is None:
        return "nothing"
    delta: Any = getattr(part, "delta", None)
    seen: list[Any] = [part, part.to_dict(), part.model_extra, delta]
    seen.append(getattr(delta, "model_extra", None))
    return repr(seen)


@EACH
@given(fields=FIELDS, inner=FIELDS)
@example(fields={"provider": 1}, inner={"tokens": 2})
@example(fields={"error": None}, inner={})
@example(fields={"error": "no"}, inner={})
@example(fields={"index": None, "logprobs": None}, inner={"text": None})
def test_a_delta_after_one_with_an_unknown_field_is_decoded_as_the_first_one_is(
    new: Callable[[], AnswerDecoder[Any]],
    event: dict[str, Any],
    fields: dict[str, Any],
    inner: dict[str, Any],
) -> None:
    later = new()
    found(later, written(event, {"provider": "p"}, {}))
    data = written(event, fields, inner)
    assert found(later, data) == found(new(), data)


@EACH
def test_an_event_of_another_type_after_an_unknown_field_is_decoded_as_before(
    new: Callable[[], AnswerDecoder[Any]], event: dict[str, Any]
) -> None:
    others = [
        {"type": "content_block_stop", "index": 0},
        {"type": "response.in_progress", "response": {"id": "r"}, "sequence_number": 2},
        {"type": "of_a_newer_version", "provider": 1},
        {"type": "ping"},
    ]
    later = new()
    found(later, written(event, {"provider": "p"}, {}))
    for other in others:
        data = json.dumps(other).encode()
        assert found(later, data) == found(new(), data)
