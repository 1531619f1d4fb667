"""The machine behind the handlers' callbacks, which emits specific events about a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._core.machine import AnswerMachine
from streamkit.errors import PartialRun
from streamkit.families.assistants.events import AssistantEvent, RunEvent
from streamkit.families.assistants.message_accumulator import MessageAccumulator
from streamkit.families.assistants.message_content import ContentEmitter
from streamkit.families.assistants.message_events import MessageCreatedEvent
from streamkit.families.assistants.run_accumulator import RunAccumulator
from streamkit.families.assistants.step_events import RunStepCreatedEvent, RunStepDoneEvent
from streamkit.families.assistants.tool_calls import ToolCallEmitter
from streamkit.limits import DEFAULTS, Limits
from streamkit.types.beta.assistant_stream_event import AssistantStreamEvent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from streamkit.types.beta.threads import Message, Run
    from streamkit.types.beta.threads.runs import RunStep

__all__ = ["AssistantEvents"]


class AssistantEvents(AnswerMachine[AssistantStreamEvent, AssistantEvent, PartialRun]):
    """A machine that emits all events about a run, its messages and steps: ``assistant_events``."""

    def __init__(self, limits: Limits = DEFAULTS) -> None:
        self._messages = MessageAccumulator(limits)
        self._content = ContentEmitter()
        self._run = RunAccumulator(limits)
        self._calls = ToolCallEmitter()
        self._message_id: str | None = None
        self._step_id: str | None = None
        self._step_has_ended = False

    def feed(self, value: AssistantStreamEvent, /) -> Sequence[AssistantEvent]:
        """Take an event of the stream and return the specific events that it leads to."""
        if self._step_has_ended:
            self._step_id, self._step_has_ended = None, False
        emitted: list[AssistantEvent] = []
        for about_message in self._messages.feed(value):
            self._message_id = about_message.message_id
            content = self._content.feed(about_message)
            if isinstance(about_message, MessageCreatedEvent):
                emitted += (about_message, *content)
            else:
                emitted += (*content, about_message)
        for about_run in () if emitted else self._run.feed(value):
            if not isinstance(about_run, RunEvent):
                self._step_id = about_run.run_step_id
                self._step_has_ended = isinstance(about_run, RunStepDoneEvent)
            calls = self._calls.feed(about_run)
            if isinstance(about_run, RunStepCreatedEvent):
                emitted += (about_run, *calls)
            else:
                emitted += (*calls, about_run)
        return emitted

    def close(self) -> Iterable[AssistantEvent]:
        """Emit the done events of the texts and calls that have not ended."""
        yield from self._content.close()
        yield from self._calls.close()

    def snapshot(self) -> PartialRun:
        """Return the run, its messages and its steps, as far as they have arrived."""
        return PartialRun(self.run, self.messages(), self.run_steps())

    def final(self) -> PartialRun:
        """Return the same: a run has nothing that is parsed at its end."""
        return self.snapshot()

    def keep_to(self, limits: Limits) -> None:
        """Apply ``limits`` to all later events."""
        self._messages.messages.limits = self._run.steps.limits = limits

    @property
    def run(self) -> Run | None:
        """The run in its present state; None before it is known."""
        return self._run.run

    @property
    def waits(self) -> bool:
        """Whether the run waits for the outputs of tools."""
        return self._run.status == "requires_action"

    def message(self) -> Message | None:
        """Return the message of the latest event about a message, in its present state."""
        id = self._message_id
        return None if id is None else self._messages.messages.snapshot(id)

    def run_step(self) -> RunStep | None:
        """Return the step of the latest event about a step; None after the event that ended it."""
        id = self._step_id
        return None if id is None else self._run.steps.snapshot(id)

    def messages(self) -> list[Message]:
        """Return every message, as it ended or else in its present state."""
        return self._messages.messages.snapshots()

    def run_steps(self) -> list[RunStep]:
        """Return every step, as it ended or else in its present state."""
        return self._run.steps.snapshots()
