"""The conversion of a machine into an operator: all code between machines and reactivex."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

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
            stage = _Stage(machine, taken, make_also)
            feeds, feed_of = stage.feeds, stage.feed_of
            subscription = SingleAssignmentDisposable()

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
                try:
                    for output in outputs:
                        push(output)
                except TypeError:
                    if _are_outputs(outputs):
                        raise
                    subscription.dispose()
                    on_error(_no_outputs(feed, outputs))
                    return
                if machine.done:
                    subscription.dispose()
                    on_completed()

            def on_error(error: Exception) -> None:
                for each in stage.machines:
                    each.fail(error)
                observer.on_error(error)

            def on_completed() -> None:
                rest = _closing(stage.machines)
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


class _Stage(Generic[A, B]):
    """The machines of one subscription, by the classes of the values that they take."""

    def __init__(
        self,
        machine: Machine[A, B],
        taken: OperatorInput,
        make_also: Callable[[], Machine[A, B]] | None,
    ) -> None:
        self._machine = machine
        self._taken = taken
        self._make_also = make_also
        self._other: Machine[A, B] | None = None
        self._fed: list[Machine[A, B]] = []
        self.feeds: dict[type[Any], Callable[[A], Sequence[B]]] = {}
        """The ``feed`` of each class of values that has come."""

    @property
    def machines(self) -> list[Machine[A, B]]:
        """The machines that were fed; as long as nothing has come, the one that comes first."""
        return self._fed or [self._machine]

    def feed_of(self, value: A) -> Callable[[A], Sequence[B]]:
        """Return the ``feed`` for values of this class, and store it."""
        chosen = self._machine
        if self._taken.admit(value) and self._make_also is not None:
            if self._other is None:
                self._other = self._make_also()
            chosen = self._other
        if chosen not in self._fed:
            self._fed.append(chosen)
        self.feeds[type(value)] = chosen.feed
        return chosen.feed


def _closing(machines: list[Machine[Any, B]]) -> Iterator[B]:
    # A generator: so an error of `close` itself is raised where its outputs are iterated.
    for machine in machines:
        outputs = machine.close()
        if not _are_outputs(outputs):
            raise _no_outputs(machine.close, outputs)
        yield from outputs


def _are_outputs(returned: object) -> bool:
    return isinstance(returned, Iterable)


def _no_outputs(method: object, returned: object) -> TypeError:
    name = getattr(method, "__qualname__", "feed")
    came = type(returned).__name__
    return TypeError(f"{name}() returns the outputs, as a list or a tuple, and not {came}")
