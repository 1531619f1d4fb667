"""The figures of a stream: events, chunks, tokens and times."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from streamkit.events import ChunkEvent, RawChunkEvent, UsageEvent
from streamkit.families._common.final import Usage
from streamkit.families._common.part_event import PartGrowth

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamkit._core.events import Event
    from streamkit.types import ChatCompletionChunk, ChunkChoice, CompletionUsage

__all__ = ["Figures"]


class Figures:
    """A counter of events, chunks and tokens; its clock starts when it is made.

    A chunk with a part of an answer counts as one token, because servers send a token per chunk; in
    protocols whose chunks are events of many kinds, a delta does.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._start = clock()
        self._first = self._last = self._start
        self.events = 0
        self.chunks = 0
        self.tokens = 0
        self._counts_deltas = False
        self.usage: Usage | None = None
        """The usage that the server reported; None when it reported none."""

    def feed(self, event: Event) -> None:
        """Count an event, and the chunk of a chunk event."""
        self.events += 1
        if isinstance(event, ChunkEvent):
            self.add_chunk(event.chunk)
        elif isinstance(event, RawChunkEvent):
            self.chunks += 1
            self._counts_deltas = True
        elif isinstance(event, UsageEvent):
            self.usage = event.usage
        elif self._counts_deltas and isinstance(event, PartGrowth):
            self._count_token()

    def add_chunk(self, chunk: ChatCompletionChunk) -> None:
        """Count a chunk of a stream that has no chunk events."""
        self.chunks += 1
        self.usage = _usage_of(chunk.usage) or self.usage
        if any(map(_says_something, chunk.choices or ())):
            self._count_token()

    @property
    def first_token(self) -> float | None:
        """The seconds to the first token; None before it."""
        return self._first - self._start if self.tokens else None

    @property
    def rate(self) -> float | None:
        """The tokens per second since the first one; None until a second token has come."""
        seconds = self._last - self._first
        return (self.tokens - 1) / seconds if seconds > 0 else None

    def _count_token(self) -> None:
        self._last = self._clock()
        if not self.tokens:
            self._first = self._last
        self.tokens += 1

    def cells(self) -> tuple[str, str, str, str]:
        """Return events, chunks, time to the first token and rate as text for a person."""
        first, rate = self.first_token, self.rate
        return (
            f"{self.events:,}",
            f"{self.chunks:,}",
            "-" if first is None else f"{first * 1000:,.0f} ms",
            "-" if rate is None else f"{rate:,.0f}",
        )

    def __str__(self) -> str:
        events, chunks, first, rate = self.cells()
        parts = [f"{events} events", f"{chunks} chunks"]
        if self.first_token is not None:
            parts.append(f"first token {first}")
        if self.rate is not None:
            parts.append(f"{rate} tokens/s")
        if self.usage is not None:
            asked, answered = self.usage.input_tokens, self.usage.output_tokens
            parts.append(f"{asked:,} + {answered:,} tokens used")
        return " · ".join(parts)


def _usage_of(usage: CompletionUsage | None) -> Usage | None:
    """Return the usage of a chat in the words of all protocols."""
    if usage is None:
        return None
    return Usage(input_tokens=usage.prompt_tokens, output_tokens=usage.completion_tokens)


def _says_something(choice: ChunkChoice) -> bool:
    delta = choice.delta
    return delta is not None and bool(
        delta.content
        or delta.refusal
        or delta.tool_calls
        or delta.reasoning_content
        or delta.reasoning
    )
