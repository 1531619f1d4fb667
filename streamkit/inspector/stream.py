"""A stream as the inspector knows it: a request, and its answer as far as it came."""

# Strategy: whoever knows the stream only appends what came to a queue, in any thread and without a
# lock. Whoever looks at the stream decodes what is in the queue, once. So a cassette is decoded
# when somebody looks at it, and a proxy waits for no decoding.

from __future__ import annotations

from collections import deque
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from msgspec import Struct

from streamkit._cassette.recording import End, Failure, Headers, Read
from streamkit._trace.answer import Answer
from streamkit._trace.moments import Moment
from streamkit._trace.timeline import how_it_ended
from streamkit.errors import StreamTruncatedError
from streamkit.limits import DEFAULTS

if TYPE_CHECKING:
    from typing import Self

    from streamkit._cassette.recording import Recording

__all__ = ["Ending", "Head", "Item", "ResponseHead", "Status", "Stream"]

BYTES = DEFAULTS.stream_bytes
"""The bytes of a body after which the reads of a stream are no longer kept."""

Status: TypeAlias = Literal["live", "done", "cut", "error"]


class Head(Struct, frozen=True):
    """The request of a stream; only its path is known of a stream that was read from a log."""

    source: str
    """The name of the cassette, of the event log, or of the API."""
    method: str
    url: str
    headers: Headers = ()
    body: Any = None
    started: float = 0.0
    """Seconds since the recorder began."""

    @property
    def path(self) -> str:
        """The path of the URL."""
        from urllib.parse import urlsplit

        return urlsplit(self.url).path


class ResponseHead(Struct, frozen=True):
    """The arrival of a response's headers."""

    seconds: float
    status: int
    headers: Headers = ()


class Ending(Struct, frozen=True):
    """The end of a stream."""

    seconds: float
    end: End
    failure: Failure | None = None


Item: TypeAlias = ResponseHead | Read | Moment | Ending


class Stream:
    """A stream whose parts arrive one by one; hold ``lock`` while you look at it."""

    def __init__(self, key: str, head: Head) -> None:
        self.key = key
        self.head = head
        self.lock = Lock()
        self.size = 0
        """The bytes that have come, about."""
        self.version = 0
        """The number of items that have come."""
        self.response: ResponseHead | None = None
        self.ending: Ending | None = None
        self.answer = Answer(head.path, head.body, None)
        self.paths: Any = None
        """The index of the paths that events touch, once it was asked for."""
        self._coming: deque[Item] = deque()

    @classmethod
    def of(cls, key: str, source: str, recording: Recording) -> Self:
        """Return the stream of a recording, which is decoded when it is looked at."""
        head = Head(
            source,
            recording.method,
            recording.url,
            recording.request_headers,
            recording.request,
            recording.started,
        )
        stream = cls(key, head)
        if recording.status is not None:
            stream.take(ResponseHead(recording.answered, recording.status, recording.headers))
        for read in recording.reads:
            stream.take(read)
        last = recording.reads[-1].seconds if recording.reads else recording.answered
        ended = max(recording.ended, last)
        stream.take(Ending(ended, recording.end, recording.failure))
        return stream

    def take(self, item: Item) -> None:
        """Take what comes next; from any thread."""
        if isinstance(item, Read):
            # The decoder's limit has ended the answer before, and says so.
            if self.size > BYTES:
                return
            self.size += len(item.data)
        self._coming.append(item)
        self.version += 1

    def catch_up(self) -> None:
        """Decode what has come since the last call."""
        while self._coming:
            match self._coming.popleft():
                case Read() as read:
                    self.answer.read(read)
                case Moment() as moment:
                    self.answer.add(moment)
                case ResponseHead() as response:
                    self.response = response
                    self.answer = Answer(self.head.path, self.head.body, response.status)
                case Ending() as ending:
                    self.ending = ending
                    self.answer.close()

    @property
    def status(self) -> Status:
        """How the stream is."""
        if self.ending is None:
            return "live"
        refused = self.response is not None and self.response.status >= 400
        error = self.answer.error
        if refused or (error is not None and not isinstance(error, StreamTruncatedError)):
            return "error"
        if error is None and (self.ending.end == "complete" or self.answer.is_done):
            return "done"
        return "error" if self.response is None and self.ending.end == "error" else "cut"

    @property
    def error(self) -> str | None:
        """How the stream ended, in a few words, if it did not come to its end."""
        if self.ending is None or self.status == "done":
            return None
        if self.answer.error is not None:
            return str(self.answer.error)
        if self.response is not None and self.response.status >= 400:
            return f"the server answered with status {self.response.status}"
        return how_it_ended(self.ending.end, self.ending.failure)

    @property
    def ended(self) -> float:
        """The time of the end, or of the last that came."""
        if self.ending is not None:
            return self.ending.seconds
        answer = self.answer
        answered = 0.0 if self.response is None else self.response.seconds
        reads = answer.reads.marks[-1].seconds if answer.reads.marks else answered
        return max(reads, answer.moments[-1].seconds if answer.moments else 0.0)
