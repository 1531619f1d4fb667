"""The calls of the steps of a run: their parameters, requests and answers. No I/O.

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
    """The parameters of a request for a step."""

    include: list[str] | NotGiven
    """More fields to return, as ``step_details.tool_calls[*].file_search.results[*].content``."""


class StepListParams(ListParams, StepRetrieveParams, total=False):
    """The parameters of a request for the steps of a run."""


def retrieve(step_id: str, run_id: str, thread_id: str, params: Mapping[str, Any]) -> Call[RunStep]:
    """Return the call that fetches a step."""
    steps = _all(run_id, thread_id)
    return get(f"{steps}/{path('{step_id}', step_id=step_id)}", RunStep, params)


def list_(run_id: str, thread_id: str, params: Mapping[str, Any]) -> Call[CursorPage[RunStep]]:
    """Return the call that lists the steps of a run."""
    return get(_all(run_id, thread_id), CursorPage[RunStep], params)


def _all(run_id: str, thread_id: str) -> str:
    return path("/threads/{thread_id}/runs/{run_id}/steps", thread_id=thread_id, run_id=run_id)
