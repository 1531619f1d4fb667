"""Made-up sentences on the words of a prompt."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from streamkit.server.sampling import words

if TYPE_CHECKING:
    from random import Random

PROMPT_LIMIT = 10_000
"""The number of characters of a prompt that are searched for words."""


def answer_to(prompt: str, random: Random) -> str:
    """Return three to five sentences on the prompt's own words."""
    topics = _topics(prompt, random)
    opening = random.choice(_OPENINGS).format(random.choice(topics))
    middle = [
        random.choice((_remark(topics, random), words.sentence(random)))
        for _ in range(random.randint(1, 3))
    ]
    closing = random.choice(_CLOSINGS).format(random.choice(topics))
    return " ".join([opening, *middle, closing])


def object_for(prompt: str, random: Random) -> dict[str, Any]:
    """Return a small JSON object on the prompt's own words."""
    topics = _topics(prompt, random)
    return {
        "topic": topics[0],
        "summary": _remark(topics, random),
        "keywords": topics[:3],
        "score": random.randint(1, 100) / 100,
        "final": True,
    }


def refusal(random: Random) -> str:
    """Return the text of a refusal."""
    return random.choice(_REFUSALS)


def _topics(prompt: str, random: Random) -> list[str]:
    long = re.findall(r"[^\W\d_]{4,}", prompt[:PROMPT_LIMIT])
    found = [word for word in long if word.lower() not in _COMMON]
    topics = list(dict.fromkeys(word.lower() for word in found))[:50]
    while len(topics) < 2:
        topics.append(words.word(random))
    random.shuffle(topics)
    return topics


def _remark(topics: list[str], random: Random) -> str:
    first, second = random.sample(topics, 2)
    return random.choice(_REMARKS).format(first, second)


_OPENINGS = (
    "Here is what there is to say about “{}”.",
    "Let us begin with “{}”.",
    "A good question, and “{}” is at its heart.",
)
_REMARKS = (
    "Whoever looks at “{0}” finds “{1}” close by.",
    "Without “{0}” there would be no “{1}”.",
    "First comes “{0}”, and “{1}” follows from it.",
)
_CLOSINGS = (
    "That is all about “{}” for now.",
    "Ask again to hear more about “{}”.",
    "So much for “{}”.",
)
_REFUSALS = (
    "I'm sorry, but I can't help with that request.",
    "I'm sorry, but I can't assist with that.",
    "I can't help with that, but I'd be glad to help with something else.",
)
_COMMON = frozenset({
    "about", "also", "been", "could", "does", "from", "give", "have", "into", "just", "like",
    "more", "much", "please", "should", "some", "tell", "than", "that", "them", "then", "there",
    "these", "they", "this", "were", "what", "when", "where", "which", "will", "with", "would",
    "your",
})  # fmt: skip
