"""The progress of a response that is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.server.polls import poll
from streamkit.server.responses.conversation import ENDED

if TYPE_CHECKING:
    from streamkit.server.desk import Desk
    from streamkit.server.store import Record, Store

KIND = "response"


def finish(store: Store, response: Record) -> None:
    """Give a response its answer, unless it has ended already."""
    if response.document["status"] not in ENDED:
        response.document = response.private["final"]
        response.private["draft"] = False
        store.save(response)


def advance(desk: Desk, response: Record) -> None:
    """Count one more poll of a response; polls do not advance one that a stream advances."""
    status = response.document["status"]
    if status in ENDED or response.id in desk.streaming:
        return
    if poll(response):
        finish(desk.store, response)
        return
    response.document["status"] = "in_progress"
    desk.store.save(response)
