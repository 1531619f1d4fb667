"""The operator that splits a stream into one observable for each of the ``n`` choices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._rx.operator_input import OperatorInput
from streamkit.families.chat.events import ChunkEvent

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import GroupedObservable, Observable, Subject, abc

    from streamkit.families.chat.log import ChoiceUpdate

__all__ = ["split_by_choice"]


def split_by_choice() -> Callable[
    [Observable[ChunkEvent]], Observable[GroupedObservable[int, ChoiceUpdate]]
]:
    """Emit an observable for each choice, which emits the additions of every chunk to the choice.

        --(0:a)--(1:x)--(0:b,1:y)--(0:end)--|
        [         split_by_choice()         ]
        --0------1--------------------------|
          0: a----------b----------|
                 1: x---y-------------------|

    The ``key`` of the observable is the choice's index. It completes with the choice's finish
    reason, after all additions of the finishing chunk; if more comes for the choice after that, a
    new observable is emitted. Subscribe before the next chunk comes (``flat_map`` does), because
    earlier additions are not kept longer.
    """
    taken = OperatorInput("split_by_choice", ChunkEvent)

    def operator(
        source: Observable[ChunkEvent],
    ) -> Observable[GroupedObservable[int, ChoiceUpdate]]:
        taken.source(source)
        from reactivex.disposable import RefCountDisposable, SingleAssignmentDisposable

        from streamkit._rx.observable import GroupedObservable, Observable

        def subscribe(
            observer: abc.ObserverBase[GroupedObservable[int, ChoiceUpdate]],
            scheduler: abc.SchedulerBase | None = None,
        ) -> abc.DisposableBase:
            choices: dict[int, _Choice] = {}
            finished: set[int] = set()
            opened: list[_Choice] = []
            subscription = SingleAssignmentDisposable()
            # The source is disposed of when the outer observable and every choice are.
            shared = RefCountDisposable(subscription)

            def on_next(event: ChunkEvent) -> None:
                if type(event) not in taken.admitted:
                    try:
                        taken.admit(event)
                    except TypeError as error:
                        subscription.dispose()
                        on_error(error)
                        return
                while opened:
                    opened.pop().forget()
                for update in event.updates:
                    choice = choices.get(update.index)
                    if choice is None:
                        if update.index in finished and _is_empty(update):
                            continue
                        choice = choices[update.index] = _Choice()
                        opened.append(choice)
                        observer.on_next(
                            GroupedObservable(update.index, choice.observable(), shared)
                        )
                    choice.on_next(update)
                for update in event.updates:
                    if update.finish_reason and (choice := choices.pop(update.index, None)):
                        finished.add(update.index)
                        choice.on_completed()

            def on_error(error: Exception) -> None:
                for choice in _taken(choices):
                    choice.on_error(error)
                observer.on_error(error)

            def on_completed() -> None:
                for choice in _taken(choices):
                    choice.on_completed()
                observer.on_completed()

            subscription.disposable = source.subscribe(
                on_next, on_error, on_completed, scheduler=scheduler
            )
            return shared

        return Observable(subscribe)

    return operator


class _Choice:
    """The updates of one choice, complete for observers that subscribe before the second chunk.

    An observer need not subscribe at once: ``merge`` subscribes in its turn on the trampoline of
    reactivex, which is after the first chunk. So the updates of that chunk are replayed.
    """

    def __init__(self) -> None:
        from reactivex import Subject

        self._updates: Subject[ChoiceUpdate] = Subject()
        self._first: list[ChoiceUpdate] = []
        self._is_first = True
        self.on_error = self._updates.on_error
        self.on_completed = self._updates.on_completed

    def on_next(self, update: ChoiceUpdate) -> None:
        if self._is_first:
            self._first.append(update)
        self._updates.on_next(update)

    def forget(self) -> None:
        self._is_first = False
        self._first.clear()

    def observable(self) -> Observable[ChoiceUpdate]:
        from streamkit._rx.observable import Observable

        def subscribe(
            observer: abc.ObserverBase[ChoiceUpdate], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            for update in self._first:
                observer.on_next(update)
            return self._updates.subscribe(observer, scheduler=scheduler)

        return Observable(subscribe)


def _is_empty(update: ChoiceUpdate) -> bool:
    """Return whether an update has no content; some servers repeat a done choice beside usage."""
    new = update.logprobs
    logprobs = new is not None and (new.content or new.refusal)
    texts = update.reasoning or update.content or update.refusal
    return not (texts or update.calls or logprobs)


def _taken(choices: dict[int, _Choice]) -> list[_Choice]:
    taken = [choices[index] for index in sorted(choices)]
    choices.clear()
    return taken
