"""A machine becomes an operator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from streamkit._rx.operator_input import OperatorInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reactivex import Observable, abc

    from streamkit._core.machine import Machine
    from streamkit._rx.operator_input import Takes

__all__ = ["lift"]

A = TypeVar("A")
B = TypeVar("B")


def lift(
    make: Callable[[], Machine[A, B]], *, takes: Takes = object, name: str | None = None
) -> Callable[[Observable[A]], Observable[B]]:
    """Run a fresh machine, made by ``make``, for every subscription.

        --a-----b--------c--|
        [  lift(Machine)    ]
        --(a1)--(b1,b2)-----(c1,|)

    An exception in the machine becomes ``on_error``; one in the observer is the observer's own and
    goes to whoever drives the source. A machine that is ``done`` completes the stream and lets go
    of its source.

    Args:
        make: Makes a machine; most often its class.
        takes: The class, or union of classes, of the values that the machine takes. Any other value
            is a ``TypeError``, and arrives as ``on_error``.
        name: What errors call the operator; by default the name of ``make``.
    """
    taken = OperatorInput(name or str(getattr(make, "__name__", "lift")), takes)

    def operator(source: Observable[A]) -> Observable[B]:
        taken.source(source)
        # reactivex takes a tenth of a second to import, and the loops over machines do without it.
        from reactivex.disposable import SingleAssignmentDisposable

        from streamkit._rx.observable import Observable

        def subscribe(
            observer: abc.ObserverBase[B], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            machine = make()
            feed, push = machine.feed, observer.on_next
            admitted, admit = taken.admitted, taken.admit
            subscription = SingleAssignmentDisposable()

            # A hot place: no more than this happens per item and stage.
            def on_next(value: A) -> None:
                try:
                    if type(value) not in admitted:
                        admit(value)
                    outputs = feed(value)
                except Exception as error:
                    subscription.dispose()
                    machine.fail(error)
                    observer.on_error(error)
                    return
                for output in outputs:
                    push(output)
                if machine.done:
                    subscription.dispose()
                    on_completed()

            def on_error(error: Exception) -> None:
                machine.fail(error)
                observer.on_error(error)

            def on_completed() -> None:
                rest = _closing(machine)
                while True:
                    try:
                        output = next(rest)
                    except StopIteration:
                        observer.on_completed()
                        return
                    except Exception as error:
                        machine.fail(error)
                        observer.on_error(error)
                        return
                    push(output)

            subscription.disposable = source.subscribe(
                on_next, on_error, on_completed, scheduler=scheduler
            )
            return subscription

        return Observable(subscribe)

    return operator


def _closing(machine: Machine[Any, B]) -> Iterator[B]:
    # A generator, so that what `close` itself raises comes out where its outputs do.
    yield from machine.close()
