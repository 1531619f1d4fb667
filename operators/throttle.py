"""The operator that emits the pieces of a text no more often than so many times a second."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from streamkit._core.arguments import require_number
from streamkit._core.duration import require_duration
from streamkit._core.events import Event
from streamkit._rx.operator_input import OperatorInput, require_scheduler
from streamkit._rx.paced_observable import Pace, paced

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable, abc

__all__ = ["throttle"]

E = TypeVar("E", bound="Event | str")


def throttle(
    per_second: float, *, scheduler: abc.SchedulerBase | None = None
) -> Callable[[Observable[E]], Observable[E]]:
    """Emit the pieces of a text at most ``per_second`` times a second, merged, and lose nothing.

        --a-b-c-d-e-f-(g,done)--|
        [    throttle(20)       ]
        --a-----bcd---(efg,done)--|

    The first piece is emitted at once, and later ones when the time has come. A delta event that
    was merged has all the pieces in it, and the views of its last one. Done events, and all others
    that are no pieces, are emitted at once, after the pieces before them; so is the rest of a text
    when the kind or the place of the pieces changes, and at the end, and before an error. Choices
    do not affect each other. Of events that later ones replace, such as those of chunks, only the
    last is emitted. The operator takes the events of any protocol, or the pieces of one text as
    strings.

    Args:
        per_second: The maximum number of emissions a second, such as the frames of a screen.
        scheduler: The scheduler that measures the time; by default the one given to ``subscribe``,
            else the running loop, else a timer thread, which then also emits.

    Raises:
        ValueError: ``per_second`` is not above 0.
    """
    require_number("per_second", per_second)
    require_scheduler(scheduler)
    if not per_second > 0:
        raise ValueError(f"throttle takes a number of times a second above 0, not {per_second}")
    seconds = 1 / per_second
    require_duration("1 / per_second", seconds)
    pace = Pace(seconds=seconds, at_once=True)
    taken = OperatorInput("throttle", Event | str)
    return lambda source: paced(taken.source(source), pace, taken, scheduler)
