"""The machine that accumulates the chunks of a completion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit._core.machine import AnswerMachine
from streamkit.families.chat.events import ChunkEvent
from streamkit.families.chat.log import CompletionLog, Moment
from streamkit.limits import DEFAULTS, Limits
from streamkit.structured.reader import Reader
from streamkit.types import ChatCompletionChunk, ParsedChatCompletion

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Accumulator"]


class Accumulator(AnswerMachine[ChatCompletionChunk, ChunkEvent, ParsedChatCompletion[Any]]):
    """The machine of ``accumulate``; ``reader`` parses snapshots, and by default parses nothing."""

    def __init__(self, reader: Reader | None = None, *, limits: Limits = DEFAULTS) -> None:
        self._reader = reader or Reader()
        self.log = CompletionLog(limits)

    def feed(self, value: ChatCompletionChunk, /) -> Sequence[ChunkEvent]:
        """Take a chunk and return its event."""
        log = self.log
        updates = log.append(value)
        moment = Moment(log, self._reader, log.heading, log.latest, updates)
        return (ChunkEvent(value, moment),)

    def snapshot(self) -> ParsedChatCompletion[Any]:
        """Return the completion so far."""
        return self.log.now(self._reader)

    def final(self) -> ParsedChatCompletion[Any]:
        """Return the whole completion."""
        return self.log.now(self._reader, final=True)
