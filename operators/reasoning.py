"""The operator that emits the reasoning of a choice, as it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.families.chat.emitters import ReasoningEmitter
from streamkit.families.chat.log import ChoiceUpdate
from streamkit.operators.lift import lift

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable

    from streamkit.families._common.events import ReasoningDeltaEvent, ReasoningDoneEvent

__all__ = ["reasoning"]


def reasoning() -> Callable[
    [Observable[ChoiceUpdate]], Observable[ReasoningDeltaEvent | ReasoningDoneEvent]
]:
    """Emit each piece of the model's reasoning, and the whole at the end.

        --Hm,--------so------|
        [    reasoning()     ]
        --delta------delta---(done("Hm,so"),|)

    Servers send reasoning as ``reasoning_content`` or ``reasoning``, among the parts of the
    content, or in ``reasoning_details``; if a server sends it in two fields, it is emitted once.
    Data without text are not reasoning, and stay in ``model_extra``. Reasoning is done when its
    choice is, not when content begins, because some models continue to reason after that.
    """
    return lift(ReasoningEmitter, takes=ChoiceUpdate, name="reasoning")
