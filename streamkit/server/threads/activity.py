"""The active run of a thread, and the progress of a polled run."""

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
"""The states of a run during which its thread takes no other run or message."""


def active_run(store: Store, thread: str) -> Record | None:
    """Return the active run of a thread; None when there is none."""
    for run in store.select("thread.run", owner=thread, descending=True, limit=1):
        # An older run is never active, because no run begins beside an active one.
        if run.document["status"] in ACTIVE:
            return run
    return None


def advance(desk: Desk, run: Record) -> Record:
    """Return a run after one more poll; polls do not advance a run that a stream advances."""
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
    """Play a run until it ends or waits for outputs, and return it."""
    for _ in play(desk, run.owner, run.id):
        pass
    return desk.store.find("thread.run", run.id, owner=run.owner) or run
