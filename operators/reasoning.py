"""A choice's reasoning, as it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._core.machine import Machine
from streamkit.families.chat.events import ReasoningDeltaEvent, ReasoningDoneEvent
from streamkit.families.chat.log import ChoiceLog, ChoiceUpdate
from streamkit.operators.lift import lift

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from reactivex import Observable

__all__ = ["ReasoningTeller", "reasoning"]


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


class ReasoningTeller(Machine[ChoiceUpdate, ReasoningDeltaEvent | ReasoningDoneEvent]):
    """The machine of ``reasoning``, for one choice."""

    def __init__(self) -> None:
        self._choice: ChoiceLog | None = None

    def feed(self, value: ChoiceUpdate, /) -> Sequence[ReasoningDeltaEvent]:
        """Take what a chunk added to the choice."""
        # Many servers send an empty piece with every chunk of the answer.
        if not value.reasoning:
            return ()
        choice = self._choice = value.choice
        return (
            ReasoningDeltaEvent(
                value.index, value.reasoning, choice.reasoning, value.reasoning_end
            ),
        )

    def close(self) -> Iterable[ReasoningDoneEvent]:
        """Tell the whole reasoning, if there was any."""
        choice, self._choice = self._choice, None
        if choice is None:
            return ()
        text = choice.reasoning
        return (ReasoningDoneEvent(choice.index, text.close()),)
