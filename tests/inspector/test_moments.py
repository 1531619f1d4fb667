"""The state at a moment is what had arrived by then, and no more."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from streamkit.inspector.moment_view import moment_view, number_at
from streamkit.inspector.shown import LIMIT, shown_json, shown_partial
from streamkit.inspector.stream import Stream
from tests.inspector.recordings import ALL, THREE, TOOLS, size

if TYPE_CHECKING:
    from collections.abc import Callable


def states(recording: Any) -> list[dict[str, Any]]:
    stream = Stream.of("1", "x", recording)
    stream.catch_up()
    return [moment_view(stream, number) for number in range(len(stream.answer.moments))]


def test_texts_and_objects_grow_event_by_event() -> None:
    seen = states(TOOLS)
    texts = [
        next((part["text"] for part in state["parts"] if part["label"] == "get_weather"), "")
        for state in seen
    ]
    assert texts[-1] == '{"city": "Paris", "unit": "c"}'
    for earlier, later in pairwise(texts):
        assert later.startswith(earlier)
    objects = [state["parts"][0]["partial"] for state in seen if state["parts"]]
    assert {"city": "Paris"} in [shown and _value(shown) for shown in objects]
    assert [shown["complete"] for shown in objects if shown] == sorted(
        shown["complete"] for shown in objects if shown
    )


def _value(shown: dict[str, Any]) -> Any:
    import msgspec

    return msgspec.json.decode(shown["value"])


def test_a_part_is_shown_from_its_first_event_on_and_is_whole_with_its_last() -> None:
    seen = states(THREE)
    assert seen[0]["parts"] == []
    counts = [len(state["parts"]) for state in seen]
    assert counts == sorted(counts)
    assert counts[-1] == 3
    assert [part["done"] for part in seen[-1]["parts"]] == [True, True, True]
    assert not any(part["done"] for part in seen[20]["parts"])


def test_a_moment_can_be_named_by_its_time(get: Callable[..., Any]) -> None:
    early = get("tools", "moment", at=2.0)
    assert early["at"] <= 2.0
    assert get("tools", "moment", n=early["n"] + 1)["at"] > 2.0
    before = get("tools", "moment", at=0.0)
    assert (before["n"], before["parts"]) == (-1, [])
    assert get("tools", "moment", at=1e9)["n"] == 46
    assert get("tools", "moment", n=10**9)["n"] == 46
    assert get("models", "moment")["n"] is None


def test_the_time_of_no_event_is_before_the_first() -> None:
    stream = Stream.of("1", "x", TOOLS)
    stream.catch_up()
    assert number_at(stream, -1.0) == -1


@pytest.mark.parametrize("name", [*ALL])
def test_every_moment_of_every_stream_can_be_shown_and_is_bounded(
    name: str, get: Callable[..., Any]
) -> None:
    events = get(name)["events"]
    for number in {0, events // 2, max(0, events - 1)}:
        shown = get(name, "moment", n=number)
        assert size(shown) < 4 * LIMIT
        if shown["frame"] is not None:
            assert len(shown["frame"]["text"]) <= LIMIT


def test_a_huge_text_shows_its_end_and_its_length(get: Callable[..., Any]) -> None:
    (part,) = get("huge", "moment", n=10)["parts"]
    assert (len(part["text"]), part["length"]) == (LIMIT, 1_000_000)


@pytest.mark.parametrize(
    ("text", "value", "complete"),
    [
        ('{"a": [1, {"b": "c', {"a": [1, {"b": "c"}]}, False),
        (" [1, 2]", [1, 2], True),
        ('{"a": 1, oops', {"a": 1}, False),
    ],
)
def test_a_partial_object_has_what_arrived(text: str, value: Any, complete: bool) -> None:
    shown = shown_partial(text)
    assert shown is not None
    assert _value(shown) == value
    assert shown["complete"] is complete
    assert (shown["error"] is not None) is ("oops" in text)


def test_text_that_is_no_object_has_none() -> None:
    assert shown_partial("Hello") is None
    assert shown_partial("") is None


def test_a_value_that_is_too_long_shows_its_beginning() -> None:
    shown = shown_json(["x" * 100_000])
    assert len(shown["beginning"]) == LIMIT
    assert shown["length"] == 100_004
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    assert _value(shown_json(deep)) == "It cannot be written as JSON."
