"""Work that yields its trampoline to other work only when some is waiting."""

# Strategy: to yield a turn costs as much as four events. The trampoline does not say whether other
# work waits, but its queue is a heap, and items in one heap have been compared. So a turn is
# scheduled at a time that notes whether it was compared with another: if it was not, this work is
# alone, and continues until another item is queued beside its next turn.

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import abc
    from reactivex.scheduler import TrampolineScheduler

__all__ = ["soon", "take_turns"]


def take_turns(trampoline: TrampolineScheduler, step: Callable[[], bool]) -> abc.DisposableBase:
    """Call ``step`` on the trampoline until it returns false, in turns with other work there."""
    return _Work(trampoline, step).schedule()


def soon(trampoline: TrampolineScheduler, act: Any, state: Any = None) -> abc.DisposableBase:
    """Schedule ``act`` on the trampoline, to be called in its turn."""
    return trampoline.schedule_absolute(_Turn.at(trampoline.now), act, state)


class _Work:
    """Steps on a trampoline.

    Functions that schedule each other would be a cycle, and hold a stream until the garbage
    collector came.
    """

    __slots__ = ("_step", "_trampoline")

    def __init__(self, trampoline: TrampolineScheduler, step: Callable[[], bool]) -> None:
        self._trampoline = trampoline
        self._step = step

    def schedule(self) -> abc.DisposableBase:
        """Schedule the next turn."""
        turn = _Turn.at(self._trampoline.now)
        return self._trampoline.schedule_absolute(turn, self._run, turn)

    def _run(self, _scheduler: abc.SchedulerBase, turn: Any = None) -> None:
        step = self._step
        goes_on = step()
        if goes_on and not turn.is_contested:
            following = _Turn.at(self._trampoline.now)
            place = self._trampoline.schedule_absolute(following, _nothing)
            try:
                while goes_on and not following.is_contested:
                    goes_on = step()
            finally:
                place.dispose()
        if goes_on:
            self.schedule()


class _Turn(datetime):
    """A time that notes whether it was compared with the time of another item in a queue.

    It is always due, even if the wall clock has been set back meanwhile.
    """

    is_contested = False

    @classmethod
    def at(cls, time: datetime) -> _Turn:
        """Return the given time as a turn."""
        return cls.combine(time.date(), time.timetz())

    # A queue first compares its items for equality; a scheduler compares in other ways.
    def __eq__(self, other: object) -> bool:
        self.is_contested = True
        if isinstance(other, _Turn):
            other.is_contested = True
        return super().__eq__(other)

    __hash__ = datetime.__hash__

    # A trampoline compares to learn whether the turn is due, and subtracts to learn the wait.
    def __le__(self, other: object) -> bool:
        return True

    def __sub__(self, other: object) -> Any:
        return timedelta()


def _nothing(*_: object) -> None:
    """Do nothing; hold a place in the queue."""
