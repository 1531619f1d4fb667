from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import reactivex as rx
from reactivex import operators as rx_operators

from streamkit.families.chat.log import ChoiceUpdate
from streamkit.machine import Machine
from streamkit.operators import accumulate, lift, partial_parse, pipe, split_by_choice
from streamkit.types import ChatCompletionChunk
from tests.chat_chunks import choice, chunk, ends, says

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from reactivex import GroupedObservable, Observable

    from tests.conftest import Marbles


def read(element: str) -> ChatCompletionChunk:
    """Return the chunk of ``0:a&1:x!``: choice 0 has content a, choice 1 has x and finishes."""
    return chunk(*map(part, element.split("&")))


def part(element: str) -> dict[str, Any]:
    index, content = element.split(":")
    finish_reason = "stop" if content.endswith("!") else None
    return choice(int(index), content=content.rstrip("!"), finish_reason=finish_reason)


class Deltas(Machine[ChoiceUpdate, str]):
    """A machine that emits the content of a choice, and its end."""

    def __init__(self, index: int) -> None:
        self._index = index

    def feed(self, value: ChoiceUpdate, /) -> Sequence[str]:
        return (f"{value.index}:{value.content}",)

    def close(self) -> Iterable[str]:
        return (f"{self._index}!",)


def deltas(choice: GroupedObservable[int, ChoiceUpdate]) -> Observable[str]:
    return choice.pipe(lift(lambda: Deltas(choice.key)))


SPLIT: Callable[[Observable[str]], Observable[GroupedObservable[int, ChoiceUpdate]]] = pipe(
    rx_operators.map(read), accumulate(), split_by_choice()
)
MERGED = pipe(SPLIT, rx_operators.flat_map(deltas))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(
            "--0:a--1:x--0:b&1:y----0:!-------|",
            "--0:a--1:x--(0:b,1:y)--(0:,0!)---(1!,|)",
            id="two choices",
        ),
        pytest.param(
            "--2:a--0:x!---------|", "--2:a--(0:x,0!)-----(2!,|)", id="any order, with gaps"
        ),
        pytest.param(
            "--0:a!--------0:b--|", "--(0:a,0!)----0:b--(0!,|)", id="speaks after its finish"
        ),
        pytest.param(
            "--0:a!--------0:---|", "--(0:a,0!)---------|", id="is silent after its finish"
        ),
        pytest.param("--|", "--|", id="empty"),
        pytest.param("-----", "-----", id="never"),
        pytest.param("--0:a--#", "--0:a--#", id="error"),
    ],
)
def test_each_choice_has_an_observable(marbles: Marbles, source: str, expected: str) -> None:
    marbles(source, MERGED, expected)


def test_the_key_of_an_observable_is_the_index_of_its_choice(marbles: Marbles) -> None:
    def key(choice: GroupedObservable[int, ChoiceUpdate]) -> str:
        return f"choice{choice.key}"

    keys = pipe(SPLIT, rx_operators.map(key))
    marbles("--2:a------2:b--0:x------|", keys, "--choice2-------choice0--|")


def test_disposal_lets_go_of_the_source(marbles: Marbles) -> None:
    marbles("--0:a--1:x--0:b--|", MERGED, "--0:a--1:x--", until="----------!")


def test_an_early_end_downstream_lets_go_of_the_source(marbles: Marbles) -> None:
    marbles("--0:a--1:x--|", pipe(MERGED, rx_operators.take(1)), "--(0:a,|)")


def test_the_source_is_held_until_the_last_choice_is_let_go() -> None:
    source: rx.Subject[ChatCompletionChunk] = rx.Subject()
    subscriptions: list[rx.abc.DisposableBase] = []
    deltas: list[str | None] = []

    def listen(choice: GroupedObservable[int, ChoiceUpdate]) -> None:
        subscriptions.append(choice.subscribe(lambda update: deltas.append(update.content)))

    outer = source.pipe(accumulate(), split_by_choice()).subscribe(listen)
    source.on_next(chunk(choice(0, content="a"), choice(1, content="x")))
    outer.dispose()
    first, second = subscriptions
    first.dispose()
    source.on_next(chunk(choice(0, content="b"), choice(1, content="y"), choice(2, content="z")))
    assert len(source.observers) == 1
    second.dispose()
    assert source.observers == []
    assert deltas == ["a", "x", "y"]


def test_an_error_reaches_every_choice_that_has_not_finished() -> None:
    source: rx.Subject[ChatCompletionChunk] = rx.Subject()
    errors: list[tuple[int, Exception]] = []

    def listen(choice: GroupedObservable[int, ChoiceUpdate]) -> None:
        choice.subscribe(on_error=lambda error: errors.append((choice.key, error)))

    source.pipe(accumulate(), split_by_choice()).subscribe(listen, lambda _: None)
    for chunk_ in (says("a", index=2), says("x", index=0), says("p", index=1), ends(index=1)):
        source.on_next(chunk_)
    lost = OSError("lost")
    source.on_error(lost)
    assert errors == [(2, lost), (0, lost)]


def test_usage_in_the_middle_belongs_to_no_choice(marbles: Marbles) -> None:
    usage = chunk(usage={"total_tokens": 3})
    chunks = {"a": says("a"), "usage": usage, "null": ChatCompletionChunk(), "end": ends()}
    operator = pipe(
        rx_operators.map(chunks.__getitem__),
        accumulate(),
        split_by_choice(),
        rx_operators.flat_map(deltas),
    )
    marbles("--a----usage--null--|", operator, "--0:a---------------(0!,|)")


def test_empty_log_probabilities_do_not_open_a_finished_choice_again() -> None:
    empty = chunk(choice(logprobs={"content": [], "refusal": None}))
    keys: list[int] = []
    rx.of(ends(), empty).pipe(accumulate(), split_by_choice()).subscribe(
        lambda choice: keys.append(choice.key)
    )
    assert keys == [0]


def test_reasoning_after_the_end_of_a_choice_opens_it_again() -> None:
    keys: list[int] = []
    rx.of(ends(), chunk(choice(reasoning="Hm"))).pipe(accumulate(), split_by_choice()).subscribe(
        lambda choice: keys.append(choice.key)
    )
    assert keys == [0, 0]


def test_state_is_per_subscription() -> None:
    chunks = [says("a"), says("x", index=1), ends(), ends(index=1)]
    observable = rx.from_iterable(chunks).pipe(
        accumulate(), split_by_choice(), rx_operators.flat_map(partial_parse())
    )
    assert done(observable) == done(observable) == ["a", "x"]


def done(observable: Observable[Any]) -> list[str]:
    events: list[Any] = []
    observable.subscribe(events.append)
    return [event.content for event in events if event.type == "content.done"]
