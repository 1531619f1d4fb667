"""Chunks that bring content in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._core.deadlines import StreamLimits
from streamkit._rx.operator_input import OperatorInput
from streamkit._rx.timed_observable import timed
from streamkit.families.chat.content import is_content
from streamkit.types import ChatCompletionChunk

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable, abc

__all__ = ["content_timeout"]


def content_timeout(
    *,
    first_content: float | None = None,
    between_content: float | None = None,
    total: float | None = None,
    scheduler: abc.SchedulerBase | None = None,
) -> Callable[[Observable[ChatCompletionChunk]], Observable[ChatCompletionChunk]]:
    """Fail with ``StreamTimeoutError`` when content keeps the observer waiting for too long.

        --role--a--usage----usage---------
        [ content_timeout(between_content=10) ]
        --role--a--usage----usage#

    Seconds until the first content, from any content to the next or the end, and in all: the limits
    of the same names that ``Timeout`` has. Only content resets them (text, refusals, tool calls,
    reasoning, log probabilities, finish reasons); a role, usage and empty chunks pass and do not.
    While the observer is at work on a chunk no time passes, but for ``total``.

    The source is let go when a limit is reached. Time is that of ``scheduler``, else of the one
    given to ``subscribe``, else of the running loop, else of a thread with a timer, which then also
    tells the error; a scheduler whose only thread is kept busy by the source tells no time.
    ``accumulate`` and ``chat_events`` further down give the error what had arrived.
    """
    limits = StreamLimits(first_content=first_content, between_content=between_content, total=total)
    taken = OperatorInput("content_timeout", ChatCompletionChunk)
    return lambda source: timed(taken.source(source), limits, is_content, taken, scheduler)
