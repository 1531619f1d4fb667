"""The timeline of a recording: when its reads came, and when each part of the answer grew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from streamkit._cassette.recording import Recording
from streamkit._trace.answer import Answer
from streamkit._trace.rows import Mark, Row

if TYPE_CHECKING:
    from streamkit._cassette.recording import End, Failure

__all__ = ["Mark", "Row", "Timeline", "how_it_ended", "timeline_of"]


class Timeline(Struct):
    """The rows of one recording, which begins at second 0."""

    recording: Recording
    reads: Row
    parts: list[Row]
    ended: float
    first_content: float | None = None
    """The time at which the first part began."""
    error: str | None = None
    """The text of the error that the answer ended with."""


def timeline_of(recording: Recording) -> Timeline:
    """Return the timeline of a recording; of a path that is no answer's, with its reads alone."""
    answer = Answer.of(recording)
    last = recording.reads[-1].seconds if recording.reads else recording.answered
    timeline = Timeline(
        recording, answer.reads, [*answer.rows], max(recording.ended, last), answer.first_content
    )
    if answer.error is not None:
        timeline.error = str(answer.error)
    elif not recording.is_whole:
        timeline.error = how_it_ended(recording.end, recording.failure)
    return timeline


def how_it_ended(end: End, failure: Failure | None) -> str:
    """Return in a few words how an exchange ended that did not come to its end."""
    if failure is not None:
        return f"{failure.type}: {failure.message}"
    return _ENDS.get(end, "cut")


_ENDS = {"left": "the client left here", "unknown": "the recorder stopped here"}
