"""The runs of assistants as spans: each is the invocation of an agent at the server."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from opentelemetry.trace import Status, StatusCode

from streamkit.telemetry.facts import member
from streamkit.telemetry.span_error import CANCELLED

if TYPE_CHECKING:
    from opentelemetry.trace import Span

__all__ = ["begins_run", "run_facts", "run_of", "set_run_failure"]

_PATH = re.compile(r"/threads/(?:runs|([^/]+)/runs(?:/[^/]+/submit_tool_outputs)?)")


def begins_run(path: str) -> bool:
    """Return whether a request of this path starts a run, or continues one."""
    return _PATH.fullmatch(path) is not None


def run_of(answer: Any) -> Any:
    """Return the run in an answer: that of a stream has its messages and steps beside it."""
    return member(answer, "run") or answer


def run_facts(path: str, run: Any) -> dict[str, Any]:
    """Return the attributes that say which agent a run, or its request, is for."""
    match = _PATH.fullmatch(path)
    facts = {
        "gen_ai.agent.id": member(run, "assistant_id"),
        "gen_ai.conversation.id": member(run, "thread_id") or (match and match[1]),
    }
    return {name: value for name, value in facts.items() if value and isinstance(value, str)}


def set_run_failure(span: Span, run: Any) -> str | None:
    """Mark the span of a run that failed at the server; return the type of the error."""
    match member(run, "status"):
        case "failed":
            kind = member(run, "last_error", "code")
            kind = kind if isinstance(kind, str) and kind else "failed"
        case "expired":
            kind = "expired"
        case "cancelled":
            span.set_attribute(CANCELLED, True)  # noqa: FBT003 - the value of an attribute
            return None
        case _:
            return None
    span.set_attribute("error.type", kind)
    span.set_status(Status(StatusCode.ERROR, kind))
    return kind
