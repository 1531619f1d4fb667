"""The conversion of a machine into an operator: all code between machines and reactivex."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from reactivex import Observable, abc

    from streamkit._core.machine import Machine
    from streamkit._rx.operator_input import OperatorInput

__all__ = ["lifted"]

A = TypeVar("A")
B = TypeVar("B")


def lifted(
    make: Callable[[], Machine[A, B]],
    taken: OperatorInput,
    make_also: Callable[[], Machine[A, B]] | None = None,
) -> Callable[[Observable[A]], Observable[B]]:
    """Return an operator that runs a new machine for every subscription; see ``operators.lift``.

    Args:
        make: Makes the machine.
        taken: The name of the operator, and the values that it accepts.
        make_also: Makes the machine of the other values that it accepts, when the first comes.
    """

    def operator(source: Observable[A]) -> Observable[B]:
        taken.source(source)
        # reactivex takes a tenth of a second to import, and the loops over machines do without it.
        from reactivex.disposable import SingleAssignmentDisposable

        from streamkit._rx.observable import Observable

        def subscribe(
            observer: abc.ObserverBase[B], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            machine, push = make(), observer.on_next
            others: list[Machine[A, B]] = []
            fed: list[Machine[A, B]] = []
            feeds: dict[type[Any], Callable[[A], Sequence[B]]] = {}
            subscription = SingleAssignmentDisposable()

            def feed_of(value: A) -> Callable[[A], Sequence[B]]:
                """Return the ``feed`` for values of this class, and store it."""
                chosen = machine
                if taken.admit(value) and make_also is not None:
                    if not others:
                        others.append(make_also())
                    chosen = others[0]
                if chosen not in fed:
                    fed.append(chosen)
                feeds[type(value)] = chosen.feed
                return chosen.feed

            # A hot path: no more than this happens per item and stage.
            def on_next(value: A) -> None:
                try:
                    try:
                        feed = feeds[type(value)]
                    except KeyError:
                        feed = feed_of(value)
                    outputs = feed(value)
                except Exception as error:
                    subscription.dispose()
                    on_error(error)
                    return
                for output in outputs:
                    push(output)
                if machine.done:
                    subscription.dispose()
                    on_completed()

            def on_error(error: Exception) -> None:
                for each in fed or [machine]:
                    each.fail(error)
                observer.on_error(error)

            def on_completed() -> None:
                rest = _closing(fed or [machine])
                while True:
                    try:
                        output = next(rest)
                    except StopIteration:
                        observer.on_completed()
                        return
                    except Exception as error:
                        on_error(error)
                        return
                    push(output)

            subscription.disposable = source.subscribe(
                on_next, on_error, on_completed, scheduler=scheduler
            )
            return subscription

        return Observable(subscribe)

    return operator


def _closing(machines: list[Machine[Any, B]]) -> Iterator[B]:
    # A generator: so an error of `close` itself is raised where its outputs are iterated.
    for machine in machines:
        yield from machine.close()
