"""The store of an event log: what a backend does, and the rules that all backends obey."""

# Strategy: a store is blocking and knows bytes. Everything that is hard about it is the same for
# all, and stands here: entries have dense numbers, a batch says the number of its first entry, so
# that one whose reply was lost can be sent again; and a producer says its epoch, so that one that
# was taken over is refused. Threads, retries, readers and events are the business of ``EventLog``.

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, TypeAlias

from msgspec import Struct

from streamkit.eventlog.errors import (
    EventLogError,
    LogEndedError,
    LogExistsError,
    LogExpiredError,
    LogNotFoundError,
    ProducerFencedError,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from streamkit.eventlog.cursor import LogKey
    from streamkit.eventlog.entry import Row
    from streamkit.eventlog.forks import Lock

__all__ = ["Batch", "Claim", "Existing", "LogState", "News", "Retention", "Store", "claimed", "new"]

Existing: TypeAlias = Literal["refuse", "replace", "resume"]
"""What to do when a stream has a log already: raise, begin a new one, or go on with it."""


class Retention(Struct, frozen=True, kw_only=True):
    """How long a store keeps what."""

    lease: float = 15.0
    """Seconds after its last sign of life at which a producer counts as dead."""
    seconds: float = 3600.0
    """Seconds after its last write at which a log expires."""
    entries: int = 100_000
    """The maximum number of entries of one log; beyond it the oldest are trimmed."""

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for what cannot be kept."""
        for name in self.__struct_fields__:
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be more than 0, not {getattr(self, name)}")


class Claim(NamedTuple):
    """The right to append to a log, until somebody else claims it."""

    incarnation: str
    epoch: int
    last: int
    """The number of the last entry when the log was claimed; 0 in a new one."""


class Batch(NamedTuple):
    """Entries to append in one step; an empty one renews the lease."""

    key: LogKey
    epoch: int
    first: int
    """The number of the first entry."""
    rows: Sequence[Row]


class LogState(NamedTuple):
    """The state of a stream's log."""

    incarnation: str
    epoch: int
    first: int
    """The number of the oldest entry that was not trimmed, 1 in an empty log."""
    last: int
    """The number of the newest entry, 0 in an empty log."""
    has_ended: bool
    is_stopping: bool
    """Whether somebody has asked the producer to stop."""
    is_expired: bool
    lease: float
    """Seconds until the producer counts as dead; negative when it does."""


class News(NamedTuple):
    """What has changed in the logs that are watched."""

    rows: Mapping[LogKey, Sequence[Row]]
    """New entries, in order, without gaps but for what was trimmed."""
    stopped: Collection[LogKey]
    """Logs whose producers are to stop."""


class Store(Protocol):
    """A backend: it is called from many threads, and raises ``LogUnavailableError`` for a failure.

    A call that raised that error may be repeated, and then has the effect of one call.
    """

    retention: Retention

    def locks(self) -> Sequence[Lock]:
        """Return the locks that nobody else may hold while the process forks."""
        ...

    def begin_anew(self) -> None:
        """In a fork, leave what belongs to the parent to it."""
        ...

    def open(self, key: LogKey, existing: Existing) -> Claim:
        """Claim a stream's log; ``key`` names the incarnation of a new one."""
        ...

    def write(self, batches: Sequence[Batch]) -> Sequence[EventLogError | None]:
        """Append batches, renew their leases, and return for each why it is refused, if it is."""
        ...

    def look(self, stream_ids: Sequence[str]) -> Sequence[LogState | None]:
        """Return the states of the logs of some streams; None where there is none."""
        ...

    def rows(self, key: LogKey, after: int, limit: int) -> Sequence[Row]:
        """Return at most ``limit`` entries after a number."""
        ...

    def tail(
        self, positions: Mapping[LogKey, int], stops: Collection[LogKey], seconds: float
    ) -> News:
        """Wait for entries after the positions, or for stops; return nothing after ``seconds``.

        One thread calls this.
        """
        ...

    def wake(self) -> None:
        """Let a ``tail`` that waits, or else the next one, return at once."""
        ...

    def request_stop(self, stream_id: str) -> LogState | None:
        """Ask the producer of a log to stop, and return the state of the log."""
        ...

    def end_abandoned(self, key: LogKey, epoch: int, end: bytes) -> None:
        """Append an end, and fence the producer off, if the lease has run out meanwhile."""
        ...

    def trim(self, stream_id: str, before: int) -> None:
        """Delete the entries whose numbers are lower."""
        ...

    def expire(self, stream_id: str) -> None:
        """Delete all entries, and remember for a while that there were some."""
        ...

    def close(self) -> None:
        """Release what the store holds."""
        ...


def claimed(state: LogState | None, key: LogKey, existing: Existing) -> LogState | None:
    """Return the state of the log to go on with, or None to begin one.

    Raises:
        LogExistsError: There is a log, and it is to be neither replaced nor resumed.
        LogEndedError: The log to resume has its end.
    """
    if state is None or existing == "replace":
        # An opening whose reply was lost comes again, and finds its own log.
        return state if state is not None and state.incarnation == key.incarnation else None
    if existing == "resume":
        if state.is_expired:
            raise LogExpiredError(f"the log of stream {key.stream_id!r} has expired")
        if state.has_ended:
            raise LogEndedError(f"the log of stream {key.stream_id!r} has its end")
        return state
    if state.incarnation == key.incarnation:
        return state
    raise LogExistsError(
        f"stream {key.stream_id!r} has a log already: choose another id, or existing='replace' or "
        "'resume'"
    )


def new(state: LogState | None, batch: Batch) -> Sequence[Row]:
    """Return the entries of a batch that the log does not have yet.

    Raises:
        EventLogError: The batch cannot be appended; the class says why.
    """
    stream_id = batch.key.stream_id
    if state is None:
        raise LogNotFoundError(f"the log of stream {stream_id!r} is gone")
    if state.is_expired:
        raise LogExpiredError(f"the log of stream {stream_id!r} has expired")
    if (state.incarnation, state.epoch) != (batch.key.incarnation, batch.epoch):
        raise ProducerFencedError(f"another producer has taken over stream {stream_id!r}")
    known = state.last + 1 - batch.first
    if known < 0:
        raise EventLogError(f"the log of stream {stream_id!r} has lost its last {-known} entries")
    rows = batch.rows[known:]
    if rows and state.has_ended:
        raise LogEndedError(f"the log of stream {stream_id!r} has its end")
    return rows
