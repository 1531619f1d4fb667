"""Whether a thread is in use, and how a run that is polled gets on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.server.polls import poll
from streamkit.server.threads.player import play

if TYPE_CHECKING:
    from streamkit.server.desk import Desk
    from streamkit.server.store import Record, Store

MOVING = frozenset({"queued", "in_progress", "cancelling"})
"""The states that a run leaves by itself."""
ACTIVE = MOVING | {"requires_action"}
"""The states of a run that keep its thread to itself."""


def active_run(store: Store, thread: str) -> Record | None:
    """The run that a thread is busy with."""
    for run in store.select("thread.run", owner=thread, descending=True, limit=1):
        # There is never an older one: no run begins beside an active one.
        if run.document["status"] in ACTIVE:
            return run
    return None


def advance(desk: Desk, run: Record) -> Record:
    """A run after it was looked at once more; what a stream drives, gets on without that."""
    status = run.document["status"]
    if run.id in desk.streaming or status not in MOVING:
        return run
    if status == "cancelling" or poll(run):
        return finish(desk, run)
    run.document["status"] = "in_progress"
    run.document["started_at"] = run.document["started_at"] or desk.store.now
    desk.store.save(run)
    return run


def finish(desk: Desk, run: Record) -> Record:
    """A run after it has ended, or waits for outputs."""
    for _ in play(desk, run.owner, run.id):
        pass
    return desk.store.find("thread.run", run.id, owner=run.owner) or run
