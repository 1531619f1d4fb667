"""The recordings that a replay chooses from, each by the request that it answers."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import msgspec

from streamkit._cassette.difference import differences, without
from streamkit._core.json.path import Path

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from streamkit._cassette.recording import Recording

__all__ = ["MissError", "Request", "Shelf"]

_NAMED = 5
"""The most differences that a miss names."""


class MissError(LookupError):
    """No recording answers a request; the message says what differs from the nearest one."""


class Request(msgspec.Struct):
    """A request that is to be answered from a recording."""

    method: str
    path: str
    query: str
    content: bytes | None
    """The body; None when it is sent piece by piece, as an upload is."""


class Shelf:
    """The recordings, of which a request gets the first that answers it and was played least.

    So requests that were recorded more than once get their answers in turn, and then anew.

    Args:
        recordings: The recordings.
        ignored: The paths of the parts of a JSON body that may differ, and, after a question mark,
            the names of query parameters, as ``?after``.
    """

    def __init__(self, recordings: Sequence[Recording], ignored: Iterable[str] = ()) -> None:
        names = [*ignored]
        self._paths = [Path.of(name) for name in names if not name.startswith("?")]
        self._parameters = {name[1:] for name in names if name.startswith("?")}
        self._recordings = [(each, self._body(each.request)) for each in recordings]
        self._played: Counter[int] = Counter()
        self._lock = Lock()

    def take(self, request: Request) -> Recording:
        """Return the recording that answers a request; raise ``MissError`` if none does."""
        sent = self._body(_json(request.content))
        found: list[tuple[int, int]] = []
        nearest: tuple[int, int, list[str]] | None = None
        for index, (recording, body) in enumerate(self._recordings):
            if (recording.method, recording.path) != (request.method, request.path):
                continue
            unequal = [*self._of_queries(recording, request)]
            if body is not None and sent is not None:  # else it was left out, or cannot be known
                unequal += differences(body, sent)
            elif body is not None:
                unequal.append("body is missing, or no text")
            if not unequal:
                found.append((self._played[index], index))
            elif nearest is None or len(unequal) < nearest[0]:
                nearest = len(unequal), index, unequal
        if not found:
            raise MissError(self._miss(request, nearest))
        with self._lock:
            index = min((self._played[index], index) for _, index in found)[1]
            self._played[index] += 1
        return self._recordings[index][0]

    def unplayed(self) -> list[Recording]:
        """Return the recordings that have answered no request yet."""
        with self._lock:
            return [
                each for index, (each, _) in enumerate(self._recordings) if not self._played[index]
            ]

    def _body(self, body: Any) -> Any:
        return without(body, self._paths)

    def _of_queries(self, recording: Recording, request: Request) -> Iterable[str]:
        return differences(self._query(recording.query), self._query(request.query), "query")

    def _query(self, query: str) -> dict[str, Any]:
        named: dict[str, Any] = {}
        for name, value in parse_qsl(query, keep_blank_values=True):
            if name not in self._parameters:
                named.setdefault(name, []).append(value)
        return named

    def _miss(self, request: Request, nearest: tuple[int, int, list[str]] | None) -> str:
        asked = f"{request.method} {request.path}"
        if nearest is None:
            known = Counter(f"{each.method} {each.path}" for each, _ in self._recordings)
            listed = ", ".join(islice(known, _NAMED)) or "nothing"
            return f"The cassette has no {asked}; recorded was {listed}"
        count, index, unequal = nearest
        listed = "; ".join(unequal[:_NAMED])
        more = f"; and {count - _NAMED} more" if count > _NAMED else ""
        return f"The cassette has no such {asked}. Of its request {index + 1}, {listed}{more}"


def _json(content: bytes | None) -> Any:
    """Return a body as it would be recorded: a JSON value, a text, or None."""
    if content is None:
        return None
    try:
        return msgspec.json.decode(content)
    except (ValueError, RecursionError):
        return content.decode("utf-8", "replace")
