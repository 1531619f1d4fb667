"""One observable for each of the ``n`` choices."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import GroupedObservable, Observable, Subject, abc

    from streamkit.events import ChunkEvent
    from streamkit.log import ChoiceUpdate

__all__ = ["split_by_choice"]


def split_by_choice() -> Callable[
    [Observable[ChunkEvent]], Observable[GroupedObservable[int, ChoiceUpdate]]
]:
    """Emit an observable for each choice, which emits what every chunk adds to it.

        --(0:a)--(1:x)--(0:b,1:y)--(0:end)--|
        [         split_by_choice()         ]
        --0------1--------------------------|
          0: a----------b----------|
                 1: x---y-------------------|

    Its ``key`` is the choice's index. It completes with the choice's finish reason, after all that
    the finishing chunk says; a choice that speaks again after that is emitted again. Subscribe to a
    choice when it is emitted (``flat_map`` does), for what it said before is not kept.
    """

    def operator(
        source: Observable[ChunkEvent],
    ) -> Observable[GroupedObservable[int, ChoiceUpdate]]:
        from reactivex import GroupedObservable, Observable, Subject
        from reactivex.disposable import RefCountDisposable, SingleAssignmentDisposable

        def subscribe(
            observer: abc.ObserverBase[GroupedObservable[int, ChoiceUpdate]],
            scheduler: abc.SchedulerBase | None = None,
        ) -> abc.DisposableBase:
            choices: dict[int, Subject[ChoiceUpdate]] = {}
            finished: set[int] = set()
            subscription = SingleAssignmentDisposable()
            # The source is let go when the outer observable and every choice are.
            shared = RefCountDisposable(subscription)

            def on_next(event: ChunkEvent) -> None:
                for update in event.updates:
                    choice = choices.get(update.index)
                    if choice is None:
                        if update.index in finished and _is_empty(update):
                            continue
                        choice = choices[update.index] = Subject()
                        observer.on_next(GroupedObservable(update.index, choice, shared))
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


def _is_empty(update: ChoiceUpdate) -> bool:
    """Whether an update says nothing; some servers repeat a finished choice beside the usage."""
    new = update.logprobs
    logprobs = new is not None and (new.content or new.refusal)
    return not (update.content or update.refusal or update.calls or logprobs)


def _taken(choices: dict[int, Subject[ChoiceUpdate]]) -> list[Subject[ChoiceUpdate]]:
    taken = [choices[index] for index in sorted(choices)]
    choices.clear()
    return taken
