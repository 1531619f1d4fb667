from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from email.utils import format_datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import reactivex as rx
import tenacity
from reactivex import operators as rx_operators
from reactivex.disposable import Disposable
from reactivex.scheduler import CurrentThreadScheduler, EventLoopScheduler
from reactivex.testing import ReactiveTest, TestScheduler

from streamkit import AsyncOpenAI, OpenAI, errors
from streamkit._http.backoff import LONGEST_RETRY_AFTER, back_off, is_transient
from streamkit.events import AttemptResetEvent, ContentDeltaEvent
from streamkit.operators import accumulate, partial_parse, pipe, retry_stream, split_by_choice
from streamkit.types import ChatCompletion
from tests.chat_chunks import ends, says
from tests.http_server import Do, ScriptedServer, response
from tests.sse_bodies import DONE, part, stream

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reactivex import Observable, abc

    from tests.http_server import Script

CUT = errors.StreamTruncatedError("cut")
ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}
AT_ONCE = tenacity.wait_none()


def status_error(status: int, **headers: str) -> errors.APIStatusError:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return errors.APIStatusError("no", response=httpx.Response(status, headers=names))


class Attempts:
    """A cold source whose n-th subscription follows the n-th diagram; the last diagram repeats.

    ``#`` is ``error``. A column is a second of virtual time.
    """

    def __init__(self, *diagrams: str, error: Exception = CUT) -> None:
        self.scheduler = TestScheduler()
        self.begun: list[float] = []
        self.let_go: list[float] = []
        self._diagrams = diagrams
        self._error = error

    @property
    def source(self) -> Observable[str]:
        return rx.Observable(self._subscribe)

    def run(
        self, operator: Callable[[Observable[str]], Observable[Any]], until: float = 800
    ) -> list[tuple[float, object]]:
        """Return the emitted items and their times, counted from the subscription."""
        start = ReactiveTest.subscribed
        result = self.scheduler.start(lambda: self.source.pipe(operator), disposed=start + until)
        recorded: list[tuple[float, object]] = []
        for message in result.messages:
            notification: Any = message.value
            said = {"N": "value", "E": "exception"}.get(notification.kind, "")
            recorded.append((message.time - start, getattr(notification, said, "|")))
        return recorded

    def _subscribe(
        self, observer: abc.ObserverBase[str], _: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        diagram = self._diagrams[min(len(self.begun), len(self._diagrams) - 1)]
        self.begun.append(self._now())
        marbles = rx.from_marbles(diagram, timespan=1.0, error=self._error)
        inner = marbles.subscribe(observer, scheduler=self.scheduler)

        def dispose() -> None:
            self.let_go.append(self._now())
            inner.dispose()

        return Disposable(dispose)

    def _now(self) -> float:
        now: float = self.scheduler.clock
        return now - ReactiveTest.subscribed


def reset(attempt: int, wait: float, error: Exception = CUT) -> AttemptResetEvent:
    return AttemptResetEvent(attempt, wait, error)


EVERY_TEN = tenacity.wait_fixed(10)


def test_a_stream_that_succeeds_is_passed_on() -> None:
    attempts = Attempts("-a-b-|")
    assert attempts.run(retry_stream()) == [(1, "a"), (3, "b"), (5, "|")]
    assert attempts.let_go == [5]


def test_an_empty_stream_is_empty() -> None:
    assert Attempts("--|").run(retry_stream()) == [(2, "|")]


def test_a_stream_that_was_cut_is_begun_anew_after_a_reset() -> None:
    attempts = Attempts("-a-b-#", "-a-b-c-|")
    assert attempts.run(retry_stream(wait=EVERY_TEN)) == [
        (1, "a"),
        (3, "b"),
        (5, reset(2, 10.0)),
        (16, "a"),
        (18, "b"),
        (20, "c"),
        (22, "|"),
    ]
    assert attempts.begun == [0, 15]
    assert attempts.let_go == [5, 22]


def test_the_error_of_the_last_attempt_passes() -> None:
    attempts = Attempts("-a-#")
    recorded = attempts.run(retry_stream(max_attempts=3, wait=EVERY_TEN))
    assert [value for _, value in recorded] == ["a", reset(2, 10.0), "a", reset(3, 10.0), "a", CUT]
    assert attempts.begun == [0, 13, 26]


def test_one_attempt_is_none_anew() -> None:
    assert Attempts("-#").run(retry_stream(max_attempts=1)) == [(1, CUT)]


@pytest.mark.parametrize("max_attempts", [0, -1])
def test_there_is_at_least_one_attempt(max_attempts: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        retry_stream(max_attempts=max_attempts)


COMPLETION = ChatCompletion(id="c", choices=[])
REFUSED = status_error(400)
PASSING: dict[str, Exception] = {
    "cut": CUT,
    "the connection": errors.APIConnectionError(),
    "silence": errors.APITimeoutError(),
    "nothing but keep-alives": errors.StreamDecodeError("no", received=": ping\n\n"),
    "conflict": status_error(409),
    "too many requests": status_error(429),
    "the server's fault": status_error(503),
    "the server says so": status_error(400, x_should_retry="true"),
    "reported with a status": errors.APIError("no", body={"code": 502}),
    "reported with a status as text": errors.APIError("no", body={"code": "429"}),
    "reported with a code": errors.APIError("no", body={"code": "rate_limit_exceeded"}),
    "reported with a type": errors.APIError("no", body={"type": "InternalServerError"}),
    "reported as overloaded": errors.APIError("no", body={"type": "overloaded_error"}),
}
LASTING: dict[str, Exception] = {
    "closed": errors.StreamClosedError("closed"),
    "does not fit": errors.ParseError("no", content="{"),
    "too long": errors.LengthFinishReasonError.__new__(errors.LengthFinishReasonError),
    "filtered": errors.ContentFilterFinishReasonError.__new__(
        errors.ContentFilterFinishReasonError
    ),
    "no stream": errors.StreamDecodeError("no", received="<html>"),
    "refused": REFUSED,
    "the server says not": status_error(500, x_should_retry="false"),
    "to be waited for too long": status_error(503, retry_after=str(LONGEST_RETRY_AFTER + 1)),
    "reported, of the request": errors.APIError("no", body={"code": "invalid_request_error"}),
    "reported without a code": errors.APIError("no"),
    "reported with odd codes": errors.APIError("no", body={"code": [5], "type": 1e400}),
    "reported with a huge code": errors.APIError("no", body={"code": "5" * 5000}),
    "a mistake": TypeError("no"),
}


@pytest.mark.parametrize("error", PASSING.values(), ids=PASSING.keys())
def test_what_may_pass_is_tried_again(error: Exception) -> None:
    attempts = Attempts("#", "a|", error=error)
    (_, first), *rest = attempts.run(retry_stream(wait=AT_ONCE))
    assert first == reset(2, 0, error)
    assert [value for _, value in rest] == ["a", "|"]


@pytest.mark.parametrize("error", LASTING.values(), ids=LASTING.keys())
def test_what_cannot_pass_is_not(error: Exception) -> None:
    attempts = Attempts("-#", error=error)
    assert attempts.run(retry_stream()) == [(1, error)]
    assert len(attempts.begun) == 1


def test_what_is_tried_again_can_be_chosen() -> None:
    misfit = errors.ParseError("no", content="{")
    attempts = Attempts("-#", "-|", error=misfit)
    retry = retry_stream(retry_if=lambda error: error is misfit, wait=AT_ONCE)
    assert attempts.run(retry) == [(1, reset(2, 0, misfit)), (2, "|")]


def test_what_its_user_closed_is_not_begun_anew_whatever_is_chosen() -> None:
    closed = errors.StreamClosedError("closed")
    assert Attempts("-#", error=closed).run(retry_stream(retry_if=lambda _: True)) == [(1, closed)]


def test_an_error_of_the_choice_is_the_error_of_the_stream() -> None:
    mine = ValueError("mine")

    def choose(_: Exception) -> bool:
        raise mine

    assert Attempts("-#").run(retry_stream(retry_if=choose)) == [(1, mine)]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"retry_after": "30"}, 30), ({"retry_after_ms": "4000"}, 4), ({"retry_after": "-1"}, 10)],
)
def test_the_wait_is_what_the_server_asks_for(headers: dict[str, str], seconds: float) -> None:
    busy = status_error(429, **headers)
    attempts = Attempts("-#", "|", error=busy)
    recorded = attempts.run(retry_stream(wait=EVERY_TEN))
    assert recorded == [(1, reset(2, seconds, busy)), (1 + seconds, "|")]


