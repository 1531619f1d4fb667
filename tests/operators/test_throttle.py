"""``throttle`` merges the pieces of a text, no more often than so many times a second."""

from __future__ import annotations

import asyncio
import threading
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reactivex import Subject
from reactivex import operators as rx_operators
from reactivex.testing import ReactiveTest, TestScheduler

from streamkit import AsyncOpenAI, OpenAI, iterate
from streamkit import operators as ops
from streamkit._core.pieces import Pieces
from streamkit.events import AttemptResetEvent
from streamkit.families.chat.machine import ChatEvents
from streamkit.structured.reader import Reader
from tests.chat_chunks import call, calls, choice, chunk, run, says, token
from tests.http_server import Do, ScriptedServer
from tests.operators.texts import events
from tests.sse_bodies import part, stream

on_next, on_error, on_completed = (
    ReactiveTest.on_next,
    ReactiveTest.on_error,
    ReactiveTest.on_completed,
)
LOST = OSError("lost")
RESET = AttemptResetEvent(2, 0, LOST)
SLOWLY = ops.throttle(1 / 10)


def shown(value: Any) -> Any:
    """Return the piece of a delta event, or the type of another event."""
    if isinstance(value, str):
        return value
    for name in ("delta", "arguments_delta"):
        if hasattr(value, name):
            return getattr(value, name)
    return value.type


def timed(*records: Any, operator: Any = SLOWLY, disposed: float = 1000) -> tuple[Any, Any]:
    """Return what comes out and when, and the subscriptions; the first is at 200."""
    scheduler = TestScheduler()
    source = scheduler.create_hot_observable(*records)
    messages = scheduler.start(lambda: source.pipe(operator), disposed=disposed).messages
    emitted: list[tuple[int, Any]] = []
    for message in messages:
        value: Any = message.value
        what = getattr(value, "exception", "end") if value.kind != "N" else shown(value.value)
        emitted.append((int(message.time), what))
    return emitted, source.subscriptions


def at(times: list[int], values: list[Any]) -> list[Any]:
    return [on_next(time, value) for time, value in zip(times, values, strict=True)]


def deltas(text: str, index: int = 0) -> list[Any]:
    return [event for event in events([*text], index) if event.type == "content.delta"]


def test_the_first_piece_comes_at_once_and_the_others_merged_in_time() -> None:
    emitted, subscriptions = timed(
        *at([210, 212, 214, 221, 240], deltas("abcde")), on_completed(260)
    )
    assert emitted == [(210, "a"), (220, "bc"), (230, "d"), (240, "e"), (260, "end")]
    assert subscriptions == [ReactiveTest.subscribe(200, 260)]


def test_strings_are_merged_as_well() -> None:
    emitted, _ = timed(*at([210, 212, 214], ["a", "b", "c"]), on_completed(230))
    assert emitted == [(210, "a"), (220, "bc"), (230, "end")]


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        pytest.param([on_completed(210)], [(210, "end")], id="empty"),
        pytest.param([], [], id="never"),
        pytest.param([on_error(210, LOST)], [(210, LOST)], id="error"),
        pytest.param(
            [*at([210, 212], deltas("ab")), on_error(214, LOST)],
            [(210, "a"), (214, "b"), (214, LOST)],
            id="error after a piece that waits",
        ),
        pytest.param(
            [*at([210, 212], deltas("ab")), on_completed(214)],
            [(210, "a"), (214, "b"), (214, "end")],
            id="end after a piece that waits",
        ),
        pytest.param(
            at([210, 212, 213], [*deltas("ab"), RESET]),
            [(210, "a"), (213, "b"), (213, "attempt.reset")],
            id="an event that is no piece",
        ),
    ],
)
def test_at_the_end_nothing_waits(records: list[Any], expected: list[Any]) -> None:
    assert timed(*records)[0] == expected


def test_done_events_come_at_once_after_the_rest_of_their_text() -> None:
    answer = [event for event in events([*"abc"]) if event.type != "chunk"]
    emitted, _ = timed(*at([210, 212, 213, 214], answer))
    assert emitted == [(210, "a"), (214, "bc"), (214, "content.done")]


def test_another_kind_lets_the_rest_of_a_text_go() -> None:
    thinks = [chunk(choice(reasoning_content=piece)) for piece in "ab"]
    made = run(ChatEvents(Reader()), [*thinks, says("c"), says("d")])
    pieces = [event for event in made if event.type.endswith(".delta")]
    emitted, _ = timed(*at([210, 212, 213, 214], pieces))
    assert emitted == [(210, "a"), (213, "b"), (220, "cd")]


def test_another_call_lets_the_rest_of_the_arguments_go() -> None:
    made = run(
        ChatEvents(Reader()),
        [
            calls(call(0, "", id="c0", name="f")),
            *(calls(call(0, piece)) for piece in "{}"),
            calls(call(1, "[", id="c1", name="f")),
        ],
    )
    pieces = [event for event in made if event.type.endswith("arguments.delta")]
    emitted, _ = timed(*at([210, 212, 214, 216], pieces))
    assert emitted == [(210, ""), (216, "{}"), (220, "[")]


def test_choices_do_not_let_one_another_go() -> None:
    one, other = deltas("ab", 0), deltas("xy", 1)
    emitted, _ = timed(*at([210, 211, 212, 213], [one[0], other[0], one[1], other[1]]))
    assert emitted == [(210, "a"), (220, "b"), (220, "xy")]


