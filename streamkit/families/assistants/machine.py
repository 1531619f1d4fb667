"""A run's events to all that happens to it: the machine behind the handlers' callbacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._core.machine import Machine
from streamkit.errors import PartialRun, StreamkitError
from streamkit.families.assistants.events import (
    AssistantEvent,
    MessageCreatedEvent,
    RunEvent,
    RunStepCreatedEvent,
    RunStepDoneEvent,
)
from streamkit.families.assistants.message_accumulator import MessageAccumulator
from streamkit.families.assistants.message_content import ContentTeller
from streamkit.families.assistants.run_accumulator import RunAccumulator
from streamkit.families.assistants.tool_calls import ToolCallTeller
from streamkit.limits import DEFAULTS, Limits
from streamkit.types.beta.assistant_stream_event import AssistantStreamEvent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from streamkit.types.beta.threads import Message, Run
    from streamkit.types.beta.threads.runs import RunStep

__all__ = ["AssistantEvents"]


class AssistantEvents(Machine[AssistantStreamEvent, AssistantEvent]):
    """The machine of ``assistant_events``."""

    def __init__(self, limits: Limits = DEFAULTS) -> None:
        self._messages = MessageAccumulator(limits)
        self._content = ContentTeller()
        self._run = RunAccumulator(limits)
        self._calls = ToolCallTeller()
        self._message_id: str | None = None
        self._step_id: str | None = None
        self._step_has_ended = False

    def feed(self, value: AssistantStreamEvent, /) -> Sequence[AssistantEvent]:
        """Take an event and return all that it says."""
        if self._step_has_ended:
            self._step_id, self._step_has_ended = None, False
        told: list[AssistantEvent] = []
        for about_message in self._messages.feed(value):
            self._message_id = about_message.message_id
            content = self._content.feed(about_message)
            if isinstance(about_message, MessageCreatedEvent):
                told += (about_message, *content)
            else:
                told += (*content, about_message)
        for about_run in () if told else self._run.feed(value):
            if not isinstance(about_run, RunEvent):
                self._step_id = about_run.run_step_id
                self._step_has_ended = isinstance(about_run, RunStepDoneEvent)
            calls = self._calls.feed(about_run)
            if isinstance(about_run, RunStepCreatedEvent):
                told += (about_run, *calls)
            else:
                told += (*calls, about_run)
        return told

    def close(self) -> Iterable[AssistantEvent]:
        """Tell the texts and calls that nothing else has ended."""
        yield from self._content.close()
        yield from self._calls.close()

    def fail(self, error: Exception, /) -> None:
        """Let an error of the stream carry what had arrived."""
        if isinstance(error, StreamkitError) and error.partial is None:
            error.partial = PartialRun(self.run, self.messages(), self.run_steps())

    def keep_to(self, limits: Limits) -> None:
        """Take no more than ``limits`` allow from now on."""
        self._messages.messages.limits = self._run.steps.limits = limits

    @property
    def run(self) -> Run | None:
        """The run as it is; None before it is known."""
        return self._run.run

    @property
    def waits(self) -> bool:
        """Whether the run waits for the outputs of tools."""
        return self._run.status == "requires_action"

    def message(self) -> Message | None:
        """The message that was spoken of last, as it is."""
        id = self._message_id
        return None if id is None else self._messages.messages.snapshot(id)

    def run_step(self) -> RunStep | None:
        """The step that was spoken of last, as it is; None once its end was told."""
        id = self._step_id
        return None if id is None else self._run.steps.snapshot(id)

    def messages(self) -> list[Message]:
        """Every message, as it is or as it ended."""
        return self._messages.messages.snapshots()

    def run_steps(self) -> list[RunStep]:
        """Every step, as it is or as it ended."""
        return self._run.steps.snapshots()
