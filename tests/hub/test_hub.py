from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

import pytest
import reactivex as rx

from streamkit import Hub, OpenAI, SlowConsumerError, StreamClosedError, StreamTruncatedError
from streamkit.events import EventsDroppedEvent
from streamkit.hub.backlog import DEFAULT_LIMIT
from tests.http_server import Do, ScriptedServer
from tests.hub.consuming import Reader, feed, in_a_thread, joined, rest_of
from tests.sse_bodies import DONE, part, stream

if TYPE_CHECKING:
    from collections.abc import Iterator


ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}
LOST = OSError("lost")


# Consumers in threads


def test_every_consumer_gets_everything_in_order() -> None:
    hub: Hub[int] = Hub()
    readers = [Reader(hub.consumer(limit=3)) for _ in range(4)]
    for reader in readers:
        reader.may_read.set()
    rx.range(0, 500).subscribe(hub)
    assert [reader.all() for reader in readers] == [[*range(500), "|"]] * 4


def test_the_error_of_the_stream_comes_after_what_waits() -> None:
    hub: Hub[int] = Hub()
    consumers = [hub.consumer() for _ in range(2)]
    feed(hub, 2)
    hub.on_error(LOST)
    hub.on_completed()
    hub.on_next(7)
    assert [rest_of(consumer) for consumer in consumers] == [[0, 1, LOST]] * 2
    assert rest_of(consumers[0]) == [LOST]


def test_an_empty_stream_is_empty() -> None:
    hub: Hub[int] = Hub()
    consumer = hub.consumer()
    hub.on_completed()
    assert rest_of(consumer) == ["|"]


def test_whoever_comes_late_gets_what_is_still_to_come() -> None:
    hub: Hub[int] = Hub()
    early = hub.consumer()
    feed(hub, 1)
    late = hub.consumer()
    feed(hub, 1)
    hub.on_completed()
    assert (rest_of(early), rest_of(late)) == ([0, 0, "|"], [0, "|"])


@pytest.mark.parametrize("error", [None, LOST])
def test_an_observer_after_the_end_gets_the_same_end(error: OSError | None) -> None:
    hub: Hub[int] = Hub()
    if error:
        hub.on_error(error)
    else:
        hub.on_completed()
    assert rest_of(hub.consumer()) == [error or "|"]


def test_a_consumer_that_blocks_holds_the_producer_until_it_takes() -> None:
    hub: Hub[int] = Hub()
    slow, fast = hub.consumer(limit=2), hub.consumer()
    producer = in_a_thread(feed, hub, 3)
    assert [next(fast) for _ in range(3)] == [0, 1, 2]
    assert producer.is_alive()
    assert slow.waiting == 2
    assert next(slow) == 0
    joined(producer)
    assert slow.waiting == 2


def test_memory_does_not_grow_for_a_consumer_that_never_reads() -> None:
    hub: Hub[int] = Hub()
    dropping = hub.consumer(overflow="drop_oldest")
    failing = hub.consumer(overflow="fail")
    reader = Reader(hub.consumer())
    reader.may_read.set()
    feed(hub, 20_000)
    assert (dropping.waiting, failing.waiting) == (DEFAULT_LIMIT, DEFAULT_LIMIT)
    hub.on_completed()
    assert reader.all() == [*range(20_000), "|"]
    dropped, *newest, end = rest_of(dropping)
    assert dropped == EventsDroppedEvent(20_000 - DEFAULT_LIMIT)
    assert [*newest, end] == [*range(20_000 - DEFAULT_LIMIT, 20_000), "|"]
    *oldest, error = rest_of(failing)
    assert oldest == list(range(DEFAULT_LIMIT))
    assert isinstance(error, SlowConsumerError)
    assert (error.limit, error.behind) == (DEFAULT_LIMIT, DEFAULT_LIMIT + 1)
    assert "257 events behind, and its limit is 256" in str(error)


