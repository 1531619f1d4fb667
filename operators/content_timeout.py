"""The operator that limits the time until the next content."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from streamkit._core.content import has_content
from streamkit._core.deadlines import StreamLimits
from streamkit._rx.operator_input import OperatorInput, require_scheduler
from streamkit._rx.timed_observable import timed
from streamkit.families._common.texts import EVENTS
from streamkit.types import ChatCompletionChunk

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable, abc

    from streamkit._core.events import Event
    from streamkit._core.wire import Wire
    from streamkit._rx.operator_input import Takes

__all__ = ["content_timeout"]

T = TypeVar("T", bound="Wire | Event")


def content_timeout(
    *,
    first_content: float | None = None,
    between_content: float | None = None,
    total: float | None = None,
    scheduler: abc.SchedulerBase | None = None,
) -> Callable[[Observable[T]], Observable[T]]:
    """Emit ``StreamTimeoutError`` when the observer waits too long for content.

        --role--a--usage----usage---------
        [ content_timeout(between_content=10) ]
        --role--a--usage----usage#

    The source emits common events, or the chunks of any protocol. The limits are those of the same
    names in ``Timeout``. Only content resets them: text, refusals, tool calls, reasoning, log
    probabilities and finish reasons. A role, usage and empty chunks are passed on and reset
    nothing; nor do ``chunk`` events, or those of ``retry_stream`` and ``race``. Time in which the
    observer handles an item counts only in ``total``. When a limit is reached, the source is
    disposed of. ``accumulate`` and ``chat_events`` further down add the part that had arrived to
    the error.

    Args:
        first_content: The maximum seconds until the first content; by default unlimited, as are
            the others.
        between_content: The maximum seconds from one content to the next, or to the end.
        total: The maximum seconds from subscription to the end.
        scheduler: The scheduler that measures the time; by default the one given to ``subscribe``,
            else the running loop, else a timer thread, which then also emits the error. A scheduler
            cannot measure time while the source blocks its only thread.
    """
    require_scheduler(scheduler)
    limits = StreamLimits(first_content=first_content, between_content=between_content, total=total)
    taken = OperatorInput("content_timeout", ChatCompletionChunk | EVENTS, also=_registered_types)
    return lambda source: timed(taken.source(source), limits, has_content, taken, scheduler)


def _registered_types() -> Takes:
    """Return the types of chunks of the families that are loaded."""
    takes: Takes = ChatCompletionChunk
    for kind in has_content.registry:
        if kind is not object and not issubclass(kind, ChatCompletionChunk | EVENTS):
            takes = takes | kind
    return takes
