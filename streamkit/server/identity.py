"""The ids and randomness of an answer, which follow from its request."""

from __future__ import annotations

from hashlib import blake2b
from random import Random
from typing import Any

import msgspec

EPOCH = 1_735_689_600
"""The Unix time of 2025-01-01 in UTC: plausible, and no clock is read."""
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_ABOUT_THE_STREAM = frozenset({"stream", "stream_options"})


class Identity:
    """The id, the time and the randomness of the answer to one request.

    They are the same whether the answer is streamed or not.
    """

    def __init__(self, body: dict[str, Any], seed: int) -> None:
        content = {key: value for key, value in body.items() if key not in _ABOUT_THE_STREAM}
        encoded = msgspec.json.encode([seed, content], order="deterministic")
        self._digest = blake2b(encoded, digest_size=16).hexdigest()
        names = self.random("names")
        self.completion_id = "chatcmpl-" + identifier(names, 29)
        self.created = EPOCH + names.randrange(365 * 24 * 3600)
        self.fingerprint = f"fp_{names.getrandbits(40):010x}"

    def random(self, purpose: str) -> Random:
        """Return a source of randomness; each purpose has its own."""
        return Random(f"{self._digest} {purpose}")  # noqa: S311 - repeatable, and guards nothing


def identifier(random: Random, length: int) -> str:
    """Return random letters and digits, like those in the API's ids."""
    return "".join(random.choices(_LETTERS, k=length))
