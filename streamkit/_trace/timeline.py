"""The timeline of a recording: when its reads came, and when each part of the answer grew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import Struct, field

from streamkit._cassette.recording import Recording
from streamkit.errors import StreamkitError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamkit._sources.reading import FamilyName

__all__ = ["Mark", "Row", "Timeline", "timeline_of"]

TEXT_LIMIT = 200
"""The characters of a part's text that a timeline keeps."""


class Mark(NamedTuple):
    """A moment on a row: it grew, or it was done."""

    seconds: float
    is_done: bool = False


class Row(Struct):
    """One part of the answer, such as a text, a thought or a call; or the reads."""

    label: str
    marks: list[Mark] = field(default_factory=list[Mark])
    text: str = ""
    """The beginning of the part's text."""


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
    reads = Row("reads", [Mark(read.seconds) for read in recording.reads])
    last = recording.reads[-1].seconds if recording.reads else recording.answered
    timeline = Timeline(recording, reads, [], max(recording.ended, last))
    family = _family(recording.path)
    if family is not None and recording.status is not None and recording.status < 400:
        _read(timeline, family)
    if not recording.is_whole and timeline.error is None:
        failure = recording.failure
        timeline.error = (
            f"{failure.type}: {failure.message}" if failure else _ENDS.get(recording.end, "cut")
        )
    return timeline


_ENDS = {"left": "the client left here", "unknown": "the recorder stopped here"}


def _read(timeline: Timeline, family: FamilyName) -> None:
    from streamkit._sources.reading import read

    recording = timeline.recording
    now = 0.0

    def source() -> Iterator[bytes]:
        nonlocal now
        for each in recording.reads:
            now = each.seconds
            yield each.data

    rows: dict[Any, Row] = {}
    try:
        for event in read(source(), family, choices=_choices(recording)):
            channel, _, step = event.type.rpartition(".")
            if channel in _CHANNELS and step in {"delta", "done"}:
                _add(rows, event, channel, Mark(now, step == "done"))
    except StreamkitError as error:
        timeline.error = str(error)
    timeline.parts = [*rows.values()]
    begun = [row.marks[0].seconds for row in timeline.parts]
    timeline.first_content = min(begun, default=None)


def _add(rows: dict[Any, Row], event: Any, channel: str, mark: Mark) -> None:
    key = channel, event.part
    if key not in rows:
        rows[key] = Row("")
    row = rows[key]
    row.marks.append(mark)
    name = getattr(event, "name", None) or _CHANNELS[channel]
    row.label = f"{name} {event.choice_index}" if event.choice_index else name
    if not mark.is_done and len(row.text) < TEXT_LIMIT:
        row.text = (row.text + _delta(event))[:TEXT_LIMIT]


def _delta(event: Any) -> str:
    for name in ("delta", "arguments_delta", "input_delta"):
        if isinstance(delta := getattr(event, name, None), str):
            return delta
    return ""


_CHANNELS = {
    "content": "content",
    "reasoning": "reasoning",
    "refusal": "refusal",
    "tool_calls.function.arguments": "call",
    "tool_calls.custom.input": "call",
    "server_tool": "server tool",
}
"""The names of the parts that grow, by the beginning of their events' types."""


def _family(path: str) -> FamilyName | None:
    """Return the protocol of an answer at this path of a URL, or None if it is no answer."""
    path = path.rstrip("/")
    if path.endswith("/chat/completions"):
        return "chat"
    if path.endswith("/messages"):
        return "messages"
    return "responses" if path.endswith("/responses") else None


def _choices(recording: Recording) -> int:
    match recording.request:
        case {"n": int(n)} if n > 0:
            return n
        case _:
            return 1
