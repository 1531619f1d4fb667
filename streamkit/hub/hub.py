"""The hub, which passes one stream on to many consumers."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal, cast, overload

from reactivex.abc import ObserverBase  # noqa: TID253 - the hub is imported when it is asked for

from streamkit._core.arguments import require_flag
from streamkit._rx.cancellable import Cancellable
from streamkit._rx.loop import running_loop
from streamkit._rx.operator_input import require_scheduler
from streamkit.errors import StreamClosedError
from streamkit.hub.backlog import DEFAULT_LIMIT, Backlog, End, Overflow
from streamkit.hub.channel import Channel
from streamkit.hub.consumer import Consumer
from streamkit.hub.delivery import Delivery
from streamkit.hub.history import History, Replay
from streamkit.hub.linger import Linger

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Callable, Iterable, Sequence

    from reactivex import Observable, abc
    from typing_extensions import TypeVar

    from streamkit._core.events import EventsDroppedEvent

    E = TypeVar("E", default=Any)
else:
    from typing import TypeVar  # Python 3.11 has no default

    E = TypeVar("E")

__all__ = ["Hub"]


class Hub(ObserverBase[E]):
    """An observer that passes a stream on to many consumers, on any threads, tasks and schedulers.

    Each consumer has a queue of its own, in which at most ``limit`` events wait. When the queue is
    full, the consumer's ``overflow`` decides:

    - ``block``: the stream waits, so the slowest such consumer sets its pace.
    - ``drop_oldest``: the oldest event is dropped; an ``events.dropped`` event in its place has the
      number of dropped events.
    - ``coalesce``: waiting events are merged. A delta event replaces the one before it of its kind
      and part, and has the text of both; a chunk event replaces the one before it, whose
      ``chunk`` is lost. No merge spans a done event or any other event that is no delta. These are
      all kept, and if they alone exceed the limit, the consumer fails.
    - ``fail``: the consumer ends with ``SlowConsumerError``, after its waiting events.

    A failed consumer does not affect the others, and every consumer gets the end. A late consumer
    gets the events that are still to come, whose ``snapshot`` has the earlier content; after the
    end it gets only the end, or the error. With ``replay`` it first gets, at once, what there was,
    also after the end.

    Subscribe the hub to any observable, or feed it with ``drive``, ``adrive`` or ``connect``, which
    close their source when the hub is closed.

    Args:
        close_when_unused: Whether the hub is closed when its last consumer leaves, as by default;
            so add a consumer before you feed the hub.
        replay: The events that a late consumer gets first: "snapshot" (all, but the deltas of each
            part are merged into one), "all", or the last n. None replays nothing.
        linger: The seconds for which the hub waits for another consumer when its last one has left,
            before it closes; so a page may be loaded again while its answer goes on.
        scheduler: The scheduler of that wait; by default a timer of real time.
    """

    def __init__(
        self,
        *,
        close_when_unused: bool = True,
        replay: Replay | None = None,
        linger: float = 0.0,
        scheduler: abc.SchedulerBase | None = None,
    ) -> None:
        require_flag("close_when_unused", close_when_unused)
        require_scheduler(scheduler)
        self._close_when_unused = close_when_unused
        self._history: History[E] | None = None if replay is None else History(replay)
        self._linger = Linger(linger, scheduler)
        # Replaced and never changed, so that it can be read without the lock.
        self._channels: tuple[Channel[E], ...] = ()
        self._end: End | None = None
        self._sources: list[Callable[[], None]] = []
        self._raised: list[Exception] = []
        self._lock = threading.RLock()

    @overload
    def consumer(
        self, *, limit: int = DEFAULT_LIMIT, overflow: Literal["drop_oldest"]
    ) -> Consumer[E | EventsDroppedEvent]: ...
    @overload
    def consumer(
        self, *, limit: int = DEFAULT_LIMIT, overflow: Literal["block", "coalesce", "fail"] = ...
    ) -> Consumer[E]: ...
    def consumer(
        self, *, limit: int = DEFAULT_LIMIT, overflow: Overflow = "block"
    ) -> Consumer[Any]:
        """Return a new consumer to iterate in a thread or a task; it gets all events from now on.

        Args:
            limit: The maximum number of events that wait for it.
            overflow: The policy when the queue is full; see ``Hub``. With ``block``, the thread
                that feeds the hub must not read the consumer.
        """
        channel: Channel[E] = Channel(Backlog(limit, overflow))
        self._add(channel)
        return Consumer(channel, self._leave)

    @overload
    def observe_on(
        self,
        scheduler: abc.SchedulerBase,
        *,
        limit: int = DEFAULT_LIMIT,
        overflow: Literal["drop_oldest"],
    ) -> Observable[E | EventsDroppedEvent]: ...
    @overload
    def observe_on(
        self,
        scheduler: abc.SchedulerBase,
        *,
        limit: int = DEFAULT_LIMIT,
        overflow: Literal["block", "coalesce", "fail"] = ...,
    ) -> Observable[E]: ...
    def observe_on(
        self,
        scheduler: abc.SchedulerBase,
        *,
        limit: int = DEFAULT_LIMIT,
        overflow: Overflow = "block",
    ) -> Observable[Any]:
        """Return an observable that emits on ``scheduler``; each subscription is a consumer.

        Args:
            scheduler: The scheduler of the observers. For an event loop use reactivex's
                ``AsyncIOThreadSafeScheduler``, unless the hub is fed on that loop.
            limit: The maximum number of events that wait for each subscription.
            overflow: The policy when the queue is full; see ``Hub``. With ``block``, the scheduler
                needs a thread that does not feed the hub.
        """
        from reactivex.disposable import Disposable

        from streamkit._rx.observable import Observable

        def subscribe(
            observer: abc.ObserverBase[Any], _scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            backlog: Backlog[E] = Backlog(limit, overflow)
            delivery = Delivery(backlog, observer, scheduler, self._leave)
            self._add(delivery.channel)
            return Disposable(delivery.dispose)

        return Observable(subscribe)

    def drive(self, stream: Iterable[E]) -> None:
        """Read a stream to its end on this thread, and pass it on to the consumers.

        The consumers get the error of a failed stream; it is not raised here.
        """
        close: Callable[[], object] = getattr(stream, "close", _nothing)

        def stop() -> None:
            with suppress(ValueError):  # a generator that runs stops after its next event
                close()

        self._add_source(stop)
        try:
            for event in stream:
                # A hot path: as ``_offer`` does, without a call for each event.
                full: list[Channel[E]] | None = None
                for channel in self._channels if self._history is None else self._recorded(event):
                    queue = channel.queue
                    if len(queue) < channel.limit:
                        queue.append(event)
                        if channel.waiting_consumers:
                            channel.wake_consumer()
                    elif not self._offer_to(channel, event):
                        full = full or []
                        full.append(channel)
                if full:
                    self._push_on(full, event)
                if self._end is not None:
                    break
        except Exception as error:  # noqa: BLE001 - any error that ends the stream is passed on
            self.on_error(error)
        except BaseException:
            self.close()
            raise
        else:
            self.on_completed()

    async def adrive(self, stream: AsyncIterable[E]) -> None:
        """Read a stream to its end in this task, and pass it on; await consumers that ``block``.

        The consumers get the error of a failed stream; it is not raised here.
        """
        reading = Cancellable()
        self._add_source(reading.cancel)
        try:
            with reading:
                async for event in stream:
                    full = self._offer(event)
                    if full:
                        await self._await_room(full, event)
                    if self._end is not None:
                        break
            if self._end is not None:
                await getattr(stream, "aclose", _anothing)()
        except Exception as error:  # noqa: BLE001 - any error that ends the stream is passed on
            self.on_error(error)
        except BaseException:
            self.close()
            raise
        else:
            self.on_completed()

    def connect(
        self, observable: Observable[E], scheduler: abc.SchedulerBase | None = None
    ) -> None:
        """Subscribe to an observable, and dispose of the subscription when the hub is closed.

        On an event loop a task passes the events on, so that the source waits for consumers that
        ``block``, as it does for ``iterate``. Elsewhere, and with a scheduler, the thread that
        emits waits.
        """
        loop = running_loop() if scheduler is None else None
        if loop is not None:
            from streamkit._rx.async_iteration import AsyncLoop

            reading = AsyncLoop(observable, 0)
            reading.begin()
            self._add_source(reading.close)
            task = loop.create_task(self.adrive(reading))
            _running.add(task)  # the event loop keeps no reference of its own
            task.add_done_callback(_finished)
            return
        from reactivex import operators as rx
        from reactivex.subject import AsyncSubject

        closed: AsyncSubject[None] = AsyncSubject()

        def let_go() -> None:
            closed.on_next(None)
            closed.on_completed()

        self._add_source(let_go)
        observable.pipe(rx.take_until(closed)).subscribe(self, scheduler=scheduler)

    def close(self) -> None:
        """Close the sources, and end every consumer after its waiting events.

        The consumers end with ``StreamClosedError``, unless the stream has ended before.
        """
        self._finish(End(StreamClosedError("the hub was closed before its stream ended")))

    def on_next(self, value: E) -> None:
        """Pass on an event; wait for consumers that ``block``, except on an event loop."""
        if running_loop() is not None:
            for channel in self._channels:
                if channel.blocks:
                    channel.refuse_loop()
                    self._leave(channel)
        full = self._offer(value)
        if full:
            self._push_on(full, value)

    def on_error(self, error: Exception) -> None:
        """Pass on the error that ended the stream."""
        self._finish(End(error))
        self._raise_theirs()

    def on_completed(self) -> None:
        """Pass on that the stream is complete."""
        self._finish(End())
        self._raise_theirs()

    def _push_on(self, full: Sequence[Channel[E]], event: E) -> None:
        """Put the event into the channels that were without room; wait for those that block."""
        for channel in full:
            while not self._put(channel, event):
                channel.wait_for_room()

    async def _await_room(self, full: Sequence[Channel[E]], event: E) -> None:
        """Put the event into the channels that were without room; await those that block."""
        # Consumers on this loop have had no turn since the last event, so none is slow yet.
        await asyncio.sleep(0)
        for channel in full:
            while not self._put(channel, event):
                await channel.await_room()

    def _offer(self, event: E) -> Sequence[Channel[E]]:
        """Put the event into every channel with room, and return the channels without."""
        # A hot path: once per event and consumer.
        full: list[Channel[E]] = []
        for channel in self._channels if self._history is None else self._recorded(event):
            queue = channel.queue
            if len(queue) < channel.limit:
                queue.append(event)  # as ``channel.offer`` does, without the call
                if channel.waiting_consumers:
                    channel.wake_consumer()
            elif not self._offer_to(channel, event):
                full.append(channel)
        return full

    def _offer_to(self, channel: Channel[E], event: E) -> bool:
        """Put the event into a channel if it has room; return false if it has none."""
        try:
            return channel.offer(event)
        except Exception as error:  # noqa: BLE001 - an observer may raise any error
            self._raised.append(error)
            return True

    def _put(self, channel: Channel[E], event: E) -> bool:
        """Put the event into a channel without room; return false to wait for room first."""
        try:
            is_put = channel.put(event)
        except Exception as error:  # noqa: BLE001 - as above
            self._raised.append(error)
            is_put = True
        if channel.has_ended:
            self._leave(channel)
        return is_put

    def _recorded(self, event: E) -> tuple[Channel[E], ...]:
        """Add an event to the history, and return the channels that do not have it from there."""
        with self._lock:
            if self._history is not None:
                self._history.add(event)
            return self._channels

    def _finish(self, end: End) -> None:
        with self._lock:
            if self._end is not None:
                return
            self._end = end
            channels, self._channels = self._channels, ()
            sources, self._sources = self._sources, []
        self._linger.stop()
        for channel in channels:
            self._end_one(channel, end)
        for let_go in sources:
            let_go()

    def _end_one(self, channel: Channel[E], end: End) -> None:
        try:
            channel.end(end.error)
        except Exception as error:  # noqa: BLE001 - as above
            self._raised.append(error)

    def _raise_theirs(self) -> None:
        """Raise the errors of observers whose scheduler calls them on the thread that feeds."""
        raised, self._raised = self._raised, []
        if len(raised) == 1:
            raise raised[0]
        if raised:
            raise ExceptionGroup("consumers of the stream failed", raised)

    def _add(self, channel: Channel[E]) -> None:
        self._linger.stop()
        with self._lock:
            end = self._end
            if self._history is not None:
                channel.replay(cast("Sequence[E]", self._history.events()))
            if end is None:
                self._channels = (*self._channels, channel)
        if end is not None:
            channel.end(end.error)
        elif self._history is not None:
            channel.announce()

    def _leave(self, channel: Channel[E]) -> None:
        with self._lock:
            if channel not in self._channels:
                return
            self._channels = tuple(other for other in self._channels if other is not channel)
            is_unused = not self._channels
        if is_unused and self._close_when_unused and self._end is None:
            self._linger.start(self._close_if_unused)

    def _close_if_unused(self) -> None:
        if not self._channels:
            self.close()

    def _add_source(self, let_go: Callable[[], None]) -> None:
        with self._lock:
            has_ended = self._end is not None
            if not has_ended:
                self._sources.append(let_go)
        if has_ended:
            let_go()


_running: set[asyncio.Task[None]] = set()


def _finished(task: asyncio.Task[None]) -> None:
    _running.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        task.get_loop().call_exception_handler(
            {"message": "a consumer of a hub raised", "exception": error, "task": task}
        )


def _nothing() -> None:
    """Do nothing, in place of the ``close`` that a stream lacks."""


async def _anothing() -> None:
    """Do nothing, in place of the ``aclose`` that a stream lacks."""
