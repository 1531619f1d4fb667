"""The requests about batches of files for a vector store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.server.api_error import ApiError
from streamkit.server.complaint import missing
from streamkit.server.vector_stores.members import members_page
from streamkit.server.vector_stores.progress import KIND as MEMBER
from streamkit.server.vector_stores.progress import add_member, file_counts, take_in
from streamkit.server.vector_stores.requests import NewBatch, NewMember

if TYPE_CHECKING:
    from streamkit.server.call import Call
    from streamkit.server.store import Document, Record

KIND = "vector_store.file_batch"


def create(call: Call) -> Document:
    """Begin to put files into a vector store."""
    store = call.find("vector_store", "store")
    asked = call.read(NewBatch)
    if not asked.file_ids and not asked.files:
        raise missing("file_ids")
    if asked.file_ids and asked.files:
        raise ApiError("'file_ids' and 'files' cannot be given at the same time.", param="files")
    private = {"polls": call.settings.polls, "polled": 0, "cancelled": False}
    batch = call.store.add(
        KIND, "vsfb_", {"vector_store_id": store.id}, owner=store.id, private=private
    )
    alike = [
        NewMember(
            file_id=id, attributes=asked.attributes, chunking_strategy=asked.chunking_strategy
        )
        for id in asked.file_ids or ()
    ]
    for member in asked.files or alike:
        add_member(call, store.id, member, batch=batch.id)
    return _shown(call, batch)


def show(call: Call) -> Document:
    """Show a batch, which counts as a poll; each poll completes a part of its files."""
    batch = _found(call)
    batch.private["polled"] += 1
    call.store.save(batch)
    members = _members(call, batch)
    polls = max(1, batch.private["polls"])
    due = len(members) * batch.private["polled"] // polls
    for member in members[:due]:
        if member.document["status"] == "in_progress":
            take_in(call.store, member)
    return _shown(call, batch)


def show_files(call: Call) -> Document:
    """List the files of a batch."""
    batch = _found(call)
    return members_page(call, batch.owner, {"private.batch": batch.id})


def cancel(call: Call) -> Document:
    """Cancel the files of a batch that are not done."""
    batch = _found(call)
    if (status := _shown(call, batch)["status"]) != "in_progress":
        raise ApiError(f"Cannot cancel file batch with status '{status}'.")
    batch.private["cancelled"] = True
    call.store.save(batch)
    for member in _members(call, batch):
        if member.document["status"] == "in_progress":
            member.document["status"] = "cancelled"
            call.store.save(member)
    return _shown(call, batch)


def _found(call: Call) -> Record:
    store = call.find("vector_store", "store")
    return call.find(KIND, "batch", owner=store.id)


def _members(call: Call, batch: Record) -> list[Record]:
    return call.store.select(MEMBER, owner=batch.owner, where={"private.batch": batch.id})


def _shown(call: Call, batch: Record) -> Document:
    counts = file_counts(_members(call, batch))
    if batch.private["cancelled"]:
        status = "cancelled"
    elif counts["in_progress"]:
        status = "in_progress"
    else:
        status = "failed" if counts["failed"] and not counts["completed"] else "completed"
    return {**batch.document, "status": status, "file_counts": counts}


ROUTES = (
    ("POST", "/vector_stores/{store}/file_batches", create),
    ("GET", "/vector_stores/{store}/file_batches/{batch}", show),
    ("POST", "/vector_stores/{store}/file_batches/{batch}/cancel", cancel),
    ("GET", "/vector_stores/{store}/file_batches/{batch}/files", show_files),
)
