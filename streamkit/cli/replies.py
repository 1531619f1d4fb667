"""The answers of the demonstration that its server is told to give."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from streamkit.server.scripting.reply import Event

__all__ = ["PEOPLE", "PERSON", "RIVERS", "SKY", "TRIP", "side_by_side"]


def _words(text: str) -> dict[str, list[str]]:
    """Return the options of a reply that comes word by word."""
    return {"chunks": re.findall(r"\s*\S+", text)}


SKY = _words(
    "Sunlight holds every colour 🌈, and air scatters blue far more than red. So blue reaches you"
    " from all sides: a blue sky, ciel bleu, 青空.\n👩‍🔬 At dusk the light crosses more air, loses"
    " its blue on the way, and what is left is red 🌅."
)
RIVERS = _words(
    "A river is rain on its way home. It carves valleys, carries soil, and feeds most of the cities"
    " that were ever built on its banks."
)
TRIP: Mapping[str, Any] = {
    "title": "Three days in Lisbon",
    "travellers": [
        {"name": "Ada", "email": "ada@example.com"},
        {"name": "Grace", "email": "grace@example.com"},
    ],
    "stops": [
        {"city": "Lisbon", "day": "Friday", "note": "Tram 28 up to the castle, then fado."},
        {"city": "Sintra", "day": "Saturday", "note": "The palaces, before noon."},
        {"city": "Cascais", "day": "Sunday", "note": "Swim, and the late train back."},
    ],
    "budget": 900,
    "currency": "EUR",
    "confirmed": True,
}
PERSON: Mapping[str, Any] = {"name": "Ada Lovelace", "year": 1843}
PEOPLE: tuple[Mapping[str, Any], ...] = (
    {"name": "Ada Lovelace", "year": 1815},
    {"name": "Emmy Noether", "year": 1882},
    {"name": "Grace Hopper", "year": 1906},
)


def side_by_side(answers: tuple[Mapping[str, Any], ...]) -> list[Event]:
    """Return the chunks of several choices at once, the second of them first."""
    pieces = [_pieces(index, answer) for index, answer in enumerate(answers)]
    pieces = [*pieces[1:2], *pieces[:1], *pieces[2:]]
    chunks: list[Event] = []
    while pieces:
        for one in [*pieces]:
            choice = next(one, None)
            if choice is None:
                pieces.remove(one)
                continue
            head = {"id": "chatcmpl-demo", "object": "chat.completion.chunk", "created": 0}
            chunks.append({**head, "model": "streamkit", "choices": [choice]})
    return chunks


def _pieces(index: int, answer: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for piece in re.findall(r".{1,4}", json.dumps(answer)):
        yield {"index": index, "delta": {"content": piece}, "finish_reason": None}
    yield {"index": index, "delta": {}, "finish_reason": "stop"}
