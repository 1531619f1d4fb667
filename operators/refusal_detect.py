"""The operator that emits a refusal, as it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit._rx.lifted import lifted
from streamkit._rx.operator_input import OperatorInput
from streamkit.families._common.texts import EVENTS
from streamkit.families.chat.emitters import RefusalEmitter
from streamkit.families.chat.log import ChoiceUpdate
from streamkit.operators.only import OnlyMachine

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable

    from streamkit._rx.operator_input import Takes
    from streamkit.families._common.events import (
        CommonEvent,
        RefusalDeltaEvent,
        RefusalDoneEvent,
    )

__all__ = ["refusal_detect"]


def refusal_detect() -> Callable[
    [Observable[ChoiceUpdate] | Observable[CommonEvent[Any]]],
    Observable[RefusalDeltaEvent | RefusalDoneEvent],
]:
    """Emit each piece of a refusal, and the whole at the end.

        --I'm--------sorry--------|
        [    refusal_detect()     ]
        --delta------delta--------(done("I'm sorry"),|)

    A choice without a refusal emits nothing.

    The operator also takes the events of ``observe``, of any protocol, and lets those of refusals
    pass:

        --content.delta--refusal.delta--refusal.done--|
        [               refusal_detect()              ]
        -----------------refusal.delta--refusal.done--|
    """
    taken = OperatorInput("refusal_detect", ChoiceUpdate, also=_events)
    operator: Callable[[Observable[Any]], Observable[Any]] = lifted(
        RefusalEmitter, taken, lambda: OnlyMachine(_TYPES)
    )
    return operator


def _events() -> Takes:
    return EVENTS


_TYPES = frozenset({"refusal.delta", "refusal.done"})
