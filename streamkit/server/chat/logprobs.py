"""Made-up log probabilities of tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit.server.sampling import words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random


def logprobs(tokens: Iterable[str], top: int, random: Random) -> list[dict[str, Any]]:
    """Return an entry for each token, with the ``top`` likeliest tokens, itself the first."""
    entries: list[dict[str, Any]] = []
    for token in tokens:
        logprob = -random.expovariate(4.0)
        rivals = [_entry(token, logprob)]
        while len(rivals) < top:
            logprob -= random.expovariate(1.0)
            rivals.append(_entry(_other(token, rivals, random), logprob))
        entries.append({**rivals[0], "top_logprobs": rivals[:top]})
    return entries


def _entry(token: str, logprob: float) -> dict[str, Any]:
    return {"token": token, "logprob": round(logprob, 7), "bytes": list(token.encode())}


def _other(token: str, rivals: list[dict[str, Any]], random: Random) -> str:
    taken = {rival["token"] for rival in rivals}
    while True:
        other = words.word(random)[: random.randint(1, max(3, len(token)))]
        if other not in taken:
            return other