def test_a_date_that_the_server_names_is_one_of_the_scheduler() -> None:
    date = TestScheduler().to_datetime(ReactiveTest.subscribed + 41)
    busy = status_error(429, retry_after=format_datetime(date, usegmt=True))
    attempts = Attempts("-#", "|", error=busy)
    chosen = partial(is_transient, now=date - timedelta(seconds=40))
    assert attempts.run(retry_stream(retry_if=chosen))[1] == (41, "|")


WAITS: dict[str, tuple[Callable[[Any], float], list[float]]] = {
    "fixed": (tenacity.wait_fixed(2), [0, 2, 4, 6]),
    "incrementing": (tenacity.wait_incrementing(1, 2), [0, 1, 4, 9]),
    "exponential": (tenacity.wait_exponential(max=3), [0, 1, 3, 6]),
    "chain": (tenacity.wait_chain(*map(tenacity.wait_fixed, (3, 2, 1))), [0, 3, 5, 6]),
    "sum": (tenacity.wait_fixed(1) + tenacity.wait_incrementing(0, 1), [0, 1, 3, 6]),
    "by the error": (tenacity.wait_exception(lambda error: len(str(error))), [0, 3, 6, 9]),
    "random": (tenacity.wait_random(2, 2), [0, 2, 4, 6]),
    "a function": (lambda state: state.attempt_number + state.idle_for, [0, 1, 4, 11]),
}


