"""The calls and polls for batches of messages. No I/O.

Source: https://docs.anthropic.com/en/api/creating-message-batches.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Required

from msgspec.structs import replace

from streamkit._core.family import Family
from streamkit._core.json_lines import JSONLinesDecoder
from streamkit._core.object_decoder import ObjectDecoder
from streamkit._core.unchanged import Unchanged
from streamkit.families._resource import call as calls
from streamkit.families._resource.call import Call, path, split
from streamkit.families._resource.params import RequestOptions
from streamkit.families._resource.poll_plan import PollParams, PollTerms, Statuses
from streamkit.families._resource.streamed_call import StreamedCall
from streamkit.families.messages.call import PATH, sendable
from streamkit.types import CursorPage
from streamkit.types.messages import (
    DeletedMessageBatch,
    MessageBatch,
    MessageBatchIndividualResponse,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from streamkit.families._resource.params import NotGiven
    from streamkit.families._resource.poll_plan import PollPlan

__all__ = [
    "BatchCreateAndPollParams",
    "BatchCreateParams",
    "BatchListParams",
    "BatchPollParams",
    "cancel",
    "create",
    "create_and_poll",
    "delete",
    "list_batches",
    "poll",
    "results",
    "retrieve",
]

STATUSES = Statuses(working=frozenset({"in_progress", "canceling"}), final=frozenset({"ended"}))


class BatchCreateParams(RequestOptions, total=False):
    """The requests of a batch."""

    requests: Required[Iterable[Mapping[str, Any]]]
    """Each with a ``custom_id``, and the ``params`` of a message."""


class BatchListParams(RequestOptions, total=False):
    """The part of the batches to fetch; the newest come first."""

    after_id: str | NotGiven
    before_id: str | NotGiven
    limit: int | NotGiven
    """The number of batches of a page; 20 by default, at most 1000."""


class BatchPollParams(RequestOptions, PollParams, total=False):
    """The options of polling a batch."""


class BatchCreateAndPollParams(BatchCreateParams, PollParams, total=False):
    """The requests of a batch, and the options of polling it."""


def create(params: Mapping[str, Any]) -> Call[MessageBatch]:
    """Return the call that creates a batch."""
    requests = [
        {**request, "params": sendable(request["params"])[0]} if "params" in request else request
        for request in params["requests"]
    ]
    return calls.post(f"{PATH}/batches", MessageBatch, {**params, "requests": requests}, _NONE)


def retrieve(batch_id: str, params: Mapping[str, Any]) -> Call[MessageBatch]:
    """Return the call that fetches a batch."""
    return calls.get(_one(batch_id), MessageBatch, params, _NONE)


def list_batches(params: Mapping[str, Any]) -> Call[CursorPage[MessageBatch]]:
    """Return the call that fetches the batches."""
    call = calls.get(f"{PATH}/batches", CursorPage[MessageBatch], params, _NONE)
    return replace(call, cursor="after_id")


def cancel(batch_id: str, params: Mapping[str, Any]) -> Call[MessageBatch]:
    """Return the call that requests the cancellation of a batch."""
    return calls.post(f"{_one(batch_id)}/cancel", MessageBatch, params, _NONE)


def delete(batch_id: str, params: Mapping[str, Any]) -> Call[DeletedMessageBatch]:
    """Return the call that deletes a batch that has ended."""
    return calls.delete(_one(batch_id), DeletedMessageBatch, params, _NONE)


def results(
    batch_id: str, params: Mapping[str, Any]
) -> StreamedCall[MessageBatchIndividualResponse]:
    """Return the call that streams the results of a batch, a line for each request."""
    query, options = split(params)
    headers = {"Accept": "application/x-jsonl"}
    request = calls.request(
        "GET", f"{_one(batch_id)}/results", headers, options, query, stream=True
    )
    family = _Lines(
        decoder=partial(ObjectDecoder, MessageBatchIndividualResponse, ends=_is_last),
        is_content=lambda _: True,
        machine=lambda _: Unchanged[MessageBatchIndividualResponse](),
    )
    return StreamedCall(request, family)


def poll(batch_id: str, params: Mapping[str, Any]) -> PollPlan[MessageBatch]:
    """Return the plan that polls a batch."""
    terms = PollTerms(params)
    return terms.polled(STATUSES, retrieve(batch_id, terms.poll_params), batch_id)


def create_and_poll(params: Mapping[str, Any]) -> PollPlan[MessageBatch]:
    """Return the plan that creates a batch, and polls it."""
    terms = PollTerms(params)
    return terms.started(
        STATUSES,
        create(terms.start_params),
        # By the id of the first answer: some servers send another id later.
        lambda batch: retrieve(batch.id, terms.follow_params),
    )


_NONE: Mapping[str, str] = {}


class _Lines(Family[MessageBatchIndividualResponse, MessageBatchIndividualResponse], frozen=True):
    """The family of results, each of which is a line."""

    frames = JSONLinesDecoder


def _is_last(_result: MessageBatchIndividualResponse) -> bool:
    return True  # every line is whole, so the results may end after any


def _one(batch_id: str) -> str:
    return path(f"{PATH}/batches/{{batch_id}}", batch_id=batch_id)
