"""A choice's log probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._core.machine import Machine
from streamkit.families.chat.events import (
    LogprobsContentDeltaEvent,
    LogprobsContentDoneEvent,
    LogprobsRefusalDeltaEvent,
    LogprobsRefusalDoneEvent,
)
from streamkit.families.chat.log import ChoiceLog, ChoiceUpdate
from streamkit.operators.lift import lift

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from reactivex import Observable

__all__ = ["LogprobsEvent", "LogprobsTeller", "logprobs"]

LogprobsEvent = (
    LogprobsContentDeltaEvent
    | LogprobsContentDoneEvent
    | LogprobsRefusalDeltaEvent
    | LogprobsRefusalDoneEvent
)
"""Any event about log probabilities."""


def logprobs() -> Callable[[Observable[ChoiceUpdate]], Observable[LogprobsEvent]]:
    """Emit the log probabilities of each chunk, and all of them at the end.

        --[p]--------[q]--------|
        [      logprobs()       ]
        --delta([p])-delta([q])-(done([p,q]),|)

    A choice without any emits nothing.
    """
    return lift(LogprobsTeller, takes=ChoiceUpdate, name="logprobs")


class LogprobsTeller(Machine[ChoiceUpdate, LogprobsEvent]):
    """The machine of ``logprobs``, for one choice."""

    def __init__(self) -> None:
        self._choice: ChoiceLog | None = None

    def feed(self, value: ChoiceUpdate, /) -> Sequence[LogprobsEvent]:
        """Take what a chunk added to the choice."""
        new = value.logprobs
        if new is None:
            return ()
        choice = value.choice
        if new.content or new.refusal:
            self._choice = choice
        content_end, refusal_end = value.logprobs_ends
        events: list[LogprobsEvent] = []
        if new.content and content_end:
            events.append(
                LogprobsContentDeltaEvent(
                    value.index, new.content, choice.logprobs_content, content_end
                )
            )
        if new.refusal and refusal_end:
            events.append(
                LogprobsRefusalDeltaEvent(
                    value.index, new.refusal, choice.logprobs_refusal, refusal_end
                )
            )
        return events

    def close(self) -> Iterable[LogprobsEvent]:
        """Tell all log probabilities, if there were any."""
        choice, self._choice = self._choice, None
        if choice is None:
            return
        if choice.logprobs_content:
            yield LogprobsContentDoneEvent(choice.index, choice.logprobs_content[:])
        if choice.logprobs_refusal:
            yield LogprobsRefusalDoneEvent(choice.index, choice.logprobs_refusal[:])
