"""The operator that splits the events of an answer into one observable for each of its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit._rx.operator_input import OperatorInput
from streamkit._rx.splitting import split
from streamkit.families._common.events import AnswerChunkEvent, FinishEvent, UsageEvent
from streamkit.families._common.part_event import PartEvent
from streamkit.families._common.race_event import RaceSettledEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reactivex import GroupedObservable, Observable

    from streamkit._rx.splitting import Separator
    from streamkit.families._common.events import CommonEvent
    from streamkit.families._common.part_event import Part

    Items = Sequence[tuple[Part, CommonEvent[Any]]]

__all__ = ["split_by_part"]


def split_by_part() -> Callable[
    [Observable[CommonEvent[Any] | RaceSettledEvent]],
    Observable[GroupedObservable[Part, CommonEvent[Any]]],
]:
    """Emit an observable for each text, thought and call, which emits the events about it.

        --a:+--b:+--a:+--a:=--b:=--|
        [      split_by_part()     ]
        --a----b-------------------|
          a: +------+----(=|)
               b: +-----------(=|)

    The ``key`` of the observable is the ``part`` of its events. It completes when all that began in
    the part is done; if more comes for the part after that, a new observable is emitted. Chunks,
    usage, finish reasons and the result of a race are about no part, and are not emitted. Subscribe
    before the next event comes (``flat_map`` does), because earlier events are not kept longer.

    In a chat completion the parts are the choices and the calls, so the reasoning and the content
    of a choice are one part. Other protocols have a part for each.
    """
    return split(_new_separator, OperatorInput("split_by_part", PartEvent | RaceSettledEvent))


def _new_separator() -> Separator[CommonEvent[Any] | RaceSettledEvent, Part, CommonEvent[Any]]:
    begun: dict[Part, set[str]] = {}

    def separate(event: CommonEvent[Any] | RaceSettledEvent) -> tuple[Items, Sequence[Part]]:
        if isinstance(event, AnswerChunkEvent | UsageEvent | FinishEvent | RaceSettledEvent):
            return (), ()
        part = event.part
        kind, _, phase = event.type.rpartition(".")
        if phase == "delta":
            begun.setdefault(part, set()).add(kind)
        elif phase == "done":
            kinds = begun.get(part, set())
            kinds.discard(kind)
            if not kinds:
                begun.pop(part, None)
                return ((part, event),), (part,)
        return ((part, event),), ()

    return separate
