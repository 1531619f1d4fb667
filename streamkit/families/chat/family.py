"""The chat completions as the pipeline processes them: as events, or as raw chunks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from streamkit._core.family import Family
from streamkit._core.unchanged import Unchanged
from streamkit.families._common.family import AnswerFamily
from streamkit.families.chat.common import CommonChatEvents, final
from streamkit.families.chat.content import is_content
from streamkit.families.chat.decoder import ChunkDecoder
from streamkit.families.chat.events import ChatCompletionEvent, ChatCompletionStreamEvent
from streamkit.types import ChatCompletionChunk

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamkit.families.chat.machine import ChatEvents
    from streamkit.limits import Limits

__all__ = ["ChatFamily", "chunks", "events"]

ChatFamily: TypeAlias = AnswerFamily[
    ChatCompletionChunk, ChatCompletionStreamEvent[Any], ChatCompletionEvent[Any]
]


def events(machine: Callable[[Limits], ChatEvents], choices: int) -> ChatFamily:
    """Return the family whose answers, with this number of choices, become events."""
    return AnswerFamily(_decoder(choices), is_content, machine, CommonChatEvents, final)


def chunks(choices: int) -> Family[ChatCompletionChunk, ChatCompletionChunk]:
    """Return the family whose answers, with this number of choices, become raw chunks."""
    return Family(_decoder(choices), is_content, lambda _: Unchanged())


def _decoder(choices: int) -> partial[ChunkDecoder[ChatCompletionChunk]]:
    return partial(ChunkDecoder, ChatCompletionChunk, choices=choices)
