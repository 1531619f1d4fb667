"""A choice's refusal, as it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._core.machine import Machine
from streamkit.families.chat.events import RefusalDeltaEvent, RefusalDoneEvent
from streamkit.families.chat.log import ChoiceLog, ChoiceUpdate
from streamkit.operators.lift import lift

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from reactivex import Observable

__all__ = ["RefusalDetector", "refusal_detect"]


def refusal_detect() -> Callable[
    [Observable[ChoiceUpdate]], Observable[RefusalDeltaEvent | RefusalDoneEvent]
]:
    """Emit each piece of a refusal, and the whole at the end.

        --I'm--------sorry--------|
        [    refusal_detect()     ]
        --delta------delta--------(done("I'm sorry"),|)

    A choice that is answered emits nothing.
    """
    return lift(RefusalDetector, takes=ChoiceUpdate, name="refusal_detect")


class RefusalDetector(Machine[ChoiceUpdate, RefusalDeltaEvent | RefusalDoneEvent]):
    """The machine of ``refusal_detect``, for one choice."""

    def __init__(self) -> None:
        self._choice: ChoiceLog | None = None

    def feed(self, value: ChoiceUpdate, /) -> Sequence[RefusalDeltaEvent]:
        """Take what a chunk added to the choice."""
        if value.refusal is None:
            return ()
        choice = value.choice
        if value.refusal:  # some servers send an empty piece after the finish reason
            self._choice = choice
        return (RefusalDeltaEvent(value.index, value.refusal, choice.refusal, value.refusal_end),)

    def close(self) -> Iterable[RefusalDoneEvent]:
        """Tell the whole refusal, if there was one."""
        choice, self._choice = self._choice, None
        if choice is None:
            return ()
        text = choice.refusal
        return (RefusalDoneEvent(choice.index, text.close()),)
