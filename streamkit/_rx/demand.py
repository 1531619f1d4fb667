"""The demand of a loop over an observable, which the sources of its subscription follow."""

# Strategy: between a source and the loop stand any operators, which know nothing of demand. So the
# demand is in a context variable while the subscription is made, and while a source emits: a source
# that can wait looks there when it is subscribed to. Other sources are not slowed down.

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from reactivex import abc

__all__ = ["DEMAND", "AsyncSource", "Demand", "current_demand", "expect_others", "in_demand"]

R = TypeVar("R")


class AsyncSource(Protocol):
    """A source that is awaited, for a reader that emits each item when it is wanted."""

    @property
    def read(self) -> Callable[[], Awaitable[Any]]:
        """The function that returns the next item, unless it raises; it is another once open."""
        ...

    @property
    def emit(self) -> Callable[[Any], object]:
        """The function that emits an item."""
        ...

    async def ended_by(self, raised: BaseException, /) -> Callable[[], object]:
        """Take what ``read`` has raised and return a function that emits the end.

        A cancellation of the reader's own task is raised again.
        """
        ...

    async def push_next(self) -> bool:
        """Read and emit one item, or the end; return true if more may follow."""
        ...


class Demand:
    """The demand of one loop, for as many items as it has asked for and may hold."""

    def attach(self, _step: Callable[[], bool]) -> abc.DisposableBase | None:
        """Let the loop read a source, and return what detaches it; None if this loop cannot.

        ``step`` emits one item, and returns true if more may follow.
        """
        return None

    def attach_async(self, _source: AsyncSource) -> abc.DisposableBase | None:
        """Do the same for a source that is awaited."""
        return None

    def expect_others(self) -> None:
        """Note that something else than streams will emit as well, such as a timer.

        The loop must then wait for its items, and not for a stream that it reads itself.
        """

    def begin_thread(self) -> None:
        """Note a thread of this library that will emit, and waits for no event loop."""

    def end_thread(self) -> None:
        """Note the end of such a thread."""

    def may_wait(self) -> bool:
        """Return whether this thread may wait until the loop takes an item."""
        return True

    def when_open(self, act: Callable[[], object]) -> None:
        """Call ``act``, once, when an item is wanted; at once if one is."""
        act()


DEMAND: ContextVar[Demand | None] = ContextVar("streamkit.demand", default=None)
"""The demand that is followed here: set while a loop subscribes, and while it reads a stream."""


def current_demand() -> Demand | None:
    """Return the demand of the loop that subscribes here, or None."""
    return DEMAND.get()


def expect_others() -> None:
    """Let the loop that subscribes here, if there is one, leave the reading to others.

    A timer may emit as well, or the source has other observers than this loop.
    """
    demand = DEMAND.get()
    if demand is not None:
        demand.expect_others()


def in_demand(demand: Demand, act: Callable[[], R]) -> R:
    """Call a function within which sources that are subscribed to follow a demand."""
    token = DEMAND.set(demand)
    try:
        return act()
    finally:
        DEMAND.reset(token)
