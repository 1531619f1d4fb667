"""What shows that an answer is there: a run that rests. To ask again would start another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._core.ending import ends_answer
from streamkit.errors import PartialRun
from streamkit.families.assistants.events import OF_RUNS, RunEvent, state_of

if TYPE_CHECKING:
    from streamkit.types.beta.assistant_stream_event import AssistantStreamEvent

__all__: list[str] = []


@ends_answer.register(RunEvent)
def _(event: RunEvent) -> bool:
    return event.rests


@ends_answer.register(PartialRun)
def _(partial: PartialRun) -> bool:
    run = partial.run
    return run is not None and RunEvent(run, run.status or "").rests


def _ends_run(event: AssistantStreamEvent) -> bool:
    state = state_of(event)
    return state is not None and state.rests


for _of_run in OF_RUNS:
    ends_answer.register(_of_run, _ends_run)
