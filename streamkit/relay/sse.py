"""Our own events as server-sent events: deltas only, with ids to resume after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from streamkit._core.events import AttemptResetEvent
from streamkit._core.machine import Machine
from streamkit.families._common.encoding import EventEncoder, encoded, json_bytes
from streamkit.families._common.end_event import EndEvent, end_of
from streamkit.families._common.path_events import ItemFailedEvent
from streamkit.families._common.turn_events import ToolFailedEvent
from streamkit.relay.base import safe_text
from streamkit.relay.sse_frames import HEADERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from streamkit._core.events import Event
    from streamkit.relay.base import ErrorText

__all__ = ["SSEEncoder"]


class SSEEncoder(Machine["Event", bytes]):
    """A machine that turns events of any kind into server-sent events, one each.

    The data are those of ``streamkit.events.encode``, so another program decodes them with an
    ``EventDecoder``, and a browser reads them with ``reader.js``. The id of each event has its
    number, which an ``EventSource`` sends as ``Last-Event-ID`` when it connects again. The last
    event has the type ``end`` and says how the stream ended; an ``EventSource`` that is not closed
    then connects again.

    Args:
        after: The number of the events before the first one.
        prefix: The text before the number in each id, such as the name of the log.
        error_text: Returns the text of an error for the reader; by default it is a general one.
    """

    headers: ClassVar[Mapping[str, str]] = HEADERS

    def __init__(
        self, *, after: int = 0, prefix: str = "", error_text: ErrorText = safe_text
    ) -> None:
        if not prefix.isprintable():
            raise ValueError(f"the prefix of ids must be printable, not {prefix!r}")
        self.cursor: str | None = None
        """The id of the next event in place of its number, where its source has ids of its own."""
        self._number = after
        self._prefix = prefix.encode()
        self._error_text = error_text
        self._encoder = EventEncoder()
        self._has_ended = False

    def feed(self, value: Event, /) -> Sequence[bytes]:
        """Take an event and return its frame; a chunk that adds nothing has none."""
        if self._has_ended:
            return ()
        self._has_ended = isinstance(value, EndEvent)
        frames: list[bytes] = []
        has_error = value.__class__ in _WITH_ERRORS and cast("Any", value).error is not None
        for data in self._masked(value) if has_error else self._encoder.feed(value):
            self._number += 1
            frames.append(b"id: %b\ndata: %b\n\n" % (self._id(), data))
        return frames

    def _masked(self, event: Any) -> Sequence[bytes]:
        """Return the JSON of an event, with the text for the reader in place of the error's own."""
        end = event if isinstance(event, EndEvent) else end_of(event.error)
        text = self._error_text(end)
        data = encoded(event)
        data["error"] = {**data["error"], "message": text}
        if "output" in data:  # the text for the model, which quotes the error
            data["output"] = text
        return (json_bytes(data),)

    def _id(self) -> bytes:
        if self.cursor is not None:
            return self.cursor.encode()
        return b"%b%d" % (self._prefix, self._number)

    def close(self) -> Iterable[bytes]:
        """Return the frame of the end of a stream that completed without an ``EndEvent``."""
        return self.feed(end_of())


_WITH_ERRORS = frozenset({AttemptResetEvent, EndEvent, ItemFailedEvent, ToolFailedEvent})
