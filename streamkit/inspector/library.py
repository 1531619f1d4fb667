"""The streams that an inspector shows: those of cassettes, and those that come while it runs."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from streamkit._cassette.files import load_all
from streamkit.inspector.conversation import results_of
from streamkit.inspector.masking import masked
from streamkit.inspector.stream import Stream
from streamkit.inspector.summary import summary

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    from streamkit._cassette.cassette import Cassette
    from streamkit._cassette.recording import Recording

__all__ = ["Library"]

DECODED = 32
"""The number of recordings that are kept decoded; others are decoded again."""
LIVE_STREAMS = 500
"""The number of streams that are kept of those that come while the inspector runs."""
LIVE_BYTES = 256 * 1024 * 1024
"""The bytes of their answers that are kept; the oldest streams are dropped first."""


class Library:
    """The streams, in the order in which they began; safe to use from any thread."""

    def __init__(self, *, live_streams: int = LIVE_STREAMS, live_bytes: int = LIVE_BYTES) -> None:
        self._recordings: dict[str, tuple[str, Recording]] = {}
        self._decoded: OrderedDict[str, Stream] = OrderedDict()
        self._summaries: dict[str, dict[str, Any]] = {}
        self._live: OrderedDict[str, Stream] = OrderedDict()
        self._live_streams, self._live_bytes = live_streams, live_bytes
        self._results: dict[str, dict[str, Any]] = {}
        self._lock = Lock()
        self.dropped = 0
        """The number of live streams that were dropped to bound the memory."""
        self.is_live = False
        """Whether streams can come while the inspector runs."""

    def load(self, path: str | PathLike[str]) -> None:
        """Add the streams of a cassette, or that of a recording in three files.

        Raises:
            OSError: The file cannot be read.
            ValueError: It is no cassette, or a line of it is damaged.
        """
        self.add(load_all(path), Path(path).name)

    def add(self, cassette: Cassette, source: str) -> None:
        """Add the streams of a cassette, under the name of its source."""
        with self._lock:
            for recording in cassette.recordings:
                key = str(len(self._recordings) + 1)
                self._recordings[key] = source, recording
                self._learn(key, recording.request)

    def begin(self, stream: Stream) -> None:
        """Add a stream that comes while the inspector runs."""
        with self._lock:
            self._live[stream.key] = stream
            self._learn(stream.key, stream.head.body)
            held = sum(each.size for each in self._live.values())
            while len(self._live) > 1 and (
                len(self._live) > self._live_streams or held > self._live_bytes
            ):
                _, dropped = self._live.popitem(last=False)
                held -= dropped.size
                self.dropped += 1

    @property
    def keys(self) -> list[str]:
        """The keys of the streams."""
        with self._lock:
            return [*self._recordings, *self._live]

    def live(self) -> list[Stream]:
        """Return the streams that have come while the inspector runs."""
        with self._lock:
            return [*self._live.values()]

    def stream(self, key: str) -> Stream | None:
        """Return the stream of a key; None if there is none, or it was dropped."""
        with self._lock:
            if key in self._live:
                return self._live[key]
            if key in self._decoded:
                self._decoded.move_to_end(key)
                return self._decoded[key]
            if key not in self._recordings:
                return None
            source, recording = self._recordings[key]
            stream = self._decoded[key] = Stream.of(key, source, masked(recording))
            if len(self._decoded) > DECODED:
                self._decoded.popitem(last=False)
            return stream

    def summary(self, key: str) -> dict[str, Any] | None:
        """Return the summary of the stream of a key; None if there is none."""
        known = self._summaries.get(key)
        if known is not None:
            return known
        stream = self.stream(key)
        if stream is None:
            return None
        with stream.lock:
            stream.catch_up()
            made = summary(stream)
        if stream.ending is not None and key in self._recordings:
            self._summaries[key] = made
        return made

    def results(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the results of tools that requests have, by the id of the call."""
        with self._lock:
            return dict(self._results)

    def _learn(self, key: str, body: Any) -> None:
        """Note the results of tools in a request; the first one that has a result is kept."""
        for call, text in results_of(body).items():
            self._results.setdefault(call, {"text": text, "stream": key, "failed": False})