@pytest.mark.parametrize("leave", ["close", "with", "del"])
def test_who_leaves_frees_the_producer(leave: str) -> None:
    hub: Hub[int] = Hub()
    consumers = [hub.consumer(limit=1)]
    fast = hub.consumer()
    producer = in_a_thread(feed, hub, 50)
    assert [next(fast), next(fast)] == [0, 1]  # two are taken, and so the producer waits
    if leave == "close":
        consumers[0].close()
        consumers[0].close()
        assert consumers[0].waiting == 0
    elif leave == "with":
        with consumers[0]:
            pass
    else:
        consumers.clear()
        gc.collect()
    joined(producer)
    assert [next(fast) for _ in range(48)] == list(range(2, 50))


def test_to_close_a_consumer_wakes_who_waits_in_it() -> None:
    hub: Hub[int] = Hub(close_when_unused=False)
    consumer = hub.consumer()
    reader = Reader(consumer)
    reader.may_read.set()
    hub.on_next(1)
    consumer.close()
    assert isinstance(reader.all()[-1], StreamClosedError)


def test_one_thread_cannot_wait_for_itself() -> None:
    hub: Hub[int] = Hub()
    consumer = hub.consumer(limit=1)
    reader = Reader(hub.consumer())
    reader.may_read.set()
    hub.on_next(0)
    assert next(consumer) == 0
    feed(hub, 2)
    hub.on_completed()
    first, error = rest_of(consumer)
    assert first == 0
    assert isinstance(error, RuntimeError)
    assert "on another thread" in str(error)
    assert reader.all() == [0, 0, 1, "|"]


# Sources


def test_it_is_driven_by_any_iterator() -> None:
    hub: Hub[int] = Hub()
    consumer = hub.consumer()
    hub.drive(iter([1, 2]))
    assert rest_of(consumer) == [1, 2, "|"]


def test_the_error_that_ends_the_stream_is_emitted_and_not_raised() -> None:
    def numbers() -> Iterator[int]:
        yield 1
        raise LOST

    hub: Hub[int] = Hub()
    consumer = hub.consumer()
    hub.drive(numbers())
    assert rest_of(consumer) == [1, LOST]


def test_who_interrupts_the_driver_ends_the_consumers() -> None:
    def numbers() -> Iterator[int]:
        yield 1
        raise KeyboardInterrupt

    hub: Hub[int] = Hub()
    consumer = hub.consumer()
    with pytest.raises(KeyboardInterrupt):
        hub.drive(numbers())
    first, error = rest_of(consumer)
    assert first == 1
    assert isinstance(error, StreamClosedError)


def test_a_stream_is_let_go_with_the_last_consumer() -> None:
    read: list[int] = []
    hub: Hub[int] = Hub()
    first, last = hub.consumer(), hub.consumer()

    def numbers() -> Iterator[int]:
        try:
            for number in range(10):
                if number == 1:
                    first.close()
                if number == 3:
                    last.close()
                read.append(number)
                yield number
        finally:
            read.append(-1)

    hub.drive(numbers())
    assert read == [0, 1, 2, 3, -1]


def test_a_stream_may_be_read_on_without_consumers() -> None:
    hub: Hub[int] = Hub(close_when_unused=False)
    hub.consumer().close()
    hub.drive(iter([1]))
    assert rest_of(hub.consumer()) == ["|"]


def test_a_source_for_a_hub_that_is_closed_is_not_read() -> None:
    hub: Hub[int] = Hub()
    hub.close()
    source: rx.Subject[int] = rx.Subject()
    hub.connect(source)
    assert source.observers == []


def test_an_observable_is_let_go_with_the_last_consumer() -> None:
    source: rx.Subject[int] = rx.Subject()
    hub: Hub[int] = Hub()
    consumers = [hub.consumer(), hub.consumer()]
    hub.connect(source)
    source.on_next(1)
    consumers[0].close()
    assert len(source.observers) == 1
    consumers[1].close()
    assert source.observers == []


