"""The requests about the messages of a thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.server.api_error import ApiError
from streamkit.server.pages import page
from streamkit.server.threads.activity import active_run
from streamkit.server.threads.requests import Changed, NewMessage

if TYPE_CHECKING:
    from streamkit.server.call import Call
    from streamkit.server.store import Document, Record

KIND = "thread.message"


def create(call: Call) -> Document:
    """Add a message to a thread."""
    thread = call.find("thread", "thread")
    call.read(NewMessage)
    if run := active_run(call.store, thread.id):
        raise ApiError(f"Can't add messages to {thread.id} while a run {run.id} is active.")
    return new_message(call, thread, call.body).document


def new_message(call: Call, thread: Record, body: Document) -> Record:
    """Create a message; the API must take its ``body``."""
    message: Document = {
        "thread_id": thread.id,
        "role": body["role"],
        "content": _content(body["content"]),
        "assistant_id": None,
        "run_id": None,
        "attachments": body.get("attachments") or [],
        "metadata": body.get("metadata") or {},
        "status": "completed",
        "completed_at": call.store.now,
        "incomplete_at": None,
        "incomplete_details": None,
    }
    return call.store.add(KIND, "msg_", message, owner=thread.id)


def show(call: Call) -> Document:
    """Show a message."""
    return _found(call).document


def show_page(call: Call) -> Document:
    """List a thread's messages, or those of a run."""
    thread = call.find("thread", "thread")
    run = call.query.get("run_id")
    where = {} if run is None else {"document.run_id": run}
    return page(call, KIND, owner=thread.id, where=where)


def change(call: Call) -> Document:
    """Change a message's metadata."""
    message = _found(call)
    message.document["metadata"] = call.read(Changed).metadata or {}
    call.store.save(message)
    return message.document


def delete(call: Call) -> Document:
    """Delete a message."""
    message = _found(call)
    call.store.remove(KIND, message.id, owner=message.owner)
    return {"id": message.id, "object": "thread.message.deleted", "deleted": True}


def _found(call: Call) -> Record:
    thread = call.find("thread", "thread")
    return call.find(KIND, "message", owner=thread.id)


def _content(content: str | list[Document]) -> list[Document]:
    """Return the content of a user's message as the API shows it."""
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
    return [
        {"type": "text", "text": {"value": part["text"], "annotations": []}}
        if part["type"] == "text"
        else part
        for part in parts
    ]


ROUTES = (
    ("POST", "/threads/{thread}/messages", create),
    ("GET", "/threads/{thread}/messages", show_page),
    ("GET", "/threads/{thread}/messages/{message}", show),
    ("POST", "/threads/{thread}/messages/{message}", change),
    ("DELETE", "/threads/{thread}/messages/{message}", delete),
)
