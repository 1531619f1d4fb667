"""The requests about assistants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.server.pages import page
from streamkit.server.threads.requests import ChangedAssistant, NewAssistant
from streamkit.server.threads.tools import check, resources

if TYPE_CHECKING:
    from streamkit.server.call import Call
    from streamkit.server.store import Document

KIND = "assistant"


def create(call: Call) -> Document:
    """Create an assistant."""
    asked = call.read(NewAssistant)
    call.desk.serve(asked.model)
    check(asked.tools, asked.response_format)
    fields = {
        **_DEFAULTS,
        **call.body,
        "metadata": asked.metadata or {},
        "tool_resources": resources(call, asked.tool_resources),
    }
    return call.store.add(KIND, "asst_", fields).document


def show(call: Call) -> Document:
    """Show an assistant."""
    return call.find(KIND, "assistant").document


def show_page(call: Call) -> Document:
    """List assistants."""
    return page(call, KIND)


def change(call: Call) -> Document:
    """Change the fields of an assistant that the body holds."""
    record = call.find(KIND, "assistant")
    asked = call.read(ChangedAssistant)
    if asked.model is not None:
        call.desk.serve(asked.model)
    check(asked.tools, asked.response_format)
    record.document.update(call.body)
    if asked.tool_resources is not None:
        record.document["tool_resources"] = resources(call, asked.tool_resources)
    record.document["metadata"] = record.document["metadata"] or {}
    call.store.save(record)
    return record.document


def delete(call: Call) -> Document:
    """Delete an assistant; its runs stay."""
    record = call.find(KIND, "assistant")
    call.store.remove(KIND, record.id)
    return {"id": record.id, "object": "assistant.deleted", "deleted": True}


_DEFAULTS = {
    "name": None,
    "description": None,
    "model": "",
    "instructions": None,
    "tools": list["Document"](),
    "tool_resources": None,
    "metadata": dict[str, str](),
    "temperature": 1.0,
    "top_p": 1.0,
    "response_format": "auto",
}

ROUTES = (
    ("POST", "/assistants", create),
    ("GET", "/assistants", show_page),
    ("GET", "/assistants/{assistant}", show),
    ("POST", "/assistants/{assistant}", change),
    ("DELETE", "/assistants/{assistant}", delete),
)