def test_an_observable_is_let_go_when_its_only_consumer_falls_behind() -> None:
    source: rx.Subject[int] = rx.Subject()
    hub: Hub[int] = Hub()
    consumer = hub.consumer(limit=1, overflow="fail")
    hub.connect(source)
    source.on_next(1)
    assert len(source.observers) == 1
    source.on_next(2)
    assert source.observers == []
    first, error = rest_of(consumer)
    assert first == 1
    assert isinstance(error, SlowConsumerError)


def test_a_stream_is_let_go_when_its_only_consumer_falls_behind() -> None:
    read: list[int] = []
    hub: Hub[int] = Hub()
    consumer = hub.consumer(limit=1, overflow="fail")

    def numbers() -> Iterator[int]:
        try:
            for number in range(10):
                read.append(number)
                yield number
        finally:
            read.append(-1)

    hub.drive(numbers())
    assert read == [0, 1, -1]
    assert isinstance(rest_of(consumer)[-1], SlowConsumerError)


def test_an_observable_is_let_go_when_the_hub_is_closed() -> None:
    source: rx.Subject[int] = rx.Subject()
    hub: Hub[int] = Hub()
    consumer = hub.consumer()
    hub.connect(source)
    source.on_next(1)
    hub.close()
    hub.close()
    assert source.observers == []
    first, error = rest_of(consumer)
    assert first == 1
    assert isinstance(error, StreamClosedError)


def test_how_an_observable_ends_is_emitted() -> None:
    hub: Hub[int] = Hub()
    consumer = hub.consumer()
    hub.connect(rx.concat(rx.of(1), rx.throw(LOST)))
    assert rest_of(consumer) == [1, LOST]


# On the client


def texts(taken: list[Any]) -> str:
    return "".join(event.delta for event in taken if hasattr(event, "delta"))


def test_a_stream_feeds_threads() -> None:
    hub: Hub[Any] = Hub()
    readers = [Reader(hub.consumer(overflow=overflow)) for overflow in ("block", "coalesce")]
    parts = [part(letter) for letter in "abcdefgh"]
    with ScriptedServer(stream(*parts, part(finish_reason="stop"), DONE)) as server:
        with OpenAI(api_key="k", base_url=server.url) as client:
            with client.chat.completions.stream(**ASKED) as events:
                hub.drive(events)
    everything, merged = [reader.all() for reader in readers]
    for *taken, end in (everything, merged):
        assert end == "|"
        assert texts(taken) == taken[-1].content == "abcdefgh"
    # No event was taken before all had come, so only one of each kind is left.
    assert [event.type for event in merged[:-1]] == ["content.delta", "chunk", "content.done"]


def test_a_cut_stream_is_an_error_for_all() -> None:
    hub: Hub[Any] = Hub()
    consumers = [hub.consumer() for _ in range(2)]
    with ScriptedServer(stream(part("Half"))) as server:
        with OpenAI(api_key="k", base_url=server.url) as client:
            client.chat.completions.observe(**ASKED).subscribe(hub)
    for consumer in consumers:
        error = rest_of(consumer)[-1]
        assert isinstance(error, StreamTruncatedError)
        assert error.completion is not None
        assert error.completion.choices[0].message.content == "Half"


@pytest.mark.parametrize("how", ["drive", "connect"])
def test_the_last_consumer_to_leave_hangs_up(how: str) -> None:
    hub: Hub[Any] = Hub()
    consumer = hub.consumer()
    with ScriptedServer(stream(part("a"), end=[Do.HOLD])) as server:
        with OpenAI(api_key="k", base_url=server.url) as client:

            def drive() -> None:
                if how == "drive":
                    hub.drive(client.chat.completions.stream(**ASKED).__enter__())
                else:
                    hub.connect(client.chat.completions.observe(**ASKED))

            driver = in_a_thread(drive)
            assert [next(consumer).type for _ in range(2)] == ["chunk", "content.delta"]
            consumer.close()
            assert server.hung_up.wait(10)
            joined(driver)
