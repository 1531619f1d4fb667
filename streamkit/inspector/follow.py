"""The streams of an event log, read by a thread each while they go on."""

from __future__ import annotations

import time
from threading import Thread
from typing import TYPE_CHECKING

from streamkit._cassette.recording import Failure
from streamkit._trace.moments import Moment
from streamkit.errors import StreamClosedError, StreamTruncatedError
from streamkit.inspector.stream import Ending, Head, Stream

if TYPE_CHECKING:
    from streamkit.eventlog import EventLog
    from streamkit.inspector.library import Library

__all__ = ["Follower"]


class Follower:
    """The reader of one stream of a log; its times are those at which it read the events."""

    def __init__(self, library: Library, log: EventLog, stream_id: str, source: str) -> None:
        self._stream = Stream(f"log-{stream_id}", Head(source, "LOG", stream_id))
        library.begin(self._stream)
        self._reader = log.events(stream_id)
        self._begun = time.monotonic()
        name = f"streamkit-follow-{stream_id[:40]}"
        self._thread = Thread(target=self._follow, name=name, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Leave the log, which goes on."""
        self._reader.close()
        self._thread.join()

    def _follow(self) -> None:
        try:
            for event in self._reader:
                self._stream.take(Moment(self._now(), None, event))
        except (StreamTruncatedError, StreamClosedError) as error:
            self._end(Ending(self._now(), "unknown", _failure(error)))
        except Exception as error:  # noqa: BLE001 - an entry may be anything
            self._end(Ending(self._now(), "error", _failure(error)))
        else:
            self._end(Ending(self._now(), "complete"))

    def _end(self, ending: Ending) -> None:
        self._stream.take(ending)

    def _now(self) -> float:
        return round(time.monotonic() - self._begun, 6)


def _failure(error: Exception) -> Failure:
    return Failure(type(error).__name__, str(error))
