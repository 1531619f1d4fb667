"""The calls of a thread's runs: their parameters, requests and answers. No I/O.

Source: https://platform.openai.com/docs/api-reference/runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Required

from streamkit.families._resource.call import Call, get, path, post
from streamkit.families._resource.params import RequestOptions
from streamkit.families._resource.poll_plan import PollParams, PollTerms, Statuses
from streamkit.types import CursorPage
from streamkit.types.beta.threads.run import Run

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from streamkit._core.wire import Wire
    from streamkit.families._resource.params import NotGiven
    from streamkit.families._resource.poll_plan import PollPlan

__all__ = [
    "STATUSES",
    "RunCreateAndPollParams",
    "RunCreateParams",
    "RunParams",
    "RunPollParams",
    "RunUpdateParams",
    "ToolOutputsAndPollParams",
    "ToolOutputsParams",
    "cancel",
    "create",
    "create_and_poll",
    "list_",
    "poll",
    "retrieve",
    "submit_tool_outputs",
    "submit_tool_outputs_and_poll",
    "update",
]


class RunUpdateParams(RequestOptions, total=False):
    """The parameters of a change of a run."""

    metadata: Mapping[str, str] | NotGiven | None


class RunParams(RunUpdateParams, total=False):
    """The parameters of any new run."""

    assistant_id: Required[str]
    instructions: str | NotGiven | None
    max_completion_tokens: int | NotGiven | None
    max_prompt_tokens: int | NotGiven | None
    model: str | NotGiven | None
    parallel_tool_calls: bool | NotGiven
    response_format: str | Mapping[str, Any] | NotGiven | None
    temperature: float | NotGiven | None
    tool_choice: str | Mapping[str, Any] | NotGiven | None
    tools: Iterable[Mapping[str, Any] | Wire] | NotGiven | None
    top_p: float | NotGiven | None
    truncation_strategy: Mapping[str, Any] | Wire | NotGiven | None


class RunCreateParams(RunParams, total=False):
    """The parameters of a new run on an existing thread."""

    additional_instructions: str | NotGiven | None
    additional_messages: Iterable[Mapping[str, Any] | Wire] | NotGiven | None
    include: list[str] | NotGiven
    """Additional fields to return in steps, as ``step_details.tool_calls[*].file_search...``."""
    reasoning_effort: str | NotGiven | None


class ToolOutputsParams(RequestOptions, total=False):
    """The parameters of the submission of the tool outputs that a run waits for."""

    tool_outputs: Required[Iterable[Mapping[str, Any]]]
    """The outputs, each with its ``tool_call_id`` and its ``output``."""


class RunPollParams(RequestOptions, PollParams, total=False):
    """The options of polling a run."""


class RunCreateAndPollParams(RunCreateParams, PollParams, total=False):
    """The parameters of a new run on an existing thread, and the options of polling it."""


class ToolOutputsAndPollParams(ToolOutputsParams, PollParams, total=False):
    """The parameters of the submission of tool outputs, and the options of polling the run."""


STATUSES = Statuses(
    working=frozenset({"queued", "in_progress", "cancelling"}),
    # A run that requires action does nothing until the caller acts.
    final=frozenset(
        {"requires_action", "cancelled", "completed", "failed", "expired", "incomplete"}
    ),
)
"""The statuses of a run: those in which it works, and those in which polling ends."""


def create(thread_id: str, params: Mapping[str, Any]) -> Call[Run]:
    """Return the call that starts a run of an assistant on a thread."""
    return post(_all(thread_id), Run, params)


def retrieve(run_id: str, thread_id: str, params: Mapping[str, Any]) -> Call[Run]:
    """Return the call that fetches a run."""
    return get(_one(run_id, thread_id), Run, params)


def update(run_id: str, thread_id: str, params: Mapping[str, Any]) -> Call[Run]:
    """Return the call that changes a run."""
    return post(_one(run_id, thread_id), Run, params)


def list_(thread_id: str, params: Mapping[str, Any]) -> Call[CursorPage[Run]]:
    """Return the call that lists the runs of a thread."""
    return get(_all(thread_id), CursorPage[Run], params)


def cancel(run_id: str, thread_id: str, params: Mapping[str, Any]) -> Call[Run]:
    """Return the call that requests that a run is cancelled."""
    return post(f"{_one(run_id, thread_id)}/cancel", Run, params)


def submit_tool_outputs(run_id: str, thread_id: str, params: Mapping[str, Any]) -> Call[Run]:
    """Return the call that submits the tool outputs that a run waits for."""
    return post(f"{_one(run_id, thread_id)}/submit_tool_outputs", Run, params)


def poll(run_id: str, thread_id: str, params: Mapping[str, Any]) -> PollPlan[Run]:
    """Return the plan that polls a run."""
    terms = PollTerms(params)
    look = retrieve(run_id, thread_id, terms.poll_params)
    return terms.polled(STATUSES, look, run_id)


def create_and_poll(thread_id: str, params: Mapping[str, Any]) -> PollPlan[Run]:
    """Return the plan that starts a run of an assistant on a thread and polls it."""
    terms = PollTerms(params)
    return terms.started(
        STATUSES,
        create(thread_id, terms.start_params),
        lambda run: retrieve(run.id, thread_id, terms.follow_params),
    )


def submit_tool_outputs_and_poll(
    run_id: str, thread_id: str, params: Mapping[str, Any]
) -> PollPlan[Run]:
    """Return the plan that submits tool outputs to a run and polls it."""
    terms = PollTerms(params)
    again = retrieve(run_id, thread_id, terms.follow_params)
    return terms.started(
        STATUSES,
        submit_tool_outputs(run_id, thread_id, terms.start_params),
        lambda _: again,
    )


def _all(thread_id: str) -> str:
    return path("/threads/{thread_id}/runs", thread_id=thread_id)


def _one(run_id: str, thread_id: str) -> str:
    return path("/threads/{thread_id}/runs/{run_id}", thread_id=thread_id, run_id=run_id)
