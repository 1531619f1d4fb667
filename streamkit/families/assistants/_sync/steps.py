# Made from ../_async/steps.py by .ci/unasync.py: change it there.
"""``client.beta.threads.runs.steps``: the steps of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.families._resource._sync.resource import SyncResource
from streamkit.families.assistants import steps as calls

if TYPE_CHECKING:
    from typing import Unpack

    from streamkit.families._resource.listing import SyncCursorPage
    from streamkit.families.assistants.steps import StepListParams, StepRetrieveParams
    from streamkit.types.beta.threads.runs.run_step import RunStep

__all__ = ["Steps"]


class Steps(SyncResource):
    """The steps of a run."""

    def retrieve(
        self, step_id: str, *, run_id: str, thread_id: str, **params: Unpack[StepRetrieveParams]
    ) -> RunStep:
        """Fetch a step of a run."""
        return self._send(calls.retrieve(step_id, run_id, thread_id, params))

    def list(
        self, run_id: str, *, thread_id: str, **params: Unpack[StepListParams]
    ) -> SyncCursorPage[RunStep]:
        """Return the steps of a run, the newest first."""
        return self._list(calls.list_(run_id, thread_id, params))
