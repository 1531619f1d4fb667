"""The distinction between chunks with content, which readers wait for, and other chunks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET

from streamkit._core.content import has_content
from streamkit.types import ChatCompletionChunk

if TYPE_CHECKING:
    from streamkit.types import ChoiceDelta

__all__ = ["is_content"]


@has_content.register(ChatCompletionChunk)
def is_content(chunk: ChatCompletionChunk) -> bool:
    """Return whether a chunk has a part of an answer or the end of a choice.

    Text, a refusal, a tool call, reasoning, audio, log probabilities and a finish reason are
    content; a role, empty text, usage and filter results for the prompt are not.
    """
    for choice in chunk.choices or ():
        delta = choice.delta
        if delta is not None and (delta.content or _says_something(delta)):
            return True
        logprobs = choice.logprobs
        if logprobs is not None and (logprobs.content or logprobs.refusal):
            return True
        if choice.finish_reason:
            return True
    return False


def _says_something(delta: ChoiceDelta) -> bool:
    return bool(
        delta.refusal
        or delta.tool_calls
        or delta.reasoning_content
        or delta.reasoning
        or delta.function_call
        or delta.audio
        or delta.annotations
        # A field that this version does not know may be another name for any of these.
        or (delta.unknown_fields is not UNSET and any(delta.model_extra.values()))
    )
