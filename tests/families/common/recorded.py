"""The recordings of all families, as the common events that they lead to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from streamkit import read

__all__ = ["RECORDINGS", "events_of"]

_FOLDER = Path(__file__).parents[2] / "recordings"

RECORDINGS = {
    f"{family}-{path.stem}": (family, path)
    for family, folder in {"chat": "", "responses": "responses", "messages": "anthropic"}.items()
    for path in sorted((_FOLDER / folder).glob("*.sse"))
}
"""The family and the file of each recording, by its name."""


def events_of(name: str, format: Any = None) -> tuple[list[Any], Exception | None]:
    """Return the common events of a recording, and the error that ended it."""
    family, path = RECORDINGS[name]
    events: list[Any] = []
    try:
        # The name may be that of any family.
        for event in read([path.read_bytes()], family, format=format):  # type: ignore[call-overload]
            events.append(event)  # noqa: PERF402 - what came before an error counts
    except Exception as error:  # noqa: BLE001 - any error that a recording leads to
        return events, error
    return events, None