@pytest.mark.parametrize(("wait", "begun"), WAITS.values(), ids=WAITS)
def test_any_wait_of_tenacity_serves(wait: Callable[[Any], float], begun: list[float]) -> None:
    attempts = Attempts("#", error=errors.StreamTruncatedError("cut"))
    attempts.run(retry_stream(max_attempts=4, wait=wait))
    assert attempts.begun == begun


def test_a_wait_is_given_the_attempts_so_far() -> None:
    seen: list[tuple[Any, ...]] = []

    def wait(state: Any) -> float:
        error: Exception = state.outcome.exception()
        with pytest.raises(errors.StreamTruncatedError):
            state.outcome.result()
        assert state.seconds_since_start >= 0
        seen.append((state.attempt_number, state.idle_for, state.outcome.failed, error))
        return 2.5

    Attempts("#").run(retry_stream(max_attempts=3, wait=wait))
    assert seen == [(1, 0, True, CUT), (2, 2.5, True, CUT)]


def test_the_default_wait_doubles_and_is_blurred() -> None:
    attempts = Attempts("#")
    recorded: list[Any] = attempts.run(retry_stream(max_attempts=7, wait=back_off))
    waits = [event.wait for _, event in recorded if isinstance(event, AttemptResetEvent)]
    longest = [0.5, 1, 2, 4, 8, 8]
    assert all(0.75 * most <= wait <= most for wait, most in zip(waits, longest, strict=True))


@pytest.mark.parametrize("until", [1.5, 3, 9])
def test_disposal_stops_at_once_also_during_the_wait(until: float) -> None:
    attempts = Attempts("-a-#")
    attempts.run(retry_stream(wait=EVERY_TEN), until=until)
    assert attempts.begun == [0]
    assert attempts.let_go == [min(until, 3)]


def test_disposal_lets_go_of_a_later_attempt() -> None:
    attempts = Attempts("-#", "--a--------")
    attempts.run(retry_stream(wait=EVERY_TEN), until=15)
    assert attempts.let_go == [1, 15]


def test_whoever_has_enough_with_the_reset_begins_nothing() -> None:
    attempts = Attempts("-a-#")
    recorded = attempts.run(pipe(retry_stream(wait=EVERY_TEN), rx_operators.take(2)))
    assert recorded == [(1, "a"), (3, reset(2, 10.0)), (3, "|")]
    assert attempts.begun == [0]


def test_to_dispose_while_the_next_attempt_waits_for_its_turn_begins_nothing() -> None:
    attempts = Attempts("-#")
    retried = attempts.source.pipe(retry_stream(wait=EVERY_TEN))

    def take_a_turn(*_: object) -> None:
        subscription = retried.subscribe(scheduler=attempts.scheduler)
        attempts.scheduler.start()  # the wait is over, but this action still runs
        subscription.dispose()

    CurrentThreadScheduler.singleton().schedule(take_a_turn)
    assert len(attempts.begun) == 1


def test_state_is_per_subscription() -> None:
    attempts = Attempts("-#")
    retried = attempts.source.pipe(retry_stream(max_attempts=2, wait=EVERY_TEN))
    errors: list[Exception] = []
    for _ in range(2):
        retried.subscribe(on_error=errors.append, scheduler=attempts.scheduler)
    attempts.scheduler.start()
    assert errors == [CUT, CUT]
    assert len(attempts.begun) == 4


def test_a_source_that_cannot_be_subscribed_to_again_is_an_error() -> None:
    lost, begun = OSError("lost"), 0

    def subscribe(observer: abc.ObserverBase[str], _: object = None) -> abc.DisposableBase:
        nonlocal begun
        begun += 1
        if begun == 2:
            raise lost
        observer.on_error(CUT)
        return Disposable()

    recorded: list[object] = []
    rx.Observable(subscribe).pipe(retry_stream(wait=AT_ONCE)).subscribe(
        recorded.append, recorded.append
    )
    assert recorded == [reset(2, 0), lost]


