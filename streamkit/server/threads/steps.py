"""The requests about the steps of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.server.pages import page

if TYPE_CHECKING:
    from streamkit.server.call import Call
    from streamkit.server.store import Document, Record

KIND = "thread.run.step"
CONTENT = "step_details.tool_calls[*].file_search.results[*].content"
"""The value of ``include[]`` that asks for the texts that a search found."""


def show(call: Call) -> Document:
    """Show a step."""
    step = call.find(KIND, "step", owner=_run(call).id)
    return _shown(call, step)


def show_page(call: Call) -> Document:
    """List a run's steps."""
    return page(call, KIND, owner=_run(call).id, show=lambda step: _shown(call, step))


def _run(call: Call) -> Record:
    thread = call.find("thread", "thread")
    return call.find("thread.run", "run", owner=thread.id)


def _shown(call: Call, step: Record) -> Document:
    asked = [*call.query.getlist("include[]"), *call.query.getlist("include")]
    if CONTENT not in asked:
        for each in step.document["step_details"].get("tool_calls", ()):
            for result in each.get("file_search", {}).get("results", ()):
                result.pop("content", None)
    return step.document


ROUTES = (
    ("GET", "/threads/{thread}/runs/{run}/steps", show_page),
    ("GET", "/threads/{thread}/runs/{run}/steps/{step}", show),
)
