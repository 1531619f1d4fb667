"""A race is won by the first source with content; the others are closed, and their cost is said."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest
import reactivex
from reactivex import Observable
from reactivex.disposable import Disposable
from reactivex.scheduler import NewThreadScheduler
from reactivex.testing import ReactiveTest, TestScheduler

from streamkit import AsyncOpenAI, OpenAI, Usage, iterate, race
from streamkit import operators as ops
from streamkit.errors import StreamkitError
from streamkit.events import RaceSettledEvent, UsageEvent
from streamkit.families._common import race as race_module
from streamkit.families._common.race_event import RaceLoser
from tests.http_server import Do, ScriptedServer
from tests.operators.texts import call_events, events
from tests.sse_bodies import DONE, part, stream

if TYPE_CHECKING:
    from collections.abc import Callable

on_next, on_error, on_completed = (
    ReactiveTest.on_next,
    ReactiveTest.on_error,
    ReactiveTest.on_completed,
)
LOST = OSError("lost")
CHUNK, DELTA, LAST_CHUNK, DONE_EVENT, *_ = events(["a"])
USAGE = UsageEvent(Usage(input_tokens=3))


def shown(value: Any) -> Any:
    if isinstance(value, RaceSettledEvent):
        return ("settled", value.winner, value.losers)
    return getattr(value, "type", value)


def run(*records: list[Any], disposed: float = 1000, **options: Any) -> tuple[list[Any], list[Any]]:
    """Run a race in virtual time; return what comes out and when, and when each source ended."""
    scheduler = TestScheduler()
    sources = [scheduler.create_cold_observable(*each) for each in records]
    messages = scheduler.start(lambda: race(*sources, **options), disposed=disposed).messages
    emitted: list[tuple[int, Any]] = []
    for message in messages:
        value: Any = message.value
        what = shown(value.value) if value.kind == "N" else getattr(value, "exception", "end")
        emitted.append((int(message.time) - 200, what))
    ends = [int(source.subscriptions[0].unsubscribe) - 200 for source in sources]
    return emitted, ends


def test_the_first_content_wins_and_the_others_are_let_go() -> None:
    emitted, ends = run(
        [on_next(10, CHUNK), on_next(40, DELTA), on_completed(50)],
        [on_next(20, CHUNK), on_next(30, DELTA), on_next(45, DONE_EVENT), on_completed(60)],
    )
    assert emitted == [
        (30, ("settled", 1, [RaceLoser(0, 1)])),
        (30, "chunk"),
        (30, "content.delta"),
        (45, "content.done"),
        (60, "end"),
    ]
    assert ends == [30, 60]


@pytest.mark.parametrize(
    ("loser", "says"),
    [
        pytest.param([on_error(5, LOST)], RaceLoser(0, 0, None, repr(LOST)), id="an error"),
        pytest.param([on_next(5, CHUNK)], RaceLoser(0, 1), id="a role"),
        pytest.param([on_completed(5)], RaceLoser(0, 0), id="nothing"),
        pytest.param(
            [on_next(5, CHUNK), on_next(6, events([])[-1]), on_completed(7)],
            RaceLoser(0, 2),
            id="an empty answer",
        ),
        pytest.param([on_next(5, USAGE)], RaceLoser(0, 1, USAGE.usage), id="usage"),
    ],
)
def test_what_is_no_content_does_not_win(loser: list[Any], says: RaceLoser) -> None:
    emitted, _ = run(loser, [on_next(30, DELTA), on_completed(60)])
    assert emitted[0] == (30, ("settled", 1, [says]))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(DELTA, id="text"),
        pytest.param(DONE_EVENT, id="a whole text"),
        pytest.param(call_events("f", [])[1], id="a call"),
        pytest.param("text", id="a string"),
    ],
)
def test_content_wins(content: Any) -> None:
    emitted, _ = run([on_next(10, content)], [on_next(30, DELTA)])
    assert emitted[0] == (10, ("settled", 0, [RaceLoser(1, 0)]))


def test_any_event_can_be_let_win() -> None:
    emitted, _ = run([on_next(10, CHUNK)], [on_next(20, DELTA)], first="event")
    assert emitted == [(10, ("settled", 0, [RaceLoser(1, 0)])), (10, "chunk")]


def test_when_all_fail_the_first_error_has_notes_of_the_others() -> None:
    error, other = OSError("first"), OSError("second")
    emitted, _ = run([on_error(20, error)], [on_error(10, other)])
    assert emitted == [(20, error)]
    assert "second" in error.__notes__[0]


def test_without_content_an_answer_that_is_complete_is_better_than_an_error() -> None:
    emitted, _ = run([on_error(10, LOST)], [on_next(15, CHUNK), on_completed(20)])
    assert emitted == [
        (20, ("settled", 1, [RaceLoser(0, 0, None, repr(LOST))])),
        (20, "chunk"),
        (20, "end"),
    ]


def test_an_error_of_the_winner_is_emitted() -> None:
    emitted, _ = run([on_next(10, DELTA), on_error(20, LOST)], [on_next(30, DELTA)])
    assert emitted[-1] == (20, LOST)


def test_disposal_lets_all_go() -> None:
    emitted, ends = run([on_next(40, DELTA)], [on_next(50, DELTA)], disposed=220)
    assert (emitted, ends) == ([], [20, 20])


def test_after_a_source_that_wins_at_once_no_other_is_subscribed_to() -> None:
    seen: list[Any] = []
    subscribed: list[int] = []

    def win(observer: Any, _: Any = None) -> Any:
        observer.on_next(DELTA)
        return Disposable()

    def lose(_: Any, __: Any = None) -> Any:
        subscribed.append(1)
        return Disposable()

    sources: list[Observable[Any]] = [Observable(win), Observable(lose)]
    race(*sources).subscribe(seen.append, scheduler=TestScheduler())
    assert [shown(each) for each in seen] == [("settled", 0, [RaceLoser(1, 0)]), "content.delta"]
    assert subscribed == []


def test_a_source_without_content_drops_out_at_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(race_module, "HELD_LIMIT", 2)
    emitted, ends = run([on_next(at, CHUNK) for at in (1, 2, 3, 4)])
    assert [time for time, _ in emitted] == [3]
    assert isinstance(emitted[0][1], StreamkitError)
    assert ends == [3]


def test_each_subscription_is_a_race_of_its_own() -> None:
    scheduler = TestScheduler()
    one = scheduler.create_cold_observable(on_next(10, DELTA))
    two = scheduler.create_cold_observable(on_next(20, DELTA))
    raced: Observable[Any] = race(one, two)
    seen: list[Any] = []
    raced.subscribe(seen.append, scheduler=scheduler)
    raced.subscribe(seen.append, scheduler=scheduler)
    scheduler.start()
    assert [shown(each)[0] for each in seen if each.type == "race.settled"] == ["settled"] * 2


@pytest.mark.parametrize(
    ("sources", "options", "error"),
    [
        ((), {}, TypeError),
        (([1, 2],), {}, TypeError),
        ((reactivex.never(),), {"first": "done"}, ValueError),
    ],
)
def test_what_is_no_race_is_refused(
    sources: tuple[Any, ...], options: Any, error: type[Exception]
) -> None:
    with pytest.raises(error, match=r"race|first"):
        race(*sources, **options)


# Over real connections


def subscribed(slow: str, fast: str) -> list[Any]:
    seen: list[Any] = []
    with (
        OpenAI(api_key="k", base_url=slow, max_retries=0) as first,
        OpenAI(api_key="k", base_url=fast, max_retries=0) as second,
    ):
        race(
            *(each.chat.completions.observe(model="m", messages=[]) for each in (first, second))
        ).subscribe(seen.append, seen.append, lambda: seen.append("end"))
    return seen


def looped(slow: str, fast: str) -> list[Any]:
    with (
        OpenAI(api_key="k", base_url=slow, max_retries=0) as first,
        OpenAI(api_key="k", base_url=fast, max_retries=0) as second,
    ):
        answers = [
            each.chat.completions.observe(model="m", messages=[]) for each in (first, second)
        ]
        return [*iterate(race(*answers)), "end"]


def looped_async(slow: str, fast: str) -> list[Any]:
    async def main() -> list[Any]:
        async with (
            AsyncOpenAI(api_key="k", base_url=slow, max_retries=0) as first,
            AsyncOpenAI(api_key="k", base_url=fast, max_retries=0) as second,
        ):
            answers = [
                each.chat.completions.observe(model="m", messages=[]) for each in (first, second)
            ]
            return [*[event async for event in iterate(race(*answers))], "end"]

    return asyncio.run(main())


@pytest.mark.parametrize("way", [subscribed, looped, looped_async])
def test_the_server_of_the_loser_sees_it_hang_up(way: Callable[[str, str], list[Any]]) -> None:
    role = part(role="assistant")
    with (
        ScriptedServer(stream(role, end=[Do.HOLD])) as slow,
        # A loser that is beaten before it was sent has nothing to hang up.
        ScriptedServer([slow.asked, *stream(role, part("a"), part("b", "stop"), DONE)]) as fast,
    ):
        seen = way(slow.url, fast.url)
        assert slow.hung_up.wait(10)
    assert (seen[0].type, seen[0].winner, seen[-1]) == ("race.settled", 1, "end")
    assert [event.delta for event in seen[1:-1] if event.type == "content.delta"] == ["a", "b"]


@pytest.mark.parametrize("way", [subscribed, looped, looped_async])
def test_a_server_that_fails_loses(way: Callable[[str, str], list[Any]]) -> None:
    failing = b"HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\n{}"
    with (
        ScriptedServer([failing]) as broken,
        ScriptedServer(stream(part("b", "stop"), DONE)) as sound,
    ):
        seen = way(broken.url, sound.url)
    assert seen[0].winner == 1


def test_a_race_on_a_scheduler_is_disposed_of_from_outside() -> None:
    seen = threading.Event()
    with ScriptedServer(stream(part("a"), end=[Do.HOLD])) as server:
        with OpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
            answer = client.chat.completions.observe(model="m", messages=[])
            subscription = race(answer).subscribe(
                lambda _: seen.set(), scheduler=NewThreadScheduler()
            )
            assert seen.wait(10)
            subscription.dispose()
            assert server.hung_up.wait(10)


def test_the_winner_can_be_piped_on() -> None:
    with ScriptedServer(stream(part("a"), part("b", "stop"), DONE)) as server:
        with OpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
            answer = client.chat.completions.observe(model="m", messages=[])
            (done,) = iterate(race(answer).pipe(ops.only("content.done")))
            assert done.content == "ab"
