"""A choice's reasoning, as it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.families.chat.log import ChoiceUpdate
from streamkit.families.chat.tellers import ReasoningTeller
from streamkit.operators.lift import lift

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable

    from streamkit.families.chat.events import ReasoningDeltaEvent, ReasoningDoneEvent

__all__ = ["reasoning"]


def reasoning() -> Callable[
    [Observable[ChoiceUpdate]], Observable[ReasoningDeltaEvent | ReasoningDoneEvent]
]:
    """Emit each piece of what a model thinks, and the whole at the end.

        --Hm,--------so------|
        [    reasoning()     ]
        --delta------delta---(done("Hm,so"),|)

    Servers call it ``reasoning_content`` or ``reasoning``, have it among the parts of the content,
    or in ``reasoning_details``; one that sends it in two fields says it twice and is heard once.
    Only what has no text is no reasoning, and kept in ``model_extra``. It is done with its choice
    and not when content begins, since some models go on to think after that.
    """
    return lift(ReasoningTeller, takes=ChoiceUpdate, name="reasoning")
