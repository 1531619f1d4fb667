"""A hub keeps its rules on the events of every protocol."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pytest
from reactivex.subject import Subject

from streamkit import APIConnectionError, Hub
from tests.families.common.answers import ANSWERS, Answer, in_letters
from tests.families.common.protocols import PROTOCOLS
from tests.families.common.taking import begun, events_of, source_of, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence


families = pytest.mark.parametrize("family", PROTOCOLS)

TEXT, CALLS = ANSWERS["text"], ANSWERS["calls"]
LOST = APIConnectionError(message="lost")


def arguments_of(events: Sequence[Any]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for event in events:
        if event.type == "tool_calls.function.arguments.delta":
            texts[event.tool_call_id] = texts.get(event.tool_call_id, "") + event.arguments_delta
    return texts


def whole_arguments(answer: Answer) -> dict[str, str]:
    return {id: "".join(pieces) for id, pieces in answer.calls.items()}


overflows = pytest.mark.parametrize("overflow", ["block", "coalesce", "drop_oldest", "fail"])
ends = pytest.mark.parametrize("end", [None, LOST], ids=["whole", "error"])


@pytest.mark.diagonal
@families
@overflows
@ends
@pytest.mark.parametrize("answer", [TEXT, CALLS, in_letters(CALLS)], ids=["text", "calls", "cut"])
def test_each_consumer_of_a_hub_gets_the_answer_and_its_end(
    family: str, overflow: Any, answer: Answer, end: Any
) -> None:
    hub: Hub[Any] = Hub()
    consumers = [hub.consumer(overflow=overflow) for _ in range(2)]
    hub.connect(source_of(events_of(family, answer), end))
    for consumer in consumers:
        seen: list[Any] = []
        with pytest.raises(APIConnectionError) if end else nullcontext():
            seen.extend(consumer)
        assert (text_of(seen), arguments_of(seen)) == (answer.content, whole_arguments(answer))


@ends
@overflows
def test_the_consumers_of_a_hub_without_events_get_its_end(overflow: Any, end: Any) -> None:
    hub: Hub[Any] = Hub()
    consumer = hub.consumer(overflow=overflow)
    hub.connect(source_of([], end))
    with pytest.raises(APIConnectionError) if end else nullcontext():
        assert list(consumer) == []


@families
def test_a_consumer_that_leaves_takes_nothing_from_the_others_and_the_last_lets_go(
    family: str,
) -> None:
    first, second, *rest = events_of(family, TEXT)
    source: Subject[Any] = Subject()
    hub: Hub[Any] = Hub()
    leaves, stays = hub.consumer(), hub.consumer()
    hub.connect(source)
    source.on_next(first)
    assert next(leaves) is first
    leaves.close()
    for event in (second, *rest):
        source.on_next(event)
    assert [next(stays) for _ in (first, second, *rest)] == [first, second, *rest]
    assert source.observers
    stays.close()
    assert not source.observers


@families
def test_a_slow_consumer_of_a_hub_gets_one_event_of_a_part(family: str) -> None:
    events = begun(events_of(family, in_letters(TEXT)))
    hub: Hub[Any] = Hub()
    slow = hub.consumer(overflow="coalesce", limit=4)
    for event in events:
        hub.on_next(event)
    hub.on_completed()
    seen = list(slow)
    assert (text_of(seen), len(seen)) == (TEXT.content, len({event.type for event in seen}))
