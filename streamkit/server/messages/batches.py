"""Batches of messages: each is done after some polls, and its results are JSON lines."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta, Struct
from starlette.datastructures import QueryParams
from starlette.responses import Response

from streamkit._core.compiled import convert
from streamkit.server.api_error import ApiError
from streamkit.server.dialects import VERSION, dialect_of
from streamkit.server.identity import Identity
from streamkit.server.messages.answer import answer
from streamkit.server.messages.complaint import complaint, refused
from streamkit.server.messages.document import message
from streamkit.server.messages.request import MessageRequest
from streamkit.server.messages.rules import checked
from streamkit.server.pages import page
from streamkit.server.polls import poll
from streamkit.server.sampling.budget import Budget, ExhaustedError

if TYPE_CHECKING:
    from streamkit.server.call import Call
    from streamkit.server.store import Document, Record

KIND = "message_batch"
REQUEST = "message_batch.request"
"""The kind of the store's records of requests; their owner is the batch."""
REQUEST_LIMIT = 10_000
"""The number of requests that a batch may have."""
PAGE_LIMIT = 1000
LIFETIME = 24 * 3600
"""The seconds in a batch's ``expires_at``; no clock is read, so none expires."""


class Asked(Struct, forbid_unknown_fields=True):
    """A request of a batch; its parameters are checked when it is processed."""

    custom_id: Annotated[str, Meta(pattern="^[a-zA-Z0-9_-]{1,64}$")]
    params: dict[str, Any]


class NewBatch(Struct, forbid_unknown_fields=True, kw_only=True):
    """A request for a batch."""

    requests: list[Asked]
    user_profile_id: str | None = None


def create(call: Call) -> Document:
    """Create a batch."""
    try:
        asked = convert(call.body, NewBatch)
    except msgspec.ValidationError as error:
        raise complaint(error) from None
    names = [request.custom_id for request in asked.requests]
    if not 1 <= len(names) <= REQUEST_LIMIT:
        raise refused("requests", f"List should have 1 to {REQUEST_LIMIT} items")
    if len(set(names)) < len(names):
        raise refused("requests", "custom_id must be unique")
    document = {
        "processing_status": "in_progress",
        "request_counts": {**_NO_COUNTS, "processing": len(names)},
        "cancel_initiated_at": None,
        "ended_at": None,
    }
    private = {
        "polls": call.settings.polls,
        "token_size": call.settings.token_size,
        "version": call.request.headers[VERSION],
    }
    batch = call.store.add(KIND, "msgbatch_01", document, private=private)
    for request in asked.requests:
        document = {"id": request.custom_id, "params": request.params, "result": None}
        call.store.insert(REQUEST, document, owner=batch.id)
    if not call.settings.polls:
        _finish(call, batch)
    return _shown(call, batch)


def show(call: Call) -> Document:
    """Show a batch, which counts as a poll."""
    batch = _found(call)
    status = batch.document["processing_status"]
    if status != "ended":
        if poll(batch) or status == "canceling":
            _finish(call, batch)
        call.store.save(batch)
    return _shown(call, batch)


def show_page(call: Call) -> Document:
    """List the batches, the latest first."""
    names = {"after_id": "after", "before_id": "before", "limit": "limit"}
    query = {names[name]: value for name, value in call.query.items() if name in names}
    found = page(
        replace(call, query=QueryParams(query)),
        KIND,
        show=lambda batch: _shown(call, batch),
        most=PAGE_LIMIT,
    )
    del found["object"]
    return found


def cancel(call: Call) -> Document:
    """Cancel a batch; its next poll carries that out."""
    batch = _found(call)
    if batch.document["processing_status"] == "in_progress":
        batch.document["processing_status"] = "canceling"
        batch.document["cancel_initiated_at"] = call.store.now
        call.store.save(batch)
    return _shown(call, batch)


def delete(call: Call) -> Document:
    """Delete a batch that has ended, and its results."""
    batch = _found(call)
    if batch.document["processing_status"] != "ended":
        raise ApiError(f"Batch {batch.id} is still being processed: cancel it first.")
    call.store.remove(KIND, batch.id)
    return {"id": batch.id, "type": "message_batch_deleted"}


def show_results(call: Call) -> Response:
    """Send the results of a batch, each in a line of JSON."""
    batch = _found(call)
    if batch.document["processing_status"] != "ended":
        raise ApiError(f"Batch {batch.id} has no results yet.", status=404)
    lines = [
        {"custom_id": record.id, "result": record.document["result"]}
        for record in call.store.select(REQUEST, owner=batch.id)
    ]
    return Response(msgspec.json.Encoder().encode_lines(lines), media_type="application/x-jsonl")


def _finish(call: Call, batch: Record) -> None:
    cancelled = batch.document["processing_status"] == "canceling"
    counts = {**_NO_COUNTS}
    # All requests share one budget, so that a batch takes no longer than a message may.
    budget = Budget()
    for record in call.store.select(REQUEST, owner=batch.id):
        result = {"type": "canceled"} if cancelled else _result(call, batch, record, budget)
        counts[result["type"]] += 1
        record.document["result"] = result
        call.store.save(record)
    now = call.store.now
    batch.document.update(processing_status="ended", request_counts=counts, ended_at=now)
    call.store.save(batch)


def _result(call: Call, batch: Record, record: Record, budget: Budget) -> Document:
    params = record.document["params"]
    size = batch.private["token_size"]
    try:
        request = checked(params, MessageRequest, batch.private["version"], budget)
        call.desk.serve(request.model)
        identity = Identity(params, call.desk.seed)
        made = answer(request, identity, size=size, budget=budget)
    except (ApiError, ExhaustedError) as failure:
        error = failure if isinstance(failure, ApiError) else ApiError(f"{failure}.")
        return {"type": "errored", "error": dialect_of(call.request.scope).body(error)}
    return {"type": "succeeded", "message": message(request, made, identity, size=size)}


def _found(call: Call) -> Record:
    id = call.path["batch"]
    batch = call.store.find(KIND, id)
    if batch is None:
        raise ApiError(f"Batch {id} not found.", status=404)
    return batch


def _shown(call: Call, batch: Record) -> Document:
    document = batch.document
    path = f"v1/messages/batches/{batch.id}/results"
    ended = document["processing_status"] == "ended"
    return {
        "id": batch.id,
        "type": KIND,
        "processing_status": document["processing_status"],
        "request_counts": document["request_counts"],
        "created_at": _time(document["created_at"]),
        "expires_at": _time(document["created_at"] + LIFETIME),
        "cancel_initiated_at": _time(document["cancel_initiated_at"]),
        "ended_at": _time(document["ended_at"]),
        "archived_at": None,
        "results_url": f"{call.request.base_url}{path}" if ended else None,
    }


def _time(seconds: int | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()


_NO_COUNTS = {"processing": 0, "succeeded": 0, "errored": 0, "canceled": 0, "expired": 0}

ROUTES = (
    ("POST", "/messages/batches", create),
    ("GET", "/messages/batches", show_page),
    ("GET", "/messages/batches/{batch}", show),
    ("DELETE", "/messages/batches/{batch}", delete),
    ("POST", "/messages/batches/{batch}/cancel", cancel),
    ("GET", "/messages/batches/{batch}/results", show_results),
)
