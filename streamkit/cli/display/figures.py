"""What can be counted about a stream."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from streamkit.families.chat.events import ChunkEvent

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamkit._core.events import Event
    from streamkit.types import ChatCompletionChunk, ChunkChoice, CompletionUsage

__all__ = ["Figures"]


class Figures:
    """Counts events, chunks and tokens; make it when the request is sent.

    A chunk that has something of an answer in it counts as a token: that is what servers send.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._start = clock()
        self._first = self._last = self._start
        self.events = 0
        self.chunks = 0
        self.tokens = 0
        self.usage: CompletionUsage | None = None
        """What the server says that it counted, if it says so."""

    def feed(self, event: Event) -> None:
        """Count an event, and its chunk if it is a chunk's."""
        self.events += 1
        if isinstance(event, ChunkEvent):
            self.add_chunk(event.chunk)

    def add_chunk(self, chunk: ChatCompletionChunk) -> None:
        """Count a chunk; for streams that have no chunk events."""
        self.chunks += 1
        self.usage = chunk.usage or self.usage
        if any(map(_says_something, chunk.choices or ())):
            self._last = self._clock()
            if not self.tokens:
                self._first = self._last
            self.tokens += 1

    @property
    def first_token(self) -> float | None:
        """Seconds to the first token; None while there is none."""
        return self._first - self._start if self.tokens else None

    @property
    def rate(self) -> float | None:
        """Tokens per second since the first one; None while that cannot be said."""
        seconds = self._last - self._first
        return (self.tokens - 1) / seconds if seconds > 0 else None

    def cells(self) -> tuple[str, str, str, str]:
        """Events, chunks, time to the first token and rate, as a person reads them."""
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
            asked, answered = self.usage.prompt_tokens, self.usage.completion_tokens
            parts.append(f"{asked:,} + {answered:,} tokens used")
        return " · ".join(parts)


def _says_something(choice: ChunkChoice) -> bool:
    delta = choice.delta
    return delta is not None and bool(
        delta.content
        or delta.refusal
        or delta.tool_calls
        or delta.reasoning_content
        or delta.reasoning
    )
