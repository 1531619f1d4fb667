"""The operator that splits a stream into one observable for each of the ``n`` choices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._rx.operator_input import OperatorInput
from streamkit._rx.splitting import split
from streamkit.families.chat.events import ChunkEvent

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import GroupedObservable, Observable

    from streamkit._rx.splitting import Separator
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
    return split(_new_separator, OperatorInput("split_by_choice", ChunkEvent))


def _new_separator() -> Separator[ChunkEvent, int, ChoiceUpdate]:
    finished: set[int] = set()

    def separate(event: ChunkEvent) -> tuple[list[tuple[int, ChoiceUpdate]], list[int]]:
        updates = [
            (update.index, update)
            for update in event.updates
            if update.index not in finished or not _is_empty(update)
        ]
        ended = [index for index, update in updates if update.finish_reason]
        finished.difference_update([index for index, _ in updates])
        finished.update(ended)
        return updates, ended

    return separate


def _is_empty(update: ChoiceUpdate) -> bool:
    """Return whether an update has no content; some servers repeat a done choice beside usage."""
    new = update.logprobs
    logprobs = new is not None and (new.content or new.refusal)
    texts = update.reasoning or update.content or update.refusal
    return not (texts or update.calls or logprobs)
