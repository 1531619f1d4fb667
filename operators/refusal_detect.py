"""The operator that emits the refusal of a choice, as it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.families.chat.emitters import RefusalEmitter
from streamkit.families.chat.log import ChoiceUpdate
from streamkit.operators.lift import lift

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable

    from streamkit.families._common.events import RefusalDeltaEvent, RefusalDoneEvent

__all__ = ["refusal_detect"]


def refusal_detect() -> Callable[
    [Observable[ChoiceUpdate]], Observable[RefusalDeltaEvent | RefusalDoneEvent]
]:
    """Emit each piece of a refusal, and the whole at the end.

        --I'm--------sorry--------|
        [    refusal_detect()     ]
        --delta------delta--------(done("I'm sorry"),|)

    A choice without a refusal emits nothing.
    """
    return lift(RefusalEmitter, takes=ChoiceUpdate, name="refusal_detect")
