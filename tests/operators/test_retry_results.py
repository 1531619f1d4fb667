"""A finished answer is not retried, and a finished call can be emitted once over all attempts."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any, Literal

import pytest
import reactivex as rx
import tenacity
from reactivex import operators as rx_operators

from streamkit import OpenAI, errors
from streamkit.events import ContentDeltaEvent
from streamkit.families.assistants.message_events import TextDoneEvent
from streamkit.operators import accumulate, chat_events, pipe, retry_stream, split_by_choice
from streamkit.operators.retry_stream import HELD_RESULTS
from streamkit.types.beta.threads import Text
from tests.chat_chunks import call, calls, ends, says
from tests.http_server import ScriptedServer
from tests.sse_bodies import part, stream

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reactivex import Observable

    from streamkit.types import ChatCompletionChunk

CUT = errors.StreamTruncatedError("cut")
AT_ONCE = tenacity.wait_none()
SHORT = {
    "content.delta": "delta",
    "tool_calls.function.arguments.delta": "call.delta",
    "tool_calls.function.arguments.done": "call.done",
    "attempt.reset": "reset",
}

Attempt = tuple["Sequence[Any]", Exception | None]
"""The items of an attempt, and the error that ends it."""


def cold(*attempts: Attempt) -> tuple[Observable[Any], list[Attempt]]:
    """Return a source whose n-th subscription is the n-th attempt, and the list of those left."""
    left = list(attempts)

    def begin(_: object) -> Observable[Any]:
        items, error = left.pop(0)
        # A copy, because the error collects the partial results of the attempt that it ends.
        return rx.concat(rx.from_iterable(items), rx.throw(copy(error)) if error else rx.empty())

    return rx.defer(begin), left


def emitted(observable: Observable[Any]) -> list[str]:
    """Return the types of the emitted items, and the end."""
    seen: list[str] = []

    def see(item: Any) -> None:
        kind = getattr(item, "type", type(item).__name__)
        seen.append(SHORT.get(kind, kind))

    observable.subscribe(
        see, lambda error: seen.append(type(error).__name__), lambda: seen.append("|")
    )
    return seen


UPDATES = pipe(accumulate(), split_by_choice(), rx_operators.flat_map(lambda choice: choice))
STAGES: dict[str, Callable[[Observable[Any]], Observable[Any]]] = {
    "chunks": pipe(),
    "chunk events": accumulate(),
    "documented events": chat_events(),
    "updates": UPDATES,
}


@pytest.mark.parametrize("results", ["each", "once"])
@pytest.mark.parametrize("stages", STAGES.values(), ids=STAGES.keys())
def test_what_has_a_finish_reason_is_not_begun_anew(
    stages: Callable[[Observable[Any]], Observable[Any]], results: Literal["each", "once"]
) -> None:
    source, left = cold(([says("a"), ends()], CUT), ([says("b"), ends()], None))
    events = emitted(source.pipe(stages, retry_stream(wait=AT_ONCE, results=results)))
    assert "reset" not in events
    assert events[-1] == "StreamTruncatedError"
    assert len(left) == 1


def test_one_choice_that_is_finished_is_enough() -> None:
    source, left = cold(([says("a"), says("x", 1), ends(index=1)], CUT), ([], None))
    assert emitted(source.pipe(retry_stream(wait=AT_ONCE)))[-1] == "StreamTruncatedError"
    assert len(left) == 1


def test_a_finish_reason_outweighs_what_is_chosen_to_be_tried_again() -> None:
    source, left = cold(([ends()], CUT), ([], None))
    retried = source.pipe(retry_stream(retry_if=lambda _: True, wait=AT_ONCE))
    assert emitted(retried) == ["ChatCompletionChunk", "StreamTruncatedError"]
    assert len(left) == 1


def test_a_finish_reason_of_an_attempt_that_was_left_is_none_of_the_next() -> None:
    source, _ = cold(([says("a")], CUT), ([says("b")], CUT), ([says("c"), ends()], None))
    assert emitted(source.pipe(retry_stream(wait=AT_ONCE))).count("reset") == 2


def test_a_cut_after_the_finish_reason_arrives_with_the_completion_and_makes_no_request() -> None:
    seen: list[Any] = []
    ended: list[Any] = []
    broken = stream(part("Whole", "stop"), b'data: {"error": {"message": "late"}}\n\n')
    with ScriptedServer(broken, broken) as server:
        with OpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
            events = client.chat.completions.observe(
                model="m", messages=[{"role": "user", "content": "hello"}]
            )
            retried = events.pipe(retry_stream(retry_if=lambda _: True, wait=AT_ONCE))
            retried.subscribe(seen.append, ended.append)
        assert len(server.requests) == 1
    assert [event.delta for event in seen if isinstance(event, ContentDeltaEvent)] == ["Whole"]
    assert ended[0].completion.choices[0].message.content == "Whole"


@pytest.mark.parametrize("results", ["each", "once"])
@pytest.mark.parametrize("shown", [("content.delta",), ("content.delta", "content.done"), ()])
def test_so_it_is_where_no_finish_reason_is_to_be_seen(
    shown: Sequence[str], results: Literal["each", "once"]
) -> None:
    failed: list[Exception] = []
    broken = stream(
        part("Whole", "stop"), b'data: {"error": {"message": "late", "code": "server_error"}}\n\n'
    )
    with ScriptedServer(broken) as server:
        with OpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
            events: Observable[Any] = client.chat.completions.observe(
                model="m", messages=[{"role": "user", "content": "hello"}]
            )

            def is_shown(event: Any) -> bool:
                return event.type in shown

            events.pipe(
                rx_operators.filter(is_shown),
                retry_stream(wait=AT_ONCE, results=results),
            ).subscribe(on_error=failed.append)
        assert len(server.requests) == 1
    assert [type(error) for error in failed] == [errors.APIError]


# Results that are emitted once

CALLED = [calls(call(0, "{}", id="a", name="f")), calls(call(1, "{", id="b", name="g"))]
"""The first call is done when the second is opened."""
GOES_ON = [*CALLED, calls(call(1, "}"))]


def chat(*attempts: tuple[Sequence[ChatCompletionChunk], Exception | None]) -> Observable[Any]:
    source, _ = cold(*attempts)

    def is_no_chunk(event: Any) -> bool:
        return bool(event.type != "chunk")

    events: Observable[Any] = source.pipe(chat_events())
    return events.pipe(rx_operators.filter(is_no_chunk))


@pytest.mark.parametrize(
    ("results", "calls_done"), [("each", ["call.done", "call.done"]), ("once", ["call.done"])]
)
def test_a_call_that_a_lost_attempt_had_done_is_emitted_once_if_one_likes(
    results: Literal["each", "once"], calls_done: list[str]
) -> None:
    attempts = chat((CALLED, CUT), ([CALLED[0], ends("tool_calls")], None))
    events = emitted(attempts.pipe(retry_stream(wait=AT_ONCE, results=results)))
    assert [event for event in events if event == "call.done"] == calls_done


def test_what_is_held_back_comes_before_the_finish_reason() -> None:
    source, _ = cold((CALLED, CUT), ([*GOES_ON, ends("tool_calls")], None))
    events = source.pipe(chat_events(), retry_stream(wait=AT_ONCE, results="once"))
    lost = ["chunk", "call.delta", "chunk", "call.delta", "reset"]
    whole = ["chunk", "call.delta", "chunk", "call.delta", "chunk", "call.delta"]
    assert emitted(events) == [*lost, *whole, "call.done", "chunk", "call.done", "finish", "|"]


ENDS: dict[str, tuple[Exception | None, str]] = {
    "the end": (None, "|"),
    "an error that passes": (errors.ParseError("no", content="{"), "ParseError"),
}


@pytest.mark.parametrize(("error", "last"), ENDS.values(), ids=ENDS.keys())
def test_what_is_held_back_comes_before(error: Exception | None, last: str) -> None:
    source, _ = cold(([done("a"), says("x"), done("b")], error))
    events = source.pipe(retry_stream(results="once"))
    assert emitted(events) == ["ChatCompletionChunk", "text.done", "text.done", last]


def test_the_last_attempt_holds_nothing_back() -> None:
    source, _ = cold(([done("a"), says("x")], CUT), ([done("a"), says("x")], CUT))
    events = source.pipe(retry_stream(max_attempts=2, wait=AT_ONCE, results="once"))
    first = ["ChatCompletionChunk", "reset"]
    assert emitted(events) == [*first, "text.done", "ChatCompletionChunk", "StreamTruncatedError"]


def test_the_order_of_what_is_held_back_is_kept() -> None:
    source, _ = cold(([done(text) for text in "abc"], None))
    seen: list[Any] = []
    source.pipe(retry_stream(results="once")).subscribe(seen.append)
    assert [event.text.value for event in seen] == ["a", "b", "c"]


def test_with_more_results_than_are_held_back_the_attempt_is_the_last() -> None:
    attempt: Attempt = ([done("a")] * (HELD_RESULTS + 1), CUT)
    source, left = cold(attempt, attempt)
    events = emitted(source.pipe(retry_stream(wait=AT_ONCE, results="once")))
    assert events == [*["text.done"] * (HELD_RESULTS + 1), "StreamTruncatedError"]
    assert len(left) == 1


def test_as_many_as_are_held_back_are_void_with_their_attempt() -> None:
    source, _ = cold(([done("a")] * HELD_RESULTS, CUT), ([done("a")], None))
    events = emitted(source.pipe(retry_stream(wait=AT_ONCE, results="once")))
    assert events == ["reset", "text.done", "|"]


def test_another_word_is_refused() -> None:
    with pytest.raises(ValueError, match="'each' or 'once', not 'twice'"):
        retry_stream(results="twice")  # type: ignore[arg-type]  # the claim


def done(text: str) -> TextDoneEvent:
    return TextDoneEvent("m1", 0, Text(value=text, annotations=[]))
