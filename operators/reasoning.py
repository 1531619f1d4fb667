"""The operator that emits the reasoning of an answer, as it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit._rx.lifted import lifted
from streamkit._rx.operator_input import OperatorInput
from streamkit.families._common.texts import EVENTS
from streamkit.families.chat.emitters import ReasoningEmitter
from streamkit.families.chat.log import ChoiceUpdate
from streamkit.operators.only import OnlyMachine

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable

    from streamkit._rx.operator_input import Takes
    from streamkit.families._common.events import (
        CommonEvent,
        ReasoningDeltaEvent,
        ReasoningDoneEvent,
    )

__all__ = ["reasoning"]


def reasoning() -> Callable[
    [Observable[ChoiceUpdate] | Observable[CommonEvent[Any]]],
    Observable[ReasoningDeltaEvent | ReasoningDoneEvent],
]:
    """Emit each piece of the model's reasoning, and the whole at the end.

        --Hm,--------so------|
        [    reasoning()     ]
        --delta------delta---(done("Hm,so"),|)

    Servers send reasoning as ``reasoning_content`` or ``reasoning``, among the parts of the
    content, or in ``reasoning_details``; if a server sends it in two fields, it is emitted once.
    Data without text are not reasoning, and stay in ``model_extra``. Reasoning is done when its
    choice is, not when content begins, because some models continue to reason after that.

    The operator also takes the events of ``observe``, of any protocol, and lets those of the
    reasoning pass:

        --reasoning.delta--content.delta--reasoning.done--|
        [                   reasoning()                   ]
        --reasoning.delta-----------------reasoning.done--|
    """
    taken = OperatorInput("reasoning", ChoiceUpdate, also=_events)
    operator: Callable[[Observable[Any]], Observable[Any]] = lifted(
        ReasoningEmitter, taken, lambda: OnlyMachine(_TYPES)
    )
    return operator


def _events() -> Takes:
    return EVENTS


_TYPES = frozenset({"reasoning.delta", "reasoning.done"})
