"""The requests about the files of a vector store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.server.api_error import ApiError
from streamkit.server.pages import page
from streamkit.server.polls import poll
from streamkit.server.vector_stores.progress import KIND, add_member, take_in
from streamkit.server.vector_stores.requests import ChangedMember, NewMember

if TYPE_CHECKING:
    from streamkit.server.call import Call
    from streamkit.server.store import Document, Record

STATES = ("in_progress", "completed", "failed", "cancelled")


def create(call: Call) -> Document:
    """Put a file into a vector store."""
    store = call.find("vector_store", "store")
    return add_member(call, store.id, call.read(NewMember)).document


def show(call: Call) -> Document:
    """Show a file of a vector store, which counts as a poll."""
    member = _found(call)
    if member.document["status"] == "in_progress" and poll(member):
        take_in(call.store, member)
    call.store.save(member)
    return member.document


def show_page(call: Call) -> Document:
    """List the files of a vector store."""
    store = call.find("vector_store", "store")
    return members_page(call, store.id, {})


def members_page(call: Call, store: str, where: dict[str, str]) -> Document:
    """Return the page of a vector store's files that a query asks for.

    Raises:
        ApiError: The query has a value that the API refuses.
    """
    state = call.query.get("filter")
    if state is not None:
        if state not in STATES:
            raise ApiError(
                f"Invalid value: '{state}'. Supported values are: {', '.join(STATES)}.",
                param="filter",
                code="invalid_value",
            )
        where = {**where, "document.status": state}
    return page(call, KIND, owner=store, where=where)


def change(call: Call) -> Document:
    """Change the attributes of a file of a vector store."""
    member = _found(call)
    member.document["attributes"] = call.read(ChangedMember).attributes or {}
    call.store.save(member)
    return member.document


def delete(call: Call) -> Document:
    """Take a file out of a vector store; the file itself stays."""
    member = _found(call)
    call.store.remove(KIND, member.id, owner=member.owner)
    return {"id": member.id, "object": "vector_store.file.deleted", "deleted": True}


def _found(call: Call) -> Record:
    store = call.find("vector_store", "store")
    return call.find(KIND, "file", owner=store.id)


ROUTES = (
    ("POST", "/vector_stores/{store}/files", create),
    ("GET", "/vector_stores/{store}/files", show_page),
    ("GET", "/vector_stores/{store}/files/{file}", show),
    ("POST", "/vector_stores/{store}/files/{file}", change),
    ("DELETE", "/vector_stores/{store}/files/{file}", delete),
)
