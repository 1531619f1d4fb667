"""The event with the question of a turn, which is the first in its stream."""

from __future__ import annotations

from typing import ClassVar

from streamkit.events import Event

__all__ = ["QuestionEvent"]


class QuestionEvent(Event, frozen=True, gc=False, eq=False):
    """What the user typed; so whoever reads the stream from the log has the question as well."""

    type: ClassVar[str] = "question"
    text: str
