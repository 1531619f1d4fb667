"""What the runs of both clients have in common: their polling, observed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.families._resource.polled import ObservedPolling
from streamkit.families.assistants import plans

if TYPE_CHECKING:
    from reactivex import Observable
    from typing_extensions import Unpack

    from streamkit.families.assistants.plans import (
        CreateAndRunPollParams,
        RunCreateAndPollParams,
        RunPollParams,
        ToolOutputsAndPollParams,
    )
    from streamkit.types.beta.threads.run import Run

__all__ = ["ObservableRunPolling", "ObservableThreadPolling"]


class ObservableRunPolling(ObservedPolling):
    """Runs, as they are polled."""

    def observe_poll(
        self, run_id: str, thread_id: str, **params: Unpack[RunPollParams]
    ) -> Observable[Run]:
        """Return a cold observable of the states that ``poll`` sees."""
        return self._observe_poll(plans.poll(run_id, thread_id, params))

    def observe_create_and_poll(
        self, *, thread_id: str, **params: Unpack[RunCreateAndPollParams]
    ) -> Observable[Run]:
        """Return a cold observable of the states of a run; every subscription starts one."""
        return self._observe_poll(plans.create(thread_id, params))

    def observe_submit_tool_outputs_and_poll(
        self, *, run_id: str, thread_id: str, **params: Unpack[ToolOutputsAndPollParams]
    ) -> Observable[Run]:
        """Return a cold observable of the states of a run; subscribing submits the outputs."""
        return self._observe_poll(plans.submit_tool_outputs(run_id, thread_id, params))


class ObservableThreadPolling(ObservedPolling):
    """The runs of new threads, as they are polled."""

    def observe_create_and_run_poll(
        self, **params: Unpack[CreateAndRunPollParams]
    ) -> Observable[Run]:
        """Return a cold observable of the states of a run; every subscription starts one."""
        return self._observe_poll(plans.create_and_run(params))
