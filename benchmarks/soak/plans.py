"""The plans of the soak's streams: the request, its fault, and the end of its reading."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.data import Report

if TYPE_CHECKING:
    from collections.abc import Iterator

FAULTS = (
    "cut?after=9",
    "cut?after=2000&unit=bytes",
    "cut?times=1",
    "truncate?after=12",
    "reset?after=5",
    "half_frame?after=7",
    "hang_up?times=1",
    "not_http?times=1",
    "status?code=429&retry_after=0.05&times=1",
    "status?code=500&times=1",
    "status?code=503",
    "silence",
    "stall?after=10",
    "drip?after=4&size=100",
    "error?after=8",
    "error?after=3&named=true",
    "garbage?after=6",
    "duplicate?after=5",
    "reorder?after=5",
    "keep_alives?after=5&count=100",
    "keep_alives?after=5&pace=0.05",
)
TOOL: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "look_up",
        "strict": True,
        "parameters": {
            "type": "object",
            "properties": {"word": {"type": "string"}, "times": {"type": "integer"}},
            "required": ["word", "times"],
            "additionalProperties": False,
        },
    },
}
CONTENTS: tuple[dict[str, Any], ...] = (
    {},
    {"n": 3},
    {"response_format": Report},
    {"tools": [TOOL], "tool_choice": "required"},
)


@dataclass(frozen=True)
class Plan:
    """The plan of one stream."""

    params: dict[str, Any]
    fault: str | None
    leaves_after: int | None
    """The number of events after which its reader leaves; None reads to the end."""
    pushed: bool
    """Whether the stream is observed; otherwise it is iterated."""
    cancelled: bool
    """Whether its reader leaves by being cancelled."""


def plans(seed: str) -> Iterator[Plan]:
    """Yield plans without end, the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - it guards nothing
    number = 0
    while True:
        number += 1
        fault = chance.choice(FAULTS) if chance.random() < 0.6 else None
        headers = {"x-streamkit-pace": chance.choice(("0", "0.002"))}
        if fault is not None:
            headers["x-streamkit-fault"] = fault
        said = [{"role": "user", "content": f"Stream {number} of {seed}."}]
        yield Plan(
            params={
                "model": "any",
                "messages": said,
                "extra_headers": headers,
                **chance.choice(CONTENTS),
            },
            fault=fault,
            leaves_after=chance.randrange(1, 40) if chance.random() < 0.3 else None,
            pushed=chance.random() < 0.5,
            cancelled=chance.random() < 0.5,
        )
