"""The reader of one log: ``for`` in a thread, ``async for`` in a task."""

# Strategy: a reader is a place in a log. Whatever it gets, from the store or from the feed that it
# shares with others, it accepts the one entry that follows its place, so nothing is lost and
# nothing comes twice. A gap is an error that says what was trimmed. What it reads from the store is
# taken over by its own thread or task; so an abandoned read of a cancelled task has no effect.

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from streamkit.eventlog.cursor import LogKey, cursor_of, parse_cursor
from streamkit.eventlog.entry import Entry
from streamkit.eventlog.errors import (
    CursorError,
    EventLogError,
    LogNotFoundError,
    LogTrimmedError,
)
from streamkit.eventlog.tail import mistake_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from streamkit.eventlog.entry import Row
    from streamkit.eventlog.feed import Feed
    from streamkit.eventlog.source import Source
    from streamkit.eventlog.store import LogState

__all__ = ["Reader"]

PAGE = 512
"""The maximum number of entries that are read from the store at a time."""


class _Page(NamedTuple):
    key: LogKey
    rows: Sequence[Row]
    newest: int
    """The number of the newest entry that the log had."""
    has_ended: bool
    """Whether the newest entry is the end."""


class Reader:
    """The entries of a log after a cursor, the end included; iterate it in a thread or a task.

    It can be iterated once, and closed from any thread or task. Without ``live`` it ends with the
    newest entry that there was when it began.
    """

    def __init__(
        self,
        source: Source,
        stream_id: str,
        after: str | None,
        *,
        live: bool,
        from_start: bool = False,
    ) -> None:
        self._source = source
        self._stream_id = stream_id
        self._incarnation, self._asked = parse_cursor(after)
        self._position = 0 if from_start else self._asked
        self._live = live
        self._newest: int | None = None  # where a reader that is not live ends
        self._key: LogKey | None = None
        self._rows: deque[Row] = deque()
        self._feed: Feed | None = None
        self._has_ended = False
        self._is_closed = False

    @property
    def cursor(self) -> str:
        """The place of the entry that was returned last; ``"0"`` before the first one."""
        if self._incarnation is None:
            return "0"
        return cursor_of(self._incarnation, self._position)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Entry:
        while not self._rows:
            if self._is_over():
                raise StopIteration
            feed = self._feed
            if feed is None:
                if self._accept(self._read()):
                    self._source.wake()
            elif (woken := feed.thread(self._position)) is None:
                self._take(feed)
            elif not self._is_closed:  # whoever closes it wakes those that wait by then
                woken.acquire()
        return self._next()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Entry:
        while not self._rows:
            if self._is_over():
                raise StopAsyncIteration
            feed = self._feed
            if feed is None:
                if self._accept(await self._source.apart(self._read)):
                    await self._source.apart(self._source.wake)
            elif (woken := feed.task(self._position)) is None:
                self._take(feed)
            elif not self._is_closed:  # as above
                try:
                    await woken
                finally:
                    feed.forget(woken)
        return self._next()

    def close(self) -> None:
        """Leave the log, and end the iteration; any thread or task may call this."""
        self._is_closed = True
        self._rows.clear()
        feed = self._feed
        if feed is not None:
            self._leave()
            feed.wake()

    async def aclose(self) -> None:
        """Do the same."""
        self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_feed", None) is not None:
            self._leave()

    def _is_over(self) -> bool:
        if self._has_ended or self._is_closed:
            return True
        return self._newest is not None and self._position >= self._newest

    def _next(self) -> Entry:
        row = self._rows.popleft()
        self._position = row.number
        if row.is_end:
            self._has_ended = True
            self._leave()
        return Entry(self._incarnation or "", row.number, row.data, row.is_end)

    def _accept(self, page: _Page) -> bool:
        """Take over what was read from the store; return whether the tail must be woken."""
        self._key, self._incarnation = page.key, page.key.incarnation
        if self._is_closed:
            return False
        self._rows.extend(page.rows)
        if not self._live and self._newest is None:
            self._newest = page.newest
        position = page.rows[-1].number if page.rows else self._position
        if position < page.newest:
            return False
        if page.has_ended:
            self._has_ended = not page.rows
            return False
        if not self._live:
            return False
        self._feed, is_new = self._source.join(page.key, min(position, page.newest))
        return is_new

    def _take(self, feed: Feed) -> None:
        """Take over what the feed has; leave it if it does not reach back to this place."""
        rows = feed.after(self._position)
        if rows is None:
            self._leave()
        else:
            self._rows.extend(rows)

    def _leave(self) -> None:
        feed, self._feed = self._feed, None
        if feed is not None and self._key is not None:
            self._source.leave(self._key, feed)

    def _read(self) -> _Page:
        """Read from the store; another thread may do it, so nothing of this reader changes."""
        state = self._source.look(self._stream_id)
        key = self._found(state)
        rows = self._source.rows(key, self._position, PAGE)
        if not rows or rows[0].number != self._position + 1:
            # Nothing follows, or it was trimmed or deleted: before the first look, or since.
            state = self._source.look(self._stream_id)
            self._check(self._found(state), state, rows)
        assert state is not None  # noqa: S101 - `_found` and `_check` raise
        newest = max(state.last, rows[-1].number if rows else 0)
        has_ended = state.has_ended or bool(rows and rows[-1].is_end)
        return _Page(key, rows, newest, has_ended)

    def _found(self, state: LogState | None) -> LogKey:
        """Return which log there is, if it is the cursor's."""
        if self._incarnation is None:
            if state is None:
                raise LogNotFoundError(f"stream {self._stream_id!r} has no log")
            key = LogKey(self._stream_id, state.incarnation)
        else:
            key = LogKey(self._stream_id, self._incarnation)
        mistake = mistake_of(key, state)
        if mistake is not None:
            raise mistake
        is_ahead = state is not None and max(self._position, self._asked) > state.last
        # Whoever saw an event as it passed may be ahead of the log, which is written after that.
        if state is not None and is_ahead and not (self._live and not state.has_ended):
            raise CursorError(f"the log of stream {self._stream_id!r} ends before the cursor")
        return key

    def _check(self, key: LogKey, state: LogState | None, rows: Sequence[Row]) -> None:
        """Raise if entries are missing after this place."""
        mistake = mistake_of(key, state)
        if mistake is not None:
            raise mistake
        if state is not None and state.first > self._position + 1:
            raise LogTrimmedError(
                f"the log of stream {self._stream_id!r} begins after entry {state.first - 1}, so "
                f"what follows {self.cursor!r} is lost",
                resume_after=cursor_of(key.incarnation, state.first - 1),
            )
        if rows:
            raise EventLogError(
                f"the log of stream {self._stream_id!r} has a gap after entry {self._position}"
            )
