"""The comparison of an operator's output with a marble diagram, in virtual time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from reactivex.notification import OnError, OnNext
from reactivex.observable.marbles import parse
from reactivex.testing import ReactiveTest, TestScheduler
from reactivex.testing.marbles import messages_to_records

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reactivex import Observable, abc
    from reactivex.notification import Notification
    from reactivex.testing.recorded import Recorded

__all__ = ["assert_marbles"]


def assert_marbles(  # noqa: PLR0913 - the diagrams, and what is in them
    source: str,
    operator: Callable[[Observable[Any]], Observable[Any]],
    expected: str,
    *,
    values: Mapping[str, Any] | None = None,
    by: Callable[[Any], Any] | None = None,
    until: str = "",
    error: Exception | None = None,
    raises: type[Exception] | None = None,
) -> None:
    """Assert that an operator makes the expected diagram of a source's, in virtual time.

        hello, world = events_of("Hello", " world")[:2]
        assert_marbles(
            "--a--b--|",
            ops.only("content.delta"),
            "--a--b--|",
            values={"a": hello, "b": world},
        )

    A column is a tick, and an element is as wide as it is written. ``|`` is the end, ``#`` an
    error, and ``(a,b,|)`` stands for what comes in one tick. Two observers subscribe and must
    receive the same, because state is per subscription. The source must be disposed of at the end
    of ``expected``, or at the ``!`` of ``until``.

    Args:
        source: The diagram of the source, which emits whether or not it is subscribed to.
        operator: The operator, or a whole pipeline as one.
        expected: The diagram of the output.
        values: The values of the elements, such as events; an element without one is itself.
        by: A function of an output, whose result is compared with the expected value, as in
            ``by=lambda event: event.delta``.
        until: A diagram with a ``!`` at the tick at which the subscriptions are disposed.
        error: The error that ``#`` stands for in the source; in ``expected`` it is the same one.
        raises: The type of the error that ``#`` stands for in ``expected``, if it is another.

    Raises:
        ValueError: The elements of a tick are not separated by commas.
    """
    __tracebackhide__ = True  # pytest then shows the line of the test
    lost = error or OSError("lost")
    named = dict(values or {})
    start, disposed = ReactiveTest.subscribed, ReactiveTest.disposed
    if until:
        disposed = start + until.index("!")
    scheduler = TestScheduler()
    hot = scheduler.create_hot_observable(_records(source, named, lost))
    observed = operator(hot)
    observers = [scheduler.create_observer() for _ in range(2)]
    subscriptions: list[abc.DisposableBase] = []

    def subscribe(_scheduler: abc.SchedulerBase, _state: Any = None) -> None:
        subscriptions.extend(observed.subscribe(one, scheduler=scheduler) for one in observers)

    def dispose(_scheduler: abc.SchedulerBase, _state: Any = None) -> None:
        for subscription in subscriptions:
            subscription.dispose()

    scheduler.schedule_absolute(start, subscribe)
    scheduler.schedule_absolute(disposed, dispose)
    scheduler.start()

    def meant(failure: Exception) -> object:
        # The very same error is expected, not one with an equal text.
        return raises if raises and isinstance(failure, raises) else failure

    records = _records(expected, named, lost)
    wanted = _plain(records, lambda _: raises or lost, None)
    for observer in observers:
        came = _plain(observer.messages, meant, by)
        if came != wanted:
            raise AssertionError(_unlike(came, wanted))
    ends = [record.time for record in records if not isinstance(record.value, OnNext)]
    let_go = disposed if until or not ends else ends[0]
    kept = [ReactiveTest.subscribe(start, let_go)] * len(observers)
    if hot.subscriptions != kept:
        raise AssertionError(f"the source was subscribed to {hot.subscriptions}, and not {kept}")


def _records(diagram: str, values: dict[str, Any], error: Exception) -> list[Recorded[Any]]:
    for tick in re.findall(r"\(([^)]*)\)", diagram):
        for element in tick.split(","):
            if len(element.strip()) > 1 and not {"|", "#"}.isdisjoint(element):
                separated = ",".join(element.strip())
                raise ValueError(
                    f"in {diagram!r}, ({tick}) has the element {element.strip()!r}: commas separate"
                    f" what comes in one tick, as in ({separated})"
                )
    shift: Any = ReactiveTest.subscribed
    lookup: Any = values
    messages = parse(diagram, timespan=1.0, time_shift=shift, lookup=lookup, error=error)
    return messages_to_records(messages)


def _plain(
    records: list[Recorded[Any]],
    meant: Callable[[Exception], object],
    by: Callable[[Any], Any] | None,
) -> list[tuple[float, str, object]]:
    plain: list[tuple[float, str, object]] = []
    for record in records:
        notification = cast("Notification[Any]", record.value)
        value: object = getattr(notification, "value", None)
        if isinstance(notification, OnError):
            value = meant(notification.exception)
        elif by is not None and isinstance(notification, OnNext):
            value = by(value)
        plain.append((record.time, notification.kind, value))
    return plain


def _unlike(came: list[tuple[float, str, object]], wanted: list[tuple[float, str, object]]) -> str:
    def lines(records: list[tuple[float, str, object]]) -> str:
        start = ReactiveTest.subscribed
        said = {"N": "emits", "E": "errors with", "C": "completes"}
        return "\n".join(
            f"  tick {time - start:g}: {said[kind]}" + ("" if kind == "C" else f" {value!r}")
            for time, kind, value in records
        )

    return f"the operator emits\n{lines(came)}\nand was expected to emit\n{lines(wanted)}"
