"""A run's events to all that happens to it: the pipeline behind the handlers' callbacks."""

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
from streamkit.limits import DEFAULTS, Limits
from streamkit.operators.accumulate_messages import MessageAccumulator
from streamkit.operators.accumulate_run import RunAccumulator
from streamkit.operators.lift import lift
from streamkit.operators.message_content import ContentTeller
from streamkit.operators.tool_calls import ToolCallTeller
from streamkit.types.beta.assistant_stream_event import AssistantStreamEvent, UnknownStreamEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from reactivex import Observable

    from streamkit.types.beta.threads import Message, Run
    from streamkit.types.beta.threads.runs import RunStep

__all__ = ["AssistantEvents", "assistant_events"]


def assistant_events(
    *, limits: Limits = DEFAULTS
) -> Callable[[Observable[AssistantStreamEvent]], Observable[AssistantEvent]]:
    """Emit every event about the run, its messages and steps, and what is in them, in order.

        --message.created--message.delta("H")------------------message.completed--|
        [                           assistant_events()                            ]
        --message.created--(text.created,text.delta,message.delta)-(done,done)----|

    What begins is told before what is in it, and what ends or grows after. Each thing is created
    and done once, and nothing of it comes before or after; only a text to which more is added after
    the next block of its message has begun is done once more, at the end. The operators that this
    composes are ``accumulate_messages`` with ``message_content`` and ``accumulate_run`` with
    ``tool_calls``.
    An error of the stream passes with the ``run``, ``messages`` and ``run_steps`` as they were.
    """
    return lift(
        lambda: AssistantEvents(limits),
        takes=AssistantStreamEvent | UnknownStreamEvent,
        name="assistant_events",
    )


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
