"""The operator that splits the events of an answer into one observable for each of its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from streamkit._core.events import AttemptResetEvent, EventsDroppedEvent
from streamkit._rx.operator_input import OperatorInput
from streamkit._rx.splitting import split
from streamkit.families._common.events import AnswerChunkEvent, FinishEvent, UsageEvent
from streamkit.families._common.race_event import RaceSettledEvent
from streamkit.families._common.texts import EVENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    from reactivex import GroupedObservable, Observable

    from streamkit._rx.splitting import Separator
    from streamkit.families._common.events import CommonEvent
    from streamkit.families._common.part_event import Part

    AnyEvent: TypeAlias = (
        CommonEvent[Any] | AttemptResetEvent | EventsDroppedEvent | RaceSettledEvent
    )
    Items: TypeAlias = Sequence[tuple[Part, CommonEvent[Any]]]

__all__ = ["split_by_part"]


def split_by_part() -> Callable[
    [Observable[AnyEvent]],
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

    After ``retry_stream``, each observable that is open emits the ``attempt.reset`` event, and goes
    on with the part in the next attempt; a part that was done begins anew. So does each emit an
    ``events.dropped`` event, because nobody knows of which part the events were.

    In a chat completion the parts are the choices and the calls, so the reasoning and the content
    of a choice are one part. Other protocols have a part for each.
    """
    return split(_new_separator, OperatorInput("split_by_part", EVENTS))


def _new_separator() -> Separator[AnyEvent, Part, CommonEvent[Any]]:
    open_: dict[Part, set[str]] = {}  # with the kinds of texts that have begun in the part

    def separate(event: AnyEvent) -> tuple[Items, Sequence[Part]]:
        if isinstance(event, AnswerChunkEvent | UsageEvent | FinishEvent | RaceSettledEvent):
            return (), ()
        if isinstance(event, AttemptResetEvent | EventsDroppedEvent):
            if isinstance(event, AttemptResetEvent):
                for begun in open_.values():
                    begun.clear()
            return [(part, cast("CommonEvent[Any]", event)) for part in open_], ()
        part = event.part
        begun = open_.setdefault(part, set())
        kind, _, phase = event.type.rpartition(".")
        if phase == "delta":
            begun.add(kind)
        elif phase == "done":
            begun.discard(kind)
            if not begun:
                del open_[part]
                return ((part, event),), (part,)
        return ((part, event),), ()

    return separate
