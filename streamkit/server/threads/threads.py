"""The requests about threads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.server.threads.messages import new_message
from streamkit.server.threads.requests import ChangedThread, NewThread
from streamkit.server.threads.tools import resources

if TYPE_CHECKING:
    from streamkit.server.call import Call
    from streamkit.server.store import Document, Record

KIND = "thread"


def create(call: Call) -> Document:
    """Create a thread with its first messages."""
    return new_thread(call, call.read(NewThread), call.body).document


def new_thread(call: Call, asked: NewThread, body: Document) -> Record:
    """Create a thread with its first messages; ``asked`` was read from ``body``.

    Raises:
        ApiError: A vector store or a file does not exist.
    """
    fields = {
        "metadata": asked.metadata or {},
        "tool_resources": resources(call, asked.tool_resources) or {},
    }
    thread = call.store.add(KIND, "thread_", fields)
    for message in body.get("messages") or ():
        new_message(call, thread, message)
    return thread


def show(call: Call) -> Document:
    """Show a thread."""
    return call.find(KIND, "thread").document


def change(call: Call) -> Document:
    """Change a thread's metadata and tool resources."""
    thread = call.find(KIND, "thread")
    asked = call.read(ChangedThread)
    if asked.metadata is not None:
        thread.document["metadata"] = asked.metadata
    if asked.tool_resources is not None:
        thread.document["tool_resources"] = resources(call, asked.tool_resources)
    call.store.save(thread)
    return thread.document


def delete(call: Call) -> Document:
    """Delete a thread with its messages and runs."""
    thread = call.find(KIND, "thread")
    call.store.remove(KIND, thread.id)
    return {"id": thread.id, "object": "thread.deleted", "deleted": True}


ROUTES = (
    ("POST", "/threads", create),
    ("GET", "/threads/{thread}", show),
    ("POST", "/threads/{thread}", change),
    ("DELETE", "/threads/{thread}", delete),
)
