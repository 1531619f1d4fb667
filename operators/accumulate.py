"""Chunks to chunk events, each with the completion so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._core.machine import Machine
from streamkit.errors import StreamkitError
from streamkit.families.chat.events import ChunkEvent
from streamkit.families.chat.log import CompletionLog
from streamkit.limits import DEFAULTS, Limits
from streamkit.operators.lift import lift
from streamkit.structured.reader import Reader
from streamkit.types import ChatCompletionChunk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from reactivex import Observable

    from streamkit.types import ParsedChatCompletion

__all__ = ["Accumulator", "accumulate"]


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


class Accumulator(Machine[ChatCompletionChunk, ChunkEvent]):
    """The machine of ``accumulate``; ``reader`` says what a snapshot parses, by default nothing."""

    def __init__(self, reader: Reader | None = None, *, limits: Limits = DEFAULTS) -> None:
        self._reader = reader or Reader()
        self.log = CompletionLog(limits)

    def feed(self, value: ChatCompletionChunk, /) -> Sequence[ChunkEvent]:
        """Take a chunk and return its event."""
        log = self.log
        updates = log.append(value)
        return (ChunkEvent(value, log, self._reader, log.heading, log.latest, updates),)

    def fail(self, error: Exception, /) -> None:
        """Let an error of the stream carry what had arrived."""
        if isinstance(error, StreamkitError) and error.partial is None:
            error.partial = self.snapshot()

    def snapshot(self, *, final: bool = False) -> ParsedChatCompletion[Any]:
        """The completion as it is now; parsed as a whole when ``final``."""
        log = self.log
        return log.build(log.heading, log.latest, self._reader, final=final)
