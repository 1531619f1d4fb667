"""How the fields of chunks that are no text of their own are merged."""

from __future__ import annotations

from streamkit._core.merge import Rules
from streamkit.types.speech import DETAILS

__all__ = ["DELTAS", "PER_TOKEN", "REPORTS"]

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
"""Of what comes with tokens: two that are alike are two."""
REPORTS = Rules(lists="replaced", indexed=frozenset())
"""Of a chunk, in which nothing grows: citations, search results and moderation come whole."""
# What models think, to be sent back unchanged. Its texts have names that are whole values
# elsewhere, and an encrypted item may have the same index as the text before it.
_DETAILS = Rules(texts=_TEXTS | {"summary", "text"}, by_type=True)
# Some servers send the message so far beside each delta.
DELTAS = Rules(
    texts=_TEXTS,
    lists="said again or added to",
    fields={DETAILS: _DETAILS, "message": REPORTS},
)
"""Of a choice and its deltas, where servers send both what is new and reports of what there is."""
