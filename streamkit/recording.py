"""Recorded responses: the bytes a server sent, when each read arrived, and the request they answer.

A recording is three files beside each other: ``NAME.request.json``, the body (``NAME.sse`` of a
stream, ``NAME.json`` of a single response) and ``NAME.timing.json``, whose ``reads`` are pairs of
seconds since the request and bytes. Without the last, the body came in one read, at once.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from streamkit._core.compiled import decoder

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from os import PathLike

__all__ = ["Read", "Recording", "load", "save", "shipped", "shipped_names"]

_REQUEST, _TIMING, _STREAM, _SINGLE = ".request.json", ".timing.json", ".sse", ".json"


class Read(NamedTuple):
    """What one read of the socket gave."""

    seconds: float
    """Since the request was sent."""
    data: bytes


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """One response as it came over the wire."""

    request: dict[str, Any]
    """The body of the request."""
    reads: tuple[Read, ...]

    @property
    def body(self) -> bytes:
        """All of the response's body."""
        return b"".join(read.data for read in self.reads)

    @property
    def streamed(self) -> bool:
        """Whether the body is server-sent events, and not one JSON object."""
        return self.request.get("stream") is True


def load(path: str | PathLike[str]) -> Recording:
    """Read the recording NAME from ``folder/NAME``, or from the path of any of its files.

    Raises:
        FileNotFoundError: The request or the body is missing.
        ValueError: The files contradict each other, or are no JSON.
    """
    folder, name = _split(Path(path))
    return _read(folder, name)


def save(recording: Recording, path: str | PathLike[str]) -> None:
    """Write the three files of ``folder/NAME``; what was there is replaced."""
    folder, name = _split(Path(path))
    timing = {"reads": [[read.seconds, len(read.data)] for read in recording.reads]}
    ending = _STREAM if recording.streamed else _SINGLE
    (folder / (name + _REQUEST)).write_bytes(_json(recording.request))
    (folder / (name + _TIMING)).write_bytes(_json(timing))
    (folder / (name + ending)).write_bytes(recording.body)


def shipped_names() -> tuple[str, ...]:
    """The names of the recordings that come with streamkit, in alphabetical order."""
    entries = (entry.name for entry in _shipped().iterdir())
    return tuple(sorted(name.removesuffix(_REQUEST) for name in entries if name.endswith(_REQUEST)))


def shipped(name: str) -> Recording:
    """Read one of the recordings that come with streamkit.

    All were made by a llama.cpp server running Gemma 3 270M.

    Raises:
        FileNotFoundError: There is none of that name.
    """
    return _read(_shipped(), name)


def _read(folder: Traversable, name: str) -> Recording:
    request = msgspec.json.decode((folder / (name + _REQUEST)).read_bytes(), type=dict[str, Any])
    ending = _STREAM if request.get("stream") is True else _SINGLE
    body = (folder / (name + ending)).read_bytes()
    timing = folder / (name + _TIMING)
    if not timing.is_file():
        return Recording(request=request, reads=(Read(0.0, body),))
    plan = decoder(_Timing).decode(timing.read_bytes()).reads
    if sum(size for _, size in plan) != len(body):
        expected = sum(size for _, size in plan)
        raise ValueError(
            f"{name + _TIMING} tells of {expected} bytes, and {name + ending} has {len(body)}"
        )
    reads: list[Read] = []
    start = 0
    for seconds, size in plan:
        reads.append(Read(seconds, body[start : start + size]))
        start += size
    return Recording(request=request, reads=tuple(reads))


class _Timing(msgspec.Struct):
    reads: list[tuple[float, int]]


def _split(path: Path) -> tuple[Path, str]:
    for ending in (_REQUEST, _TIMING, _STREAM, _SINGLE):
        if path.name.endswith(ending):
            return path.parent, path.name.removesuffix(ending)
    return path.parent, path.name


def _shipped() -> Traversable:
    # By way of the parent package: importing the server would import its web framework.
    return files("streamkit") / "server" / "recordings"


def _json(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"
