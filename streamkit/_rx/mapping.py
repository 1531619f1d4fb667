"""The mapping of an observable by a function that takes time, several calls at the same time."""

from __future__ import annotations

from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, cast

from streamkit._rx.loop import required_loop, running_loop
from streamkit.errors import StreamkitError

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable, abc

    from streamkit._rx.numbered import NumberedInput

__all__ = ["mapped"]


def mapped(
    source: Observable[Any] | NumberedInput[Any],
    function: Callable[[Any], Any],
    most: int,
    *,
    ordered: bool,
) -> Observable[Any]:
    """Return an observable of the results of a function, of which ``most`` are made at once.

    An async function is awaited on the running event loop; any other runs on a thread. The source
    waits for a free place.
    """
    from streamkit._rx.observable import Observable

    given = cast("Observable[Any]", source)  # all that the mapping does with it is to subscribe
    is_async = iscoroutinefunction(function) or iscoroutinefunction(type(function).__call__)

    def subscribe(
        observer: abc.ObserverBase[Any], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        if not is_async and running_loop() is None:
            from streamkit._rx.thread_mapping import ThreadMapping

            return ThreadMapping(function, most, ordered=ordered, observer=observer).begin(
                given, scheduler
            )
        from streamkit._rx.loop_mapping import LoopMapping, on_a_thread

        try:
            loop = required_loop()
        except StreamkitError as error:
            from reactivex.disposable import Disposable

            observer.on_error(error)
            return Disposable()
        awaited = function if is_async else on_a_thread(function)
        return LoopMapping(awaited, most, ordered=ordered, observer=observer, loop=loop).begin(
            given, scheduler
        )

    return Observable(subscribe)
