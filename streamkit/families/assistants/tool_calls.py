"""The emitter of the tool calls of a run's steps, as they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._core.machine import Machine
from streamkit._core.wire import plain
from streamkit.families.assistants.events import RunEvent
from streamkit.families.assistants.growing import matched
from streamkit.families.assistants.run_accumulator import RunOrStepEvent
from streamkit.families.assistants.step_events import (
    RunStepCreatedEvent,
    RunStepDeltaEvent,
    RunStepDoneEvent,
    ToolCallCreatedEvent,
    ToolCallDeltaEvent,
    ToolCallDoneEvent,
    tool_call_of,
)
from streamkit.types.beta.threads.runs import ToolCallsStepDetails

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from streamkit.families.assistants.growing import Mark
    from streamkit.types.beta.threads.runs import RunStep

__all__ = ["ToolCallEmitter", "ToolCallEvent"]

ToolCallEvent = ToolCallCreatedEvent | ToolCallDeltaEvent | ToolCallDoneEvent
"""Any event about a tool call."""


class ToolCallEmitter(Machine[RunOrStepEvent, ToolCallEvent]):
    """A machine that emits the events about the tool calls of steps: ``tool_calls``."""

    def __init__(self) -> None:
        self._steps: dict[str, _Step] = {}

    def feed(self, value: RunOrStepEvent, /) -> Sequence[ToolCallEvent]:
        """Take an event about the run or a step and return the events about tool calls."""
        match value:
            case RunStepDeltaEvent(run_step_id=id):
                step = self._steps.setdefault(id, _Step(id, resumed=True))
                return list(step.grow(value))
            case RunStepCreatedEvent(run_step_id=id):
                step = self._steps[id] = _Step(id, resumed=value.resumed)
                calls = value.calls().items()
                return [event for at, call in calls for event in step.show(at, call)]
            case RunStepDoneEvent(run_step_id=id):
                ended = self._steps.pop(id, None)
                return list(ended.end(value.run_step)) if ended else ()
            case RunEvent():
                return list(self._rest(is_cut=value.status not in _WHOLE)) if value.rests else ()

    def close(self) -> Iterable[ToolCallEvent]:
        """Emit the done events of the calls that are not done yet."""
        return self._rest(is_cut=True)

    def _rest(self, *, is_cut: bool) -> Iterator[ToolCallEvent]:
        for step in self._steps.values():
            yield from step.rest(is_cut=is_cut)


_WHOLE = frozenset({"completed", "requires_action"})
"""The states of a run, or of a step, in which its calls are whole."""


class _Step:
    """The state of one step: the calls that have been emitted."""

    def __init__(self, id: str, *, resumed: bool) -> None:
        self.id = id
        self._resumed = resumed
        self._calls: dict[int, Mark] = {}
        self._done: set[int] = set()

    def show(self, index: int, call: Mark) -> Iterator[ToolCallEvent]:
        """Emit the created event of a call if it is new, and hold the call's present state."""
        if index not in self._calls:
            yield ToolCallCreatedEvent(self.id, index, call)
        self._calls[index] = call

    def grow(self, event: RunStepDeltaEvent) -> Iterator[ToolCallEvent]:
        """Emit the events for the additions of a delta to calls."""
        for index, fragment, call in event.fragments():
            if index not in self._done:
                yield from self.show(index, call)
                yield ToolCallDeltaEvent(self.id, index, fragment, call)

    def end(self, step: RunStep) -> Iterator[ToolCallEvent]:
        """Emit the remaining events, from the whole step."""
        details = step.step_details
        calls = details.tool_calls if isinstance(details, ToolCallsStepDetails) else ()
        is_cut = step.status not in _WHOLE
        for index, call in matched(self._calls, calls, others=not self._resumed).items():
            if index in self._done:
                continue
            if call is None:
                whole = tool_call_of(self._calls[index])
                yield ToolCallDoneEvent(self.id, index, whole, _is_cut=is_cut)
                continue
            if index not in self._calls:
                yield ToolCallCreatedEvent(self.id, index, plain(call, drop_none=True))
            yield ToolCallDoneEvent(self.id, index, call, _is_cut=is_cut)

    def rest(self, *, is_cut: bool) -> Iterator[ToolCallEvent]:
        """Emit the done events of the calls that are not done, in their state so far."""
        for index in sorted(self._calls.keys() - self._done):
            self._done.add(index)
            call = tool_call_of(self._calls[index])
            yield ToolCallDoneEvent(self.id, index, call, _is_cut=is_cut)
