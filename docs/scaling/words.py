"""A pipeline over recordings: it counts the words of each answer, and of each kind of part."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from streamkit import bulk

if TYPE_CHECKING:
    from streamkit.recording import Recording


def pipeline(recording: Recording) -> dict[str, int]:
    """Return the number of words in the content, the reasoning and the refusal of an answer."""
    words: Counter[str] = Counter()
    for event in bulk.stream_of(recording, on_truncated="accept"):
        if event.type == "content.done":
            words["content"] += len(event.content.split())
        elif event.type == "reasoning.done":
            words["reasoning"] += len(event.reasoning.split())
        elif event.type == "refusal.done":
            words["refusal"] += len(event.refusal.split())
    return dict(words)
