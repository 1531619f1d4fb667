"""Steps of a run: what is sent, and how it is answered. No I/O.

Source: https://platform.openai.com/docs/api-reference/run-steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit.families._resource.call import Call, get, path
from streamkit.families._resource.params import ListParams, RequestOptions
from streamkit.types import CursorPage
from streamkit.types.beta.threads.runs.run_step import RunStep

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streamkit.families._resource.params import NotGiven

__all__ = ["StepListParams", "StepRetrieveParams", "list_", "retrieve"]


class StepRetrieveParams(RequestOptions, total=False):
    """What of a step is wanted."""

    include: list[str] | NotGiven
    """What more it is to say, as ``step_details.tool_calls[*].file_search.results[*].content``."""


class StepListParams(ListParams, StepRetrieveParams, total=False):
    """Which steps of a run are wanted, and what of them."""


def retrieve(step_id: str, run_id: str, thread_id: str, params: Mapping[str, Any]) -> Call[RunStep]:
    """Fetch a step."""
    steps = _all(run_id, thread_id)
    return get(f"{steps}/{path('{step_id}', step_id=step_id)}", RunStep, params)


def list_(run_id: str, thread_id: str, params: Mapping[str, Any]) -> Call[CursorPage[RunStep]]:
    """Fetch the steps of a run."""
    return get(_all(run_id, thread_id), CursorPage[RunStep], params)


def _all(run_id: str, thread_id: str) -> str:
    return path("/threads/{thread_id}/runs/{run_id}/steps", thread_id=thread_id, run_id=run_id)
