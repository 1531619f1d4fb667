"""The rules by which fields of chunks that have no text log are merged."""

from __future__ import annotations

from streamkit._core.merge import Rules
from streamkit.types.speech import DETAILS

__all__ = ["ADDED_TO", "DELTAS", "PER_TOKEN", "REPORTS"]

_TEXTS = frozenset(
    {
        "arguments",
        "content",
        "data",
        "input",
        "reasoning",
        "reasoning_content",
        "refusal",
        "transcript",
    }
)

PER_TOKEN = Rules(texts=_TEXTS)
"""The rules for fields that come with tokens: two equal items are two items."""
REPORTS = Rules(lists="replaced", indexed=frozenset())
"""The rules for a chunk, where citations, search results and moderation come whole."""
# The reasoning details, which are sent back unchanged. The names of their texts are whole values
# elsewhere, and an encrypted item may have the same index as the text before it.
_DETAILS = Rules(texts=_TEXTS | {"summary", "text"}, by_type=True)
# Some servers send the message so far beside each delta.
DELTAS = Rules(
    texts=_TEXTS,
    lists="said again or added to",
    fields={DETAILS: _DETAILS, "message": REPORTS},
)
"""The rules for a choice and its deltas: servers send new items, or all items so far again."""


ADDED_TO = _TEXTS | {DETAILS}
"""The names of the fields of a delta whose texts accumulate."""
