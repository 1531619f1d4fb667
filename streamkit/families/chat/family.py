"""The chat completions as the pipeline processes them: as events, or as raw chunks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from streamkit._core.family import Family
from streamkit._core.machine import Machine
from streamkit.families.chat.content import is_content
from streamkit.families.chat.decoder import ChunkDecoder
from streamkit.types import ChatCompletionChunk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from streamkit.families.chat.events import ChatCompletionStreamEvent
    from streamkit.limits import Limits

__all__ = ["chunks", "events"]


def events(
    machine: Callable[[Limits], Machine[ChatCompletionChunk, ChatCompletionStreamEvent[Any]]],
    choices: int,
) -> Family[ChatCompletionChunk, ChatCompletionStreamEvent[Any]]:
    """Return the family whose answers, with this number of choices, become events."""
    return Family(_decoder(choices), is_content, machine)


def chunks(choices: int) -> Family[ChatCompletionChunk, ChatCompletionChunk]:
    """Return the family whose answers, with this number of choices, become raw chunks."""
    return Family(_decoder(choices), is_content, lambda _: _Unchanged())


def _decoder(choices: int) -> partial[ChunkDecoder[ChatCompletionChunk]]:
    return partial(ChunkDecoder, ChatCompletionChunk, choices=choices)


class _Unchanged(Machine[ChatCompletionChunk, ChatCompletionChunk]):
    def feed(self, value: ChatCompletionChunk, /) -> Sequence[ChatCompletionChunk]:
        return (value,)
