"""The state of a run that is known from the events so far."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from streamkit._core.machine import AnswerMachine
from streamkit.errors import PartialRun
from streamkit.families.assistants.machine import AssistantEvents
from streamkit.types.beta.assistant_stream_event import AssistantStreamEvent, ThreadMessageDelta
from streamkit.types.beta.threads import TextDeltaBlock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from streamkit.families.assistants.events import AssistantEvent
    from streamkit.types.beta.threads import Message, Run
    from streamkit.types.beta.threads.runs import RunStep

__all__ = ["RunFollower", "RunView", "text_values"]


class RunFollower(AnswerMachine[AssistantStreamEvent, AssistantStreamEvent, PartialRun]):
    """A machine that passes on the events of a run unchanged, and accumulates them.

    It serves one sequence of events, of one response or of several that continue each other.
    """

    def __init__(self) -> None:
        self.events = AssistantEvents()
        self.event: AssistantStreamEvent | None = None
        self.emitted: Sequence[AssistantEvent] = ()
        """The specific events that the last event led to."""

    def feed(self, value: AssistantStreamEvent, /) -> Sequence[AssistantStreamEvent]:
        """Take an event, accumulate it and return it."""
        self.event = value
        self.emitted = self.events.feed(value)
        return (value,)

    def snapshot(self) -> PartialRun:
        """Return the run, its messages and its steps, as far as they have arrived."""
        return self.events.snapshot()

    def final(self) -> PartialRun:
        """Return the same: a run has nothing that is parsed at its end."""
        return self.events.final()

    def finish(self) -> None:
        """Take the end of the last response."""
        self.event = None
        self.emitted = tuple(self.events.close())

    def final_run(self) -> Run:
        """Return the run as it ended; raise ``RuntimeError`` if no event was about a run."""
        run = self.events.run
        if run is None:
            raise RuntimeError("there is no final run: no event of the stream was about a run")
        return run

    def final_run_steps(self) -> list[RunStep]:
        """Return the steps as they ended; raise ``RuntimeError`` if there were none."""
        steps = self.events.run_steps()
        if not steps:
            raise RuntimeError("there are no run steps: no event of the stream was about one")
        return steps

    def final_messages(self) -> list[Message]:
        """Return the messages as they ended; raise ``RuntimeError`` if there were none."""
        messages = self.events.messages()
        if not messages:
            raise RuntimeError("there are no messages: no event of the stream was about one")
        return messages


class RunView(ABC):
    """The base of a stream and of a handler, with methods that return the state of the run so far.

    Each method returns None where nothing is known.
    """

    @abstractmethod
    def _following(self) -> RunFollower: ...

    def current_event(self) -> AssistantStreamEvent | None:
        """Return the event that was read last; None before the first event and after the end."""
        return self._following().event

    def current_run(self) -> Run | None:
        """Return the run in its present state, with the current event."""
        return self._following().events.run

    def current_message_snapshot(self) -> Message | None:
        """Return the message of the latest event about a message, in its present state."""
        return self._following().events.message()

    def current_run_step_snapshot(self) -> RunStep | None:
        """Return the step of the latest event about a step, in its present state.

        It is None again after the event that ended the step.
        """
        return self._following().events.run_step()


def text_values(event: AssistantStreamEvent) -> Iterator[str]:
    """Yield the pieces of text in an event."""
    if isinstance(event, ThreadMessageDelta):
        for block in event.data.delta.content or ():
            if isinstance(block, TextDeltaBlock) and block.text and block.text.value:
                yield block.text.value
