"""The requests about vector stores."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from streamkit.server.pages import page
from streamkit.server.polls import poll
from streamkit.server.vector_stores.progress import KIND as MEMBER
from streamkit.server.vector_stores.progress import add_member, file_counts, take_in
from streamkit.server.vector_stores.requests import ChangedStore, NewMember, NewStore

if TYPE_CHECKING:
    from streamkit.server.call import Call
    from streamkit.server.store import Document, Record, Store
    from streamkit.server.vector_stores.requests import Expiry

KIND = "vector_store"
DAY = 24 * 3600


def create(call: Call) -> Document:
    """Create a vector store."""
    return shown(call.store, new_store(call, call.read(NewStore)))


def new_store(call: Call, asked: NewStore) -> Record:
    """Create a vector store, and return its record.

    Raises:
        ApiError: A file does not exist.
    """
    document: Document = {
        "name": asked.name or "",
        "description": asked.description,
        "metadata": asked.metadata or {},
        "last_active_at": call.store.now,
        **_expiry(call.store, asked.expires_after),
    }
    store = call.store.add(KIND, "vs_", document)
    for file in asked.file_ids:
        member = NewMember(file_id=file, chunking_strategy=asked.chunking_strategy)
        add_member(call, store.id, member)
    return store


def show(call: Call) -> Document:
    """Show a vector store, which counts as a poll of each of its files."""
    store = call.find(KIND, "store")
    for member in call.store.select(
        MEMBER, owner=store.id, where={"document.status": "in_progress"}
    ):
        if poll(member):
            take_in(call.store, member)
        call.store.save(member)
    return shown(call.store, store)


def show_page(call: Call) -> Document:
    """List vector stores."""
    return page(call, KIND, show=lambda store: shown(call.store, store))


def change(call: Call) -> Document:
    """Change a vector store's name, metadata and expiry."""
    store = call.find(KIND, "store")
    asked = call.read(ChangedStore)
    if asked.name is not None:
        store.document["name"] = asked.name
    if asked.metadata is not None:
        store.document["metadata"] = asked.metadata
    if "expires_after" in call.body:
        store.document.update(_expiry(call.store, asked.expires_after))
    call.store.save(store)
    return shown(call.store, store)


def delete(call: Call) -> Document:
    """Delete a vector store; its files stay."""
    store = call.find(KIND, "store")
    call.store.remove(KIND, store.id)
    return {"id": store.id, "object": "vector_store.deleted", "deleted": True}


def shown(objects: Store, store: Record) -> Document:
    """Return a vector store with the state of its files."""
    members = objects.select(MEMBER, owner=store.id)
    counts = file_counts(members)
    return {
        **store.document,
        "status": "in_progress" if counts["in_progress"] else "completed",
        "file_counts": counts,
        "usage_bytes": sum(member.document["usage_bytes"] for member in members),
    }


def _expiry(store: Store, expiry: Expiry | None) -> Document:
    if expiry is None:
        return {"expires_after": None, "expires_at": None}
    until = store.now + expiry.days * DAY
    return {"expires_after": msgspec.to_builtins(expiry), "expires_at": until}


ROUTES = (
    ("POST", "/vector_stores", create),
    ("GET", "/vector_stores", show_page),
    ("GET", "/vector_stores/{store}", show),
    ("POST", "/vector_stores/{store}", change),
    ("DELETE", "/vector_stores/{store}", delete),
)
