"""The machine that accumulates the chunks of a completion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._core.machine import Machine
from streamkit.errors import StreamkitError
from streamkit.families.chat.events import ChunkEvent
from streamkit.families.chat.log import CompletionLog
from streamkit.limits import DEFAULTS, Limits
from streamkit.structured.reader import Reader
from streamkit.types import ChatCompletionChunk

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from streamkit.types import ParsedChatCompletion

__all__ = ["Accumulator"]


class Accumulator(Machine[ChatCompletionChunk, ChunkEvent]):
    """The machine of ``accumulate``; ``reader`` parses snapshots, and by default parses nothing."""

    def __init__(self, reader: Reader | None = None, *, limits: Limits = DEFAULTS) -> None:
        self._reader = reader or Reader()
        self.log = CompletionLog(limits)

    def feed(self, value: ChatCompletionChunk, /) -> Sequence[ChunkEvent]:
        """Take a chunk and return its event."""
        log = self.log
        updates = log.append(value)
        return (ChunkEvent(value, log, self._reader, log.heading, log.latest, updates),)

    def fail(self, error: Exception, /) -> None:
        """Attach the completion so far to an error of the stream."""
        if isinstance(error, StreamkitError) and error.partial is None:
            error.partial = self.snapshot()

    def snapshot(self) -> ParsedChatCompletion[Any]:
        """Return the completion so far."""
        return self.log.now(self._reader)
