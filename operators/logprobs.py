"""The operator that emits the log probabilities of a choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.families.chat.emitters import LogprobsEmitter, LogprobsEvent
from streamkit.families.chat.log import ChoiceUpdate
from streamkit.operators.lift import lift

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable

__all__ = ["logprobs"]


def logprobs() -> Callable[[Observable[ChoiceUpdate]], Observable[LogprobsEvent]]:
    """Emit the log probabilities of each chunk, and all of them at the end.

        --[p]--------[q]--------|
        [      logprobs()       ]
        --delta([p])-delta([q])-(done([p,q]),|)

    A choice without log probabilities emits nothing.
    """
    return lift(LogprobsEmitter, takes=ChoiceUpdate, name="logprobs")
