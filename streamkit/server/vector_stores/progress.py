"""The progress of files that are put into a vector store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from streamkit.server.call import not_found

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streamkit.server.call import Call
    from streamkit.server.store import Document, Record, Store
    from streamkit.server.vector_stores.requests import NewMember

KIND = "vector_store.file"
FAILED = "[[failed]]"
"""The mark in the name of a file that a vector store cannot take."""


def add_member(call: Call, store: str, asked: NewMember, *, batch: str = "") -> Record:
    """Begin to put a file into a vector store, and return its record.

    Raises:
        ApiError: The file does not exist.
    """
    id = asked.file_id
    if call.store.find("file", id) is None:
        raise not_found("file", id)
    strategy = asked.chunking_strategy
    cut: Document = {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 400}
    static = msgspec.to_builtins(strategy).get("static", cut) if strategy else cut
    document = {
        "id": id,
        "object": KIND,
        "created_at": call.store.now,
        "vector_store_id": store,
        "status": "in_progress",
        "last_error": None,
        "usage_bytes": 0,
        "attributes": asked.attributes or {},
        "chunking_strategy": {"type": "static", "static": static},
    }
    private = {"polls": call.settings.polls, "batch": batch}
    member = call.store.insert(KIND, document, owner=store, private=private)
    if call.settings.polls == 0:
        take_in(call.store, member)
    return member


def take_in(store: Store, member: Record) -> None:
    """Set a file that is in progress to completed or failed."""
    file = store.find("file", member.id)
    if file is None or FAILED in file.document["filename"]:
        error = {"code": "unsupported_file", "message": "The type of this file is not supported."}
        member.document.update(status="failed", last_error=error)
    else:
        member.document.update(status="completed", usage_bytes=file.document["bytes"])
    store.save(member)


def file_counts(members: Iterable[Record]) -> dict[str, int]:
    """Return the number of files in each state, and in all."""
    counts = {"in_progress": 0, "completed": 0, "failed": 0, "cancelled": 0, "total": 0}
    for member in members:
        counts[member.document["status"]] += 1
        counts["total"] += 1
    return counts
