"""The operator that takes reasoning between tags out of the content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._core.arguments import require
from streamkit._core.tags import ThinkTags
from streamkit.families.chat.think import ThinkSplitter
from streamkit.operators.lift import lift
from streamkit.types import ChatCompletionChunk

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable


__all__ = ["split_think"]


def split_think(
    tags: ThinkTags | None = None,
) -> Callable[[Observable[ChatCompletionChunk]], Observable[ChatCompletionChunk]]:
    """Move the text between ``<think>`` and ``</think>`` from the content to the reasoning.

        --"<th"---"ink>Hm"-------"</think>Hi"--|
        [            split_think()             ]
        --null----reasoning "Hm"-"Hi"----------|

    Later operators get the reasoning as ``reasoning_content``, however the tags are split between
    chunks. The tags are dropped, and so is the white space between them and an answer that has not
    begun. Reasoning that is never closed lasts until the end. A text that may be the beginning of a
    tag is held until the next piece, the finish reason or the end. Chunks are copied, not changed.
    The log probabilities stay in place, also those of the reasoning.

    Args:
        tags: The tags around the reasoning; by default ``<think>`` and ``</think>``.
    """
    require("tags", tags, ThinkTags | None, "ThinkTags")
    return lift(lambda: ThinkSplitter(tags), takes=ChatCompletionChunk, name="split_think")
