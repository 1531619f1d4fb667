"""The end of a run, with its unfinished messages and steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamkit.server.store import Document, Record, Store
    from streamkit.server.threads.scenario import End, Scenario

    Event = tuple[str, Document]
    """The name of an event of the stream, and its data."""

StepStatus = Literal["completed", "cancelled", "failed", "expired"]


class Ending(Struct, frozen=True):
    """The end of the steps and messages that a run has not finished."""

    step: StepStatus
    stamp: str
    """The field of the step that holds the time of its end."""
    reason: str
    """The reason in an incomplete message."""


ENDINGS = {
    "cancelled": Ending("cancelled", "cancelled_at", "run_cancelled"),
    "completed": Ending("completed", "completed_at", ""),
    "expired": Ending("expired", "expired_at", "run_expired"),
    "failed": Ending("failed", "failed_at", "run_failed"),
    "incomplete": Ending("completed", "completed_at", "max_tokens"),
}
"""The endings, by the status of the run."""


def end_run(
    store: Store, run: Record, end: End, scenario: Scenario, usage: Document | None
) -> Iterator[Event]:
    """End a run with its unfinished messages and steps, and yield the events."""
    error = {"code": scenario.code, "message": scenario.message}
    if end == "error":
        yield "error", {**error, "param": None, "type": scenario.code}
    status = "failed" if end == "error" else end
    ending = ENDINGS[status]
    if status == "cancelled":
        yield _changed(store, run, "cancelling")
    for message in unfinished(store, run, "thread.message"):
        details = {"incomplete_at": store.now, "incomplete_details": {"reason": ending.reason}}
        yield _changed(store, message, "incomplete", **details)
    for step in unfinished(store, run, "thread.run.step"):
        fault = {"last_error": error} if status == "failed" else {}
        yield _changed(store, step, ending.step, **{ending.stamp: store.now}, **fault)
    yield _changed(
        store, run, status, usage=usage, required_action=None, **_end_fields(store, status, error)
    )


def unfinished(store: Store, run: Record, kind: str) -> list[Record]:
    """Return the messages or steps that a run has not finished."""
    where = {"document.status": "in_progress", "document.run_id": run.id}
    owner = run.owner if kind == "thread.message" else run.id
    return store.select(kind, owner=owner, where=where)


def _end_fields(store: Store, status: str, error: Document) -> dict[str, Any]:
    """Return the fields of a run about its end."""
    match status:
        case "failed":
            return {"failed_at": store.now, "last_error": error}
        case "incomplete":
            return {"incomplete_details": {"reason": "max_completion_tokens"}}
        case "expired":
            return {"expires_at": store.now}
        case _:
            return {f"{status}_at": store.now, "expires_at": None}


def _changed(store: Store, record: Record, status: str, **fields: object) -> Event:
    record.document.update(fields, status=status)
    store.save(record)
    return f"{record.kind}.{status}", record.document
