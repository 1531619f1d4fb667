"""The operator that merges pieces of a text into larger ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from streamkit._core.arguments import require_count
from streamkit._core.duration import require_duration
from streamkit._core.events import Event
from streamkit._rx.operator_input import OperatorInput, require_scheduler
from streamkit._rx.paced_observable import Pace, paced

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable, abc

__all__ = ["coalesce"]

E = TypeVar("E", bound="Event | str")


def coalesce(
    *,
    seconds: float | None = None,
    characters: int | None = None,
    scheduler: abc.SchedulerBase | None = None,
) -> Callable[[Observable[E]], Observable[E]]:
    """Merge the pieces of a text that come within some seconds, or up to some characters.

        --a-b-c-d-e-f-(g,done)--|
        [ coalesce(characters=3) ]
        ------abc-----(def)-(g,done)--|

    Use it in front of what costs for each event, such as a broker or a database. A delta event that
    was merged has all the pieces in it, and the views of its last one. Done events, and all others
    that are no pieces, are emitted at once, after the pieces before them; so is the rest of a text
    when the kind or the place of the pieces changes, and at the end, and before an error. Choices
    do not affect each other. Of events that later ones replace, such as those of chunks, only the
    last is emitted. The operator takes the events of any protocol, or the pieces of one text as
    strings.

    Args:
        seconds: The maximum seconds for which a piece waits; by default unlimited.
        characters: The number of waiting characters that are emitted at once; by default unlimited.
        scheduler: The scheduler that measures the time; by default the one given to ``subscribe``,
            else the running loop, else a timer thread, which then also emits.

    Raises:
        ValueError: Neither is given, or one is not above 0.
    """
    if seconds is not None:
        require_duration("seconds", seconds)
    if characters is not None:
        require_count("characters", characters)
    require_scheduler(scheduler)
    if seconds == 0 or (seconds is None and characters is None):
        raise ValueError("coalesce takes seconds or characters, or both, above 0")
    pace = Pace(seconds=seconds, characters=characters)
    taken = OperatorInput("coalesce", Event | str)
    return lambda source: paced(taken.source(source), pace, taken, scheduler)
