"""Two machines around another one, which react to content and make no events themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from streamkit._core.late_template import as_late
from streamkit._core.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from streamkit._core.template import Fill, Road

__all__ = ["HELD_EVENTS", "ContentWatch", "Hold"]

A = TypeVar("A")
E = TypeVar("E")

HELD_EVENTS = 64
"""The maximum number of events held before content, in case the stream begins anew."""


class Hold(Machine[A, E]):
    """A machine that holds another's events until content comes, or ``HELD_EVENTS`` are held."""

    def __init__(self, inner: Machine[A, E], is_content: Callable[[A], bool]) -> None:
        self.inner = inner
        """The machine that makes the events; after the release it can be called directly."""
        self._is_content = is_content
        self._held: list[E] | None = []

    @property
    def holds(self) -> bool:
        """Whether no event was emitted yet."""
        return self._held is not None

    def feed(self, value: A, /) -> Sequence[E]:
        """Take an input; return the held events and its own, or nothing while they are held."""
        events = self.inner.feed(value)
        if self._held is None:
            return events
        self._held += events
        is_over = self._is_content(value) or len(self._held) >= HELD_EVENTS
        return self.release() if is_over else ()

    def short_road(self, empty: A, fill: Fill[A], /) -> Road[E] | None:
        """Return the short road of the inner machine; none while events are held."""
        return self.inner.short_road(empty, fill) if self._held is None else None

    def release(self) -> Sequence[E]:
        """Return the held events, and hold no more."""
        held, self._held = self._held, None
        return held or ()

    def close(self) -> Iterator[E]:
        """Yield the held events and the events of the end."""
        yield from self.release()
        yield from self.inner.close()

    def fail(self, error: Exception, /) -> None:
        """Let the other machine take the error."""
        self.inner.fail(error)


class ContentWatch(Machine[A, E]):
    """A machine that calls a function when another's input is content, before its events."""

    def __init__(
        self,
        inner: Machine[A, E],
        is_content: Callable[[A], bool],
        content_came: Callable[[], object],
    ) -> None:
        self._inner = inner
        self._feed = inner.feed
        self._is_content = is_content
        self._content_came = content_came

    def feed(self, value: A, /) -> Sequence[E]:
        """Take an input and return its events."""
        if self._is_content(value):
            self._content_came()
        return self._feed(value)

    def short_road(self, empty: A, fill: Fill[A], /) -> Road[E] | None:
        """Return the short road of the inner machine, where the function is called as well."""
        take = self._inner.short_road(empty, fill)
        if take is None:
            return None
        content_came, is_content = self._content_came, self._is_content
        late, is_empty_content = as_late(fill), is_content(empty)

        def watched(piece: str, *beside: Any) -> Sequence[E]:
            # Of frames that are decoded late, each has other values beside its piece.
            if piece or (is_empty_content if late is None else is_content(late(piece, *beside))):
                content_came()
            return take(piece, *beside)

        return watched

    def close(self) -> Iterator[E]:
        """Yield the events of the end."""
        yield from self._inner.close()

    def fail(self, error: Exception, /) -> None:
        """Let the other machine take the error."""
        self._inner.fail(error)