def test_a_reset_says_what_had_arrived_and_why() -> None:
    error = errors.StreamTruncatedError("cut")
    error.partial = COMPLETION
    event = reset(2, 0.5, error)
    assert event.completion is COMPLETION
    assert reset(2, 0.5).to_dict() == {
        "type": "attempt.reset",
        "attempt": 2,
        "wait": 0.5,
        "error": "cut",
        "completion": None,
    }


def test_stages_before_it_begin_anew() -> None:
    attempts = iter(
        [rx.concat(rx.of(says("a")), rx.throw(CUT)), rx.from_iterable([says("b"), ends()])]
    )
    stages = pipe(accumulate(), split_by_choice(), rx_operators.flat_map(partial_parse()))
    recorded: list[Any] = []
    rx.defer(lambda _: next(attempts)).pipe(stages, retry_stream(wait=AT_ONCE)).subscribe(
        recorded.append
    )
    assert [event.type for event in recorded] == [
        "content.delta",
        "attempt.reset",
        "content.delta",
        "content.done",
    ]
    assert recorded[-1].content == recorded[-2].snapshot == "b"


# On the client


HALF = stream(part("Ha"), part("lf"))
WHOLE = stream(part("Whole", "stop"), DONE)
RETRIED = ["chunk", "content.delta", "chunk", "content.delta", "attempt.reset"]
ALL = [*RETRIED, "chunk", "content.delta", "content.done", "finish"]


def text_shown(events: Sequence[Any]) -> str:
    """Return the text that a user sees at the end if the page is cleared at each reset."""
    shown = ""
    for event in events:
        if isinstance(event, AttemptResetEvent):
            shown = ""
        elif isinstance(event, ContentDeltaEvent):
            shown += event.delta
    return shown


def test_text_is_never_doubled() -> None:
    seen: list[Any] = []
    with ScriptedServer(HALF, WHOLE) as server:
        with OpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
            client.chat.completions.observe(**ASKED).pipe(retry_stream(wait=AT_ONCE)).subscribe(
                seen.append
            )
    assert [event.type for event in seen] == ALL
    assert seen[4].completion.choices[0].message.content == "Half"
    assert text_shown(seen) == "Whole"


async def test_text_is_never_doubled_on_a_loop() -> None:
    seen: list[Any] = []
    ended = asyncio.Event()
    with ScriptedServer(HALF, WHOLE) as server:
        async with AsyncOpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
            events = client.chat.completions.observe(**ASKED).pipe(retry_stream(wait=AT_ONCE))
            events.subscribe(seen.append, on_completed=ended.set)
            await ended.wait()
    assert [event.type for event in seen] == ALL
    assert text_shown(seen) == "Whole"


def test_a_server_that_is_busy_is_waited_for() -> None:
    busy: Script = [response(429, b"{}", [("retry-after-ms", "1")])]
    seen: list[Any] = []
    with ScriptedServer(busy, busy, WHOLE) as server:
        with OpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
            client.chat.completions.observe(**ASKED).pipe(retry_stream()).subscribe(seen.append)
    assert [event.wait for event in seen[:2]] == [0.001, 0.001]
    assert text_shown(seen) == "Whole"


def test_to_dispose_wakes_a_thread_that_waits() -> None:
    waiting = threading.Event()
    enough: rx.Subject[None] = rx.Subject()

    def watch() -> None:
        waiting.wait(10)
        enough.on_next(None)

    def see(event: Any) -> None:
        if isinstance(event, AttemptResetEvent):
            waiting.set()

    watcher = threading.Thread(target=watch)
    watcher.start()
    with ScriptedServer(HALF) as server:
        with OpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
            # The wait must end at once, or the test runs for an hour.
            events = client.chat.completions.observe(**ASKED)
            retried = events.pipe(retry_stream(wait=tenacity.wait_fixed(3600)))
            retried.pipe(rx_operators.take_until(enough)).subscribe(see)
        assert len(server.requests) == 1
    watcher.join()


def test_the_wait_is_spent_on_the_scheduler_and_disposal_hangs_up() -> None:
    scheduler = EventLoopScheduler()
    begun = threading.Event()
    seen: list[Any] = []

    def see(event: Any) -> None:
        seen.append(event)
        if event.type == "content.delta" and event.delta == "late":
            begun.set()

    endless = stream(part("late"), end=[Do.HOLD])
    with ScriptedServer(HALF, endless) as server:
        with OpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
            events = client.chat.completions.observe(**ASKED)
            subscription = events.pipe(retry_stream(wait=AT_ONCE)).subscribe(
                see, scheduler=scheduler
            )
            assert begun.wait(10)
            subscription.dispose()
            assert server.hung_up.wait(10)
    scheduler.dispose()
    assert text_shown(seen) == "late"
