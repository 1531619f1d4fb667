"""Thoughts that a model writes between tags, taken out of its content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.families.chat.think import ThinkSplitter
from streamkit.operators.lift import lift
from streamkit.types import ChatCompletionChunk

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable

    from streamkit._core.tags import ThinkTags

__all__ = ["split_think"]


def split_think(
    tags: ThinkTags | None = None,
) -> Callable[[Observable[ChatCompletionChunk]], Observable[ChatCompletionChunk]]:
    """Move thoughts between ``<think>`` and ``</think>`` from the content to the reasoning.

        --"<th"---"ink>Hm"-------"</think>Hi"--|
        [            split_think()             ]
        --null----reasoning "Hm"-"Hi"----------|

    What follows sees a server that tells its reasoning as ``reasoning_content``, whatever the cut.
    The tags are dropped, and so is the white space between them and an answer that has not begun.
    A thought that is never closed goes on to the end. What may be the beginning of a tag waits for
    the next piece, the finish reason or the end. Chunks are not changed but copied; log
    probabilities stay, those of the thoughts too.
    """
    return lift(lambda: ThinkSplitter(tags), takes=ChatCompletionChunk, name="split_think")
