"""What is known of a run while its events pass by."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from streamkit._core.machine import Machine
from streamkit.families.assistants.machine import AssistantEvents
from streamkit.types.beta.assistant_stream_event import AssistantStreamEvent, ThreadMessageDelta
from streamkit.types.beta.threads import TextDeltaBlock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from streamkit.families.assistants.events import AssistantEvent
    from streamkit.types.beta.threads import Message, Run
    from streamkit.types.beta.threads.runs import RunStep

__all__ = ["RunFollower", "RunView", "text_values"]


class RunFollower(Machine[AssistantStreamEvent, AssistantStreamEvent]):
    """Passes the events of a run on as they are, and knows what they add up to.

    It serves one sequence of events, be that of one response or of several that continue it.
    """

    def __init__(self) -> None:
        self.events = AssistantEvents()
        self.event: AssistantStreamEvent | None = None
        self.told: Sequence[AssistantEvent] = ()
        """All that the last event says."""

    def feed(self, value: AssistantStreamEvent, /) -> Sequence[AssistantStreamEvent]:
        """Take an event and return it."""
        self.event = value
        self.told = self.events.feed(value)
        return (value,)

    def fail(self, error: Exception, /) -> None:
        """Let an error of the stream carry what had arrived."""
        self.events.fail(error)

    def finish(self) -> None:
        """Take the end of the last response."""
        self.event = None
        self.told = tuple(self.events.close())

    def final_run(self) -> Run:
        """The run as it ended."""
        run = self.events.run
        if run is None:
            raise RuntimeError("there is no final run: no event of the stream was about a run")
        return run

    def final_run_steps(self) -> list[RunStep]:
        """The steps as they ended."""
        steps = self.events.run_steps()
        if not steps:
            raise RuntimeError("there are no run steps: no event of the stream was about one")
        return steps

    def final_messages(self) -> list[Message]:
        """The messages as they ended."""
        messages = self.events.messages()
        if not messages:
            raise RuntimeError("there are no messages: no event of the stream was about one")
        return messages


class RunView(ABC):
    """What a stream, and a handler that follows it, tell of the run so far.

    Each method returns None where there is nothing to tell.
    """

    @abstractmethod
    def _following(self) -> RunFollower: ...

    def current_event(self) -> AssistantStreamEvent | None:
        """The event that was read last; None before the first and after the end."""
        return self._following().event

    def current_run(self) -> Run | None:
        """The run as it is, the current event included."""
        return self._following().events.run

    def current_message_snapshot(self) -> Message | None:
        """The message that an event was about last, as it is."""
        return self._following().events.message()

    def current_run_step_snapshot(self) -> RunStep | None:
        """The step that an event was about last, as it is; None once it has ended."""
        return self._following().events.run_step()


def text_values(event: AssistantStreamEvent) -> Iterator[str]:
    """The pieces of text in an event."""
    if isinstance(event, ThreadMessageDelta):
        for block in event.data.delta.content or ():
            if isinstance(block, TextDeltaBlock) and block.text and block.text.value:
                yield block.text.value
