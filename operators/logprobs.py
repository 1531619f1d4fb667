"""The operator that emits log probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit._rx.lifted import lifted
from streamkit._rx.operator_input import OperatorInput
from streamkit.families._common.texts import EVENTS
from streamkit.families.chat.emitters import LogprobsEmitter, LogprobsEvent
from streamkit.families.chat.log import ChoiceUpdate
from streamkit.operators.only import OnlyMachine

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable

    from streamkit._rx.operator_input import Takes
    from streamkit.families._common.events import CommonEvent

__all__ = ["logprobs"]


def logprobs() -> Callable[
    [Observable[ChoiceUpdate] | Observable[CommonEvent[Any]]], Observable[LogprobsEvent]
]:
    """Emit the log probabilities of each chunk, and all of them at the end.

        --[p]--------[q]--------|
        [      logprobs()       ]
        --delta([p])-delta([q])-(done([p,q]),|)

    A choice without log probabilities emits nothing.

    The operator also takes the events of ``observe``, of any protocol, and lets those of log
    probabilities pass:

        --content.delta--logprobs.content.delta--logprobs.content.done--|
        [                         logprobs()                            ]
        -----------------logprobs.content.delta--logprobs.content.done--|
    """
    taken = OperatorInput("logprobs", ChoiceUpdate, also=_events)
    operator: Callable[[Observable[Any]], Observable[Any]] = lifted(
        LogprobsEmitter, taken, lambda: OnlyMachine(_TYPES)
    )
    return operator


def _events() -> Takes:
    return EVENTS


_TYPES = frozenset(
    {
        "logprobs.content.delta",
        "logprobs.content.done",
        "logprobs.refusal.delta",
        "logprobs.refusal.done",
    }
)
