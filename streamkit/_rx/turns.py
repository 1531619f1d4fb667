"""Work that leaves a trampoline to others when they want it, and only then."""

# Strategy: to give up a turn costs as much as four events. Whether anybody waits for one the
# trampoline does not say, but its queue is a heap, and whatever lies there together was compared.
# So a turn is scheduled at a time that notes whether it was compared with another: if it was not,
# this work is all there is, and goes on until something comes to lie beside its next turn.

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import abc
    from reactivex.scheduler import TrampolineScheduler

__all__ = ["soon", "take_turns"]


def take_turns(trampoline: TrampolineScheduler, step: Callable[[], bool]) -> abc.DisposableBase:
    """Call ``step`` on the trampoline until it returns false, in turns with what waits there."""

    def run(_scheduler: abc.SchedulerBase, turn: Any = None) -> None:
        goes_on = step()
        if goes_on and not turn.is_contested:
            following = _Turn.at(trampoline.now)
            place = trampoline.schedule_absolute(following, _nothing)
            try:
                while goes_on and not following.is_contested:
                    goes_on = step()
            finally:
                place.dispose()
        if goes_on:
            schedule()

    def schedule() -> abc.DisposableBase:
        turn = _Turn.at(trampoline.now)
        return trampoline.schedule_absolute(turn, run, turn)

    return schedule()


def soon(trampoline: TrampolineScheduler, act: Any, state: Any = None) -> abc.DisposableBase:
    """Call ``act`` in its turn, as the trampoline calls what it schedules."""
    return trampoline.schedule_absolute(_Turn.at(trampoline.now), act, state)


class _Turn(datetime):
    """A time that notes whether it was compared with that of something else in a queue.

    It is due whenever that is asked, though a wall clock may have been set back meanwhile.
    """

    is_contested = False

    @classmethod
    def at(cls, time: datetime) -> _Turn:
        """The same time."""
        return cls.combine(time.date(), time.timetz())

    # A queue asks first whether two of its items are equal; a scheduler compares in other ways.
    def __eq__(self, other: object) -> bool:
        self.is_contested = True
        if isinstance(other, _Turn):
            other.is_contested = True
        return super().__eq__(other)

    __hash__ = datetime.__hash__

    # A trampoline asks whether it is due, and how long it is until then.
    def __le__(self, other: object) -> bool:
        return True

    def __sub__(self, other: object) -> Any:
        return timedelta()


def _nothing(*_: object) -> None:
    """Keep a place in the queue."""
