"""The operator that maps each item by a function that takes time, several at the same time."""

from __future__ import annotations

from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, TypeVar, overload

from streamkit._rx.loop import required_loop, running_loop
from streamkit._rx.operator_input import OperatorInput
from streamkit.errors import StreamkitError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from reactivex import Observable, abc

__all__ = ["map_async"]

A = TypeVar("A")
B = TypeVar("B")


@overload
def map_async(
    function: Callable[[A], Awaitable[B]], *, max_concurrent: int = ..., ordered: bool = ...
) -> Callable[[Observable[A]], Observable[B]]: ...
@overload
def map_async(
    function: Callable[[A], B], *, max_concurrent: int = ..., ordered: bool = ...
) -> Callable[[Observable[A]], Observable[B]]: ...
def map_async(
    function: Callable[[Any], Any], *, max_concurrent: int = 8, ordered: bool = True
) -> Callable[[Observable[Any]], Observable[Any]]:
    """Emit the result of a function for each item, with several calls at the same time.

        --a-b----c-----------|
        [   map_async(f)     ]
        ------------fafb---fc|

    An async function is awaited on the running event loop; any other runs on a thread. When the
    function raises, or the source fails, the calls that run are cancelled, and the error is
    emitted; disposal cancels them as well. A thread cannot be interrupted: its result is dropped.

    Without a free place a source waits: a stream is not read on, and a source that emits on a
    thread waits on it. A source that cannot wait (a subject fed on the event loop) is ahead by at
    most 100,000 items; beyond that the observer gets ``SlowConsumerError``. A result that waits for
    an earlier one keeps its place.

    Args:
        function: A function of an item.
        max_concurrent: The maximum number of calls at the same time; with 1, one after another.
        ordered: Whether results are emitted in the order of their items, or as they come.

    Raises:
        ValueError: ``max_concurrent`` is below 1.
    """
    if max_concurrent < 1:
        raise ValueError(
            f"map_async takes max_concurrent of 1 or more, and not of {max_concurrent}"
        )
    is_async = iscoroutinefunction(function) or iscoroutinefunction(type(function).__call__)

    def operator(source: Observable[Any]) -> Observable[Any]:
        _INPUT.source(source)
        from streamkit._rx.observable import Observable

        def subscribe(
            observer: abc.ObserverBase[Any], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            if not is_async and running_loop() is None:
                from streamkit._rx.thread_mapping import ThreadMapping

                return ThreadMapping(
                    function, max_concurrent, ordered=ordered, observer=observer
                ).begin(source, scheduler)
            from streamkit._rx.loop_mapping import LoopMapping, on_a_thread

            try:
                loop = required_loop()
            except StreamkitError as error:
                from reactivex.disposable import Disposable

                observer.on_error(error)
                return Disposable()
            awaited = function if is_async else on_a_thread(function)
            return LoopMapping(
                awaited, max_concurrent, ordered=ordered, observer=observer, loop=loop
            ).begin(source, scheduler)

        return Observable(subscribe)

    return operator


_INPUT = OperatorInput("map_async")
