"""The watch over a polling: it ends with the work, not with the answer that the work has begun."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from streamkit.errors import StreamClosedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable, abc

    from streamkit._http.async_exchange import AsyncExchange
    from streamkit._http.exchange import SyncExchange
    from streamkit._http.watch import Watch

__all__ = ["Polled", "observed"]

T = TypeVar("T")


class Polled:
    """The last state of one polling, and the watch over the request that began it."""

    def __init__(self) -> None:
        self._watch: Watch | None = None
        self.state: Any = None
        """The last state; None before the first."""

    def follow(self, exchange: AsyncExchange | SyncExchange) -> None:
        """Take the watch over from an exchange, so that it does not end with its answer."""
        if self.state is None:
            self._watch, exchange.watch = exchange.watch, None

    def ended(self, error: BaseException | None) -> None:
        """End the watch; only the first call counts."""
        if self._watch is not None:
            self._watch.ended(self.state, error)


def observed(polling: Callable[[Polled], Observable[T]]) -> Observable[T]:
    """Return a cold observable, each of whose subscriptions is a polling with its own watch."""
    from reactivex.disposable import CompositeDisposable, Disposable

    from streamkit._rx.observable import Observable

    def subscribe(
        observer: abc.ObserverBase[T], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        polled = Polled()

        def on_error(error: Exception) -> None:
            polled.ended(error)
            observer.on_error(error)

        def on_completed() -> None:
            polled.ended(None)
            observer.on_completed()

        def leave() -> None:
            polled.ended(StreamClosedError("the polling was left before its end"))

        source = polling(polled)
        return CompositeDisposable(
            source.subscribe(observer.on_next, on_error, on_completed, scheduler=scheduler),
            Disposable(leave),
        )

    return Observable(subscribe)
