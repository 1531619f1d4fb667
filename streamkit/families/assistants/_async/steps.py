"""``async_client.beta.threads.runs.steps``: the steps of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.families._resource._async.resource import AsyncResource
from streamkit.families.assistants import steps as calls

if TYPE_CHECKING:
    from typing import Unpack

    from streamkit.families._resource.async_listing import AsyncPages
    from streamkit.families.assistants.steps import StepListParams, StepRetrieveParams
    from streamkit.types.beta.threads.runs.run_step import RunStep

__all__ = ["AsyncSteps"]


class AsyncSteps(AsyncResource):
    """The steps of a run."""

    async def retrieve(
        self, step_id: str, *, run_id: str, thread_id: str, **params: Unpack[StepRetrieveParams]
    ) -> RunStep:
        """Fetch a step of a run."""
        return await self._send(calls.retrieve(step_id, run_id, thread_id, params))

    def list(
        self, run_id: str, *, thread_id: str, **params: Unpack[StepListParams]
    ) -> AsyncPages[RunStep]:
        """Return the steps of a run, the newest first."""
        return self._list(calls.list_(run_id, thread_id, params))