def test_log_probabilities_come_beside_their_text() -> None:
    chunks = [
        chunk(choice(content=piece, logprobs={"content": [token(piece)], "refusal": None}))
        for piece in "abc"
    ]
    made = run(ChatEvents(Reader()), chunks)[:-2]
    pieces = [event for event in made if event.type.endswith(".delta")]
    scheduler = TestScheduler()
    source = scheduler.create_hot_observable(*at([210, 210, 212, 212, 214, 214], pieces))
    messages = scheduler.start(lambda: source.pipe(SLOWLY)).messages
    notifications: list[Any] = [message.value for message in messages]
    seen = [notification.value for notification in notifications]
    assert [event.type for event in seen[1:]] == ["content.delta", "logprobs.content.delta"]
    assert seen[1].delta == "bc"
    assert [each.token for each in seen[2].content] == ["a", "b", "c"]


def test_of_chunk_events_the_last_of_a_span_is_emitted_before_its_piece() -> None:
    answer = events([*"abc"])[:6]
    emitted, _ = timed(*at([210, 210, 212, 212, 214, 214], answer))
    assert emitted == [(210, "chunk"), (210, "a"), (220, "chunk"), (220, "bc")]


def test_a_merged_event_has_the_views_of_its_last_piece() -> None:
    pieces = Pieces()
    for event in deltas('{"a'):
        assert pieces.put(event) == ()
    (merged,) = pieces.take()
    assert (merged.delta, merged.snapshot) == ('{"a', '{"a')


def test_disposal_drops_what_waits_and_the_timer() -> None:
    emitted, subscriptions = timed(*at([210, 212], deltas("ab")), disposed=215)
    assert emitted == [(210, "a")]
    assert subscriptions == [ReactiveTest.subscribe(200, 215)]


def test_each_subscription_has_a_state_of_its_own() -> None:
    scheduler = TestScheduler()
    source: Subject[str] = Subject()
    throttled = source.pipe(ops.throttle(1 / 10, scheduler=scheduler))
    seen: list[list[str]] = [[], []]
    throttled.subscribe(seen[0].append)
    source.on_next("a")
    throttled.subscribe(seen[1].append)
    source.on_next("b")
    scheduler.advance_by(20)
    assert seen == [["a", "b"], ["b"]]


@given(st.lists(st.integers(200, 300)), st.sampled_from([0.05, 0.1, 1.0]))
def test_nothing_is_lost_whenever_it_comes(times: list[int], per_second: float) -> None:
    texts = deltas("".join(chr(97 + i % 26) for i, _ in enumerate(times)))
    operator = ops.throttle(per_second)
    emitted, _ = timed(
        *at(sorted(t + 1 for t in times), texts), on_completed(400), operator=operator
    )
    assert "".join(what for _, what in emitted[:-1]) == "".join(map(shown, texts))
    spans = [time for time, _ in emitted[:-2]]
    assert all(b - a >= 1 / per_second - 1 for a, b in pairwise(spans))


# Within loops


def test_a_for_loop_gets_what_waits_while_the_server_is_silent() -> None:
    body = stream(part("a"), part("b"), end=[Do.HOLD])
    seen: list[str] = []
    with ScriptedServer(body) as server:
        with OpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
            answer = client.chat.completions.observe(model="m", messages=[])
            for text in iterate(answer.pipe(ops.text(), ops.throttle(100))):
                seen.append(text)
                if "".join(seen) == "ab":
                    break
        assert server.hung_up.wait(10)


def test_an_async_loop_gets_what_waits_on_its_own_thread() -> None:
    threads: set[int] = set()

    async def main() -> list[str]:
        seen: list[str] = []
        with ScriptedServer(stream(part("a"), part("b"), end=[Do.HOLD])) as server:
            async with AsyncOpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
                answer = client.chat.completions.observe(model="m", messages=[])
                paced = answer.pipe(
                    ops.text(),
                    ops.throttle(100),
                    rx_operators.do_action(lambda _: threads.add(threading.get_ident())),
                )
                async for text in iterate(paced):
                    seen.append(text)
                    if "".join(seen) == "ab":
                        break
        return seen

    assert "".join(asyncio.run(main())) == "ab"
    assert threads == {threading.get_ident()}


@pytest.mark.parametrize("per_second", [0, -1, float("nan")])
def test_a_pace_that_is_none_is_refused(per_second: float) -> None:
    with pytest.raises(ValueError, match="throttle takes"):
        ops.throttle(per_second)


def test_a_mistake_of_the_observer_is_raised_to_the_source() -> None:
    def fail(_: str) -> None:
        raise LOST

    source: Subject[str] = Subject()
    source.pipe(ops.throttle(1, scheduler=TestScheduler())).subscribe(fail)
    with pytest.raises(OSError, match="lost"):
        source.on_next("a")
    source.on_next("b")  # nobody listens any more


def test_an_observer_that_feeds_its_source_is_served_in_order() -> None:
    source: Subject[Any] = Subject()
    seen: list[Any] = []

    def feed(value: Any) -> None:
        if value is RESET and len(seen) < 3:
            source.on_next(RESET)
        seen.append(value)

    source.pipe(ops.throttle(1, scheduler=TestScheduler())).subscribe(feed)
    source.on_next(RESET)
    assert seen == [RESET] * 4
