"""A cassette that is read: its recordings, in the order of their requests."""

from __future__ import annotations

from binascii import Error as Base64Error
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from streamkit._cassette.lines import (
    VERSION,
    EndLine,
    Head,
    RequestLine,
    RequestPart,
    ResponseLine,
    ResponsePart,
    read_line,
)
from streamkit._cassette.recording import End, Failure, Read, Recording
from streamkit._core.html import table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from os import PathLike
    from typing import Self

from streamkit._cassette.lines import Line

__all__ = ["Cassette"]


class Cassette(Struct, frozen=True):
    """The exchanges of a file, in the order of their requests."""

    recordings: tuple[Recording, ...]
    made_by: str = ""
    """The program that made it, and its version."""
    made_at: str = ""
    """The date and time at which it was begun, in UTC."""

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Read a cassette; an exchange that its recorder did not see the end of ends there.

        Raises:
            OSError: The file cannot be read.
            ValueError: It is no cassette, or one of another version, or a line of it is damaged;
                the message names the line.
        """
        lines = Path(path).read_bytes().split(b"\n")
        lines.pop()  # what follows the last newline was not written to its end
        head, *rest = lines or [b""]
        found = _head(head, Path(path).name)
        exchanges: dict[int, _Exchange] = {}
        for number, line in enumerate(rest, start=2):
            if not line.strip():
                continue
            try:
                _add(exchanges, msgspec.json.decode(line, type=_AnyLine))
            except (ValueError, Base64Error) as error:
                raise ValueError(f"{Path(path).name}, line {number}: {error}") from None
        recordings = tuple(exchange.recording() for exchange in exchanges.values())
        return cls(recordings, found.made_by, found.made_at)

    def _repr_html_(self) -> str:
        """Return a small table for a notebook: what was requested, and how it was answered."""
        rows = [
            (
                f"{each.method} {each.path}",
                "no response" if each.status is None else each.status,
                f"{each.ended:.2f} s",
                len(each.reads),
                each.end,
            )
            for each in self.recordings
        ]
        made = f"Cassette, {self.made_at}" if self.made_at else "Cassette"
        return table(made, rows, ("request", "status", "time", "reads", "end"))

    def save(self, path: str | PathLike[str]) -> None:
        """Write the cassette; a file of that name is replaced."""
        head = Head(VERSION, self.made_by, self.made_at)
        lines = [head, *_lines(self.recordings)]
        Path(path).write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))


class _AnyLine(Struct):
    """A line of any kind, also of kinds that later versions add."""

    n: int = 0
    at: float = 0.0
    request: RequestPart | UnsetType = UNSET
    response: ResponsePart | UnsetType = UNSET
    text: str | UnsetType = UNSET
    base64: bytes | UnsetType = UNSET
    end: End | UnsetType = UNSET
    error: Failure | None = None


class _Exchange:
    """The lines of one exchange, as far as they were read."""

    def __init__(self, started: float, request: RequestPart) -> None:
        self._started = started
        self._request = request
        self._response: ResponsePart | None = None
        self._answered = 0.0
        self._reads: list[Read] = []
        self._end: End = "unknown"
        self._failure: Failure | None = None
        self._last = started

    def add(self, line: _AnyLine) -> None:
        """Take the next line."""
        self._last = line.at
        if line.response is not UNSET:
            self._response = line.response
            self._answered = line.at
        elif line.text is not UNSET:
            self._reads.append(Read(self._since(line.at), line.text.encode()))
        elif line.base64 is not UNSET:
            self._reads.append(Read(self._since(line.at), line.base64))
        elif line.end is not UNSET:
            self._end = line.end
            self._failure = line.error

    def recording(self) -> Recording:
        """Return the exchange."""
        request, response = self._request, self._response
        body = request.json
        if body is UNSET:
            body = None if request.text is UNSET else request.text
        return Recording(
            request=body,
            method=request.method,
            url=request.url,
            request_headers=request.headers,
            started=self._started,
            reads=tuple(self._reads),
            status=None if response is None else response.status,
            version="" if response is None else response.version,
            headers=() if response is None else response.headers,
            answered=0.0 if response is None else self._since(self._answered),
            end=self._end,
            ended=self._since(self._last),
            failure=self._failure,
        )

    def _since(self, at: float) -> float:
        return round(at - self._started, 6)


def _head(line: bytes, name: str) -> Head:
    if not line:
        raise ValueError(f"{name} is no cassette: it is empty, or has no whole line")
    try:
        head = msgspec.json.decode(line, type=Head)
    except ValueError:
        raise ValueError(f"{name} is no cassette: its first line does not say so") from None
    if head.cassette != VERSION:
        raise ValueError(
            f"{name} is a cassette of version {head.cassette}; this release reads {VERSION}"
        )
    return head


def _add(exchanges: dict[int, _Exchange], line: _AnyLine) -> None:
    if line.request is not UNSET:
        exchanges[line.n] = _Exchange(line.at, line.request)
    elif line.n in exchanges:
        exchanges[line.n].add(line)
    elif line.n:
        raise ValueError(f"exchange {line.n} has no request")


def _lines(recordings: Iterable[Recording]) -> Iterator[Line]:
    """Yield the lines of all recordings, in the order of their times."""
    numbered = [
        (line.at, line) for n, each in enumerate(recordings, start=1) for line in _of(n, each)
    ]
    yield from (line for _, line in sorted(numbered, key=lambda pair: pair[0]))


def _of(n: int, recording: Recording) -> Iterator[Line]:
    latest = 0.0

    def at(seconds: float) -> float:
        nonlocal latest  # because a recording made by hand may have no time of its end
        latest = max(latest, seconds)
        return round(recording.started + latest, 6)

    body: Any = recording.request
    yield RequestLine(
        n,
        at(0.0),
        RequestPart(
            recording.method,
            recording.url,
            recording.request_headers,
            json=UNSET if body is None or isinstance(body, str) else body,
            text=body if isinstance(body, str) else UNSET,
        ),
    )
    if recording.status is not None:
        part = ResponsePart(recording.status, recording.version, recording.headers)
        yield ResponseLine(n, at(recording.answered), part)
    for read in recording.reads:
        yield read_line(n, at(read.seconds), read.data)
    if recording.end != "unknown":
        error = recording.failure or UNSET
        yield EndLine(n, at(recording.ended), recording.end, error)
