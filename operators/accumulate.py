"""Chunks to chunk events, each with the completion so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.families.chat.accumulator import Accumulator
from streamkit.limits import DEFAULTS, Limits
from streamkit.operators.lift import lift
from streamkit.types import ChatCompletionChunk

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable

    from streamkit.families.chat.events import ChunkEvent

__all__ = ["accumulate"]


def accumulate(
    *, limits: Limits = DEFAULTS
) -> Callable[[Observable[ChatCompletionChunk]], Observable[ChunkEvent]]:
    """Add each chunk to a completion, and emit both.

        --Chunk(H)-----------Chunk(i)------------|
        [              accumulate()              ]
        --ChunkEvent("H")----ChunkEvent("Hi")----|

    A ``snapshot`` is built when it is read, and stays as it was when the event was emitted. An
    error of the stream passes with what had arrived as its ``completion``; more choices, tool calls
    or fields than ``limits`` allow are one.
    """
    return lift(lambda: Accumulator(limits=limits), takes=ChatCompletionChunk, name="accumulate")
