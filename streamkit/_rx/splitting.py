"""The splitting of an observable into one for each key, which knows no family."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from reactivex import GroupedObservable, Observable, Subject, abc

    from streamkit._rx.operator_input import OperatorInput

__all__ = ["Separator", "split"]

A = TypeVar("A")
B = TypeVar("B")
K = TypeVar("K")
A_contra = TypeVar("A_contra", contravariant=True)
B_co = TypeVar("B_co", covariant=True)
K_co = TypeVar("K_co", covariant=True)


class Separator(Protocol[A_contra, K_co, B_co]):
    """A function with the state of one subscription, which takes an item of the source apart."""

    def __call__(self, item: A_contra, /) -> tuple[Iterable[tuple[K_co, B_co]], Iterable[K_co]]:
        """Return keys and their items, and the keys whose observables complete after these."""
        ...


def split(
    new_separator: Callable[[], Separator[A, K, B]], taken: OperatorInput
) -> Callable[[Observable[A]], Observable[GroupedObservable[K, B]]]:
    """Return an operator that emits an observable for each key, when its first item comes.

    Args:
        new_separator: Makes the separator of a subscription.
        taken: The name of the operator, and the values that it accepts.
    """

    def operator(source: Observable[A]) -> Observable[GroupedObservable[K, B]]:
        taken.source(source)
        from reactivex.disposable import RefCountDisposable, SingleAssignmentDisposable

        from streamkit._rx.observable import GroupedObservable, Observable

        def subscribe(
            observer: abc.ObserverBase[GroupedObservable[K, B]],
            scheduler: abc.SchedulerBase | None = None,
        ) -> abc.DisposableBase:
            separate = new_separator()
            groups: dict[K, _Group[B]] = {}
            opened: list[_Group[B]] = []
            subscription = SingleAssignmentDisposable()
            # The source is disposed of when the outer observable and every group are.
            shared = RefCountDisposable(subscription)

            def on_next(value: A) -> None:
                if type(value) not in taken.admitted:
                    try:
                        taken.admit(value)
                    except TypeError as error:
                        subscription.dispose()
                        on_error(error)
                        return
                while opened:
                    opened.pop().forget()
                items, ended = separate(value)
                for key, item in items:
                    group = groups.get(key)
                    if group is None:
                        group = groups[key] = _Group()
                        opened.append(group)
                        observer.on_next(GroupedObservable(key, group.observable(), shared))
                    group.on_next(item)
                for key in ended:
                    if (ending := groups.pop(key, None)) is not None:
                        ending.on_completed()

            def on_error(error: Exception) -> None:
                for group in _taken(groups):
                    group.on_error(error)
                observer.on_error(error)

            def on_completed() -> None:
                for group in _taken(groups):
                    group.on_completed()
                observer.on_completed()

            subscription.disposable = source.subscribe(
                on_next, on_error, on_completed, scheduler=scheduler
            )
            return shared

        return Observable(subscribe)

    return operator


class _Group(Generic[B]):
    """The items of one key, complete for observers that subscribe before the next of the source.

    An observer need not subscribe at once: ``merge`` subscribes in its turn on the trampoline of
    reactivex, which is after the first item of the source. So what came with that is replayed.
    """

    def __init__(self) -> None:
        from reactivex import Subject

        self._emitted: Subject[B] = Subject()
        self._first: list[B] = []
        self._is_first = True
        self.on_error = self._emitted.on_error
        self.on_completed = self._emitted.on_completed

    def on_next(self, item: B) -> None:
        if self._is_first:
            self._first.append(item)
        self._emitted.on_next(item)

    def forget(self) -> None:
        self._is_first = False
        self._first.clear()

    def observable(self) -> Observable[B]:
        from streamkit._rx.observable import Observable

        def subscribe(
            observer: abc.ObserverBase[B], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            for item in self._first:
                observer.on_next(item)
            return self._emitted.subscribe(observer, scheduler=scheduler)

        return Observable(subscribe)


def _taken(groups: dict[K, _Group[B]]) -> list[_Group[B]]:
    taken = [*groups.values()]
    groups.clear()
    return taken
