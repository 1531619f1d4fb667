"""A store in Redis or Valkey, for all processes of all machines."""

# Strategy: the entries of a log are a Redis stream whose ids are their numbers, "0-7"; beside it is
# a hash with the log's state. One connection of a process waits for news of all logs (XREAD), and
# for a stream of its own by which other threads wake it. Another writes. Neither is ever cancelled:
# threads use them, and tasks wait for the threads.

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING, Any

from streamkit.eventlog.entry import Row
from streamkit.eventlog.errors import EventLogError
from streamkit.eventlog.redis_scripts import ABANDON, CLAIM, EXPIRE, LOOK, STOP, TRIM, WRITE
from streamkit.eventlog.store import Claim, LogState, News, claimed, new

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from streamkit.eventlog.cursor import LogKey
    from streamkit.eventlog.forks import Lock
    from streamkit.eventlog.redis_client import RedisClient
    from streamkit.eventlog.store import Batch, Existing, Retention

__all__ = ["RedisStore"]

PAGE = 512
"""The maximum number of entries that are followed at a time, of one log."""


class RedisStore:
    """The store of a ``RedisLog``."""

    def __init__(self, client: RedisClient, prefix: str, retention: Retention) -> None:
        self.retention = retention
        self._client = client
        self._prefix = prefix
        self._lease = int(retention.lease * 1000)
        self._seconds = int(retention.seconds * 1000)
        self._wake_key = f"{prefix}wake:{token_hex(6)}"
        self._woken_at: bytes = b"0"

    def locks(self) -> Sequence[Lock]:
        """Return no lock: the client of Redis sees to its own in a fork."""
        return []

    def begin_anew(self) -> None:
        """In a fork, use another key to be woken by."""
        self._wake_key = f"{self._prefix}wake:{token_hex(6)}"

    def open(self, key: LogKey, existing: Existing) -> Claim:
        """Claim a stream's log."""
        while True:
            (before,) = self.look([key.stream_id])
            state = claimed(before, key, existing)
            incarnation = key.incarnation if state is None else state.incarnation
            was: list[Any] = ["", 0, 0]
            if before is not None:
                was = [before.incarnation, before.epoch, int(before.has_ended)]
            names = [self._entries(key.stream_id), self._stops(key.stream_id)]
            done = self._client.run(
                CLAIM,
                [self._hash(key.stream_id), self._entries(key.stream_id) + incarnation],
                [*was, incarnation, self._lease, self._seconds, *names],
            )
            if done:
                if state is None:
                    return Claim(incarnation, 1, 0)
                return Claim(incarnation, state.epoch + 1, state.last)

    def write(self, batches: Sequence[Batch]) -> Sequence[EventLogError | None]:
        """Append batches, in one round trip."""
        limits = [self._lease, self._seconds, self.retention.entries]
        replies = self._client.run_all(
            WRITE,
            [
                (
                    [self._hash(key.stream_id), self._entries_of(key)],
                    [key.incarnation, epoch, first, *limits, *map(_field, rows)],
                )
                for key, epoch, first, rows in batches
            ],
        )
        return [_refusal(batch, reply) for batch, reply in zip(batches, replies, strict=True)]

    def look(self, stream_ids: Sequence[str]) -> Sequence[LogState | None]:
        """Return the states of some logs."""
        replies = self._client.run_all(
            LOOK, [([self._hash(each)], [self._entries(each)]) for each in stream_ids]
        )
        for reply in replies:
            if isinstance(reply, EventLogError):
                raise reply
        return [_state(reply) for reply in replies]

    def rows(self, key: LogKey, after: int, limit: int) -> Sequence[Row]:
        """Return entries after a number."""
        found = self._client.call(
            "XRANGE", self._entries_of(key), f"0-{after + 1}", "+", "COUNT", limit
        )
        return [_row(*each) for each in found]

    def tail(
        self, positions: Mapping[LogKey, int], stops: Collection[LogKey], seconds: float
    ) -> News:
        """Wait for news."""
        entries = {self._entries_of(key).encode(): key for key in positions}
        requests = {self._stop_of(key).encode(): key for key in stops}
        wake = self._wake_key.encode()
        places = [
            *(f"0-{position}".encode() for position in positions.values()),
            *(b"0" for _ in requests),
            self._woken_at,
        ]
        found = self._client.read([*entries, *requests, wake], places, seconds, PAGE)
        rows: dict[LogKey, Sequence[Row]] = {}
        stopped: list[LogKey] = []
        for key, items in found:
            if key == wake:
                self._woken_at = items[-1][0]
            elif key in entries:
                rows[entries[key]] = [_row(*each) for each in items]
            else:
                stopped.append(requests[key])
        return News(rows, stopped)

    def wake(self) -> None:
        """Let ``tail`` return."""
        self._client.call("XADD", self._wake_key, "MAXLEN", 1, "*", "w", 1)
        self._client.call("EXPIRE", self._wake_key, 60)

    def request_stop(self, stream_id: str) -> LogState | None:
        """Ask the producer to stop."""
        names = [self._entries(stream_id), self._stops(stream_id)]
        reply = self._client.run(STOP, [self._hash(stream_id)], [*names, self._seconds])
        return _state(reply)

    def end_abandoned(self, key: LogKey, epoch: int, end: bytes) -> None:
        """End a log whose lease has run out."""
        self._client.run(
            ABANDON,
            [self._hash(key.stream_id), self._entries_of(key)],
            [key.incarnation, epoch, end, self._seconds],
        )

    def trim(self, stream_id: str, before: int) -> None:
        """Delete entries."""
        self._client.run(TRIM, [self._hash(stream_id)], [self._entries(stream_id), before])

    def expire(self, stream_id: str) -> None:
        """Delete all entries."""
        self._client.run(EXPIRE, [self._hash(stream_id)], [self._entries(stream_id)])

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    # The names of a log's keys have one hash tag, as a proxy before several servers needs.

    def _hash(self, stream_id: str) -> str:
        return f"{self._prefix}{{{stream_id}}}:log"

    def _entries(self, stream_id: str) -> str:
        return f"{self._prefix}{{{stream_id}}}:entries:"

    def _stops(self, stream_id: str) -> str:
        return f"{self._prefix}{{{stream_id}}}:stops:"

    def _entries_of(self, key: LogKey) -> str:
        return self._entries(key.stream_id) + key.incarnation

    def _stop_of(self, key: LogKey) -> str:
        return self._stops(key.stream_id) + key.incarnation


def _refusal(batch: Batch, reply: Any) -> EventLogError | None:
    if reply == 1:
        return None
    if isinstance(reply, EventLogError):
        return reply
    try:
        new(_state(reply), batch)
    except EventLogError as error:
        return error
    return EventLogError(f"the log of stream {batch.key.stream_id!r} was not written")


def _state(reply: Any) -> LogState | None:
    if not reply:
        return None
    incarnation, epoch, first, last, has_ended, is_stopping, lease, is_expired = reply
    return LogState(
        incarnation.decode(),
        epoch,
        first,
        last,
        has_ended == b"1",
        is_stopping == b"1",
        is_expired == 1,
        lease / 1000,
    )


def _field(row: Row) -> bytes:
    return (b"e" if row.is_end else b"d") + row.data


def _row(id: bytes, fields: Mapping[bytes, bytes]) -> Row:
    """Return the entry with the id "0-7", whose only field is named d or e."""
    ((name, data),) = fields.items()
    return Row(int(id[2:]), data, name == b"e")
