"""Recorded responses: a request, the bytes that answered it, and the time of each read.

A recording is three files beside each other: ``NAME.request.json``, the body (``NAME.sse`` of a
stream, ``NAME.json`` of a single response) and ``NAME.timing.json``, whose ``reads`` are pairs of
the seconds since the request and a number of bytes. Without the timing file, the whole body counts
as one read at second 0.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from streamkit._cassette.cassette import Cassette
from streamkit._cassette.recording import Read, Recording
from streamkit._core.compiled import decoder

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from os import PathLike

__all__ = ["load", "save", "shipped", "shipped_names"]

_CASSETTE = ".jsonl"
_REQUEST, _TIMING, _STREAM, _SINGLE = ".request.json", ".timing.json", ".sse", ".json"


def load(path: str | PathLike[str]) -> Recording:
    """Read a recording: the only exchange of a cassette, ``NAME.jsonl``, or three files NAME.

    Args:
        path: The cassette, or ``folder/NAME`` or any of its three files.

    Raises:
        FileNotFoundError: The file of the request or of the body is missing.
        ValueError: The files contradict each other, or are not valid JSON, or the cassette has not
            one exchange.
    """
    if Path(path).suffix == _CASSETTE:
        recordings = Cassette.load(path).recordings
        if len(recordings) != 1:
            raise ValueError(f"{Path(path).name} has {len(recordings)} exchanges, and not one")
        return recordings[0]
    folder, name = _split(Path(path))
    return _read(folder, name)


def save(recording: Recording, path: str | PathLike[str]) -> None:
    """Write the three files of ``folder/NAME``; files of that name are replaced."""
    folder, name = _split(Path(path))
    timing = {"reads": [[read.seconds, len(read.data)] for read in recording.reads]}
    ending = _STREAM if recording.streamed else _SINGLE
    (folder / (name + _REQUEST)).write_bytes(_json(recording.request))
    (folder / (name + _TIMING)).write_bytes(_json(timing))
    (folder / (name + ending)).write_bytes(recording.body)


def shipped_names() -> tuple[str, ...]:
    """Return the names of the recordings that streamkit ships, in alphabetical order."""
    entries = (entry.name for entry in _shipped().iterdir())
    return tuple(sorted(name.removesuffix(_REQUEST) for name in entries if name.endswith(_REQUEST)))


def shipped(name: str) -> Recording:
    """Read one of the recordings that streamkit ships.

    All were made with a llama.cpp server that ran Gemma 3 270M.

    Raises:
        FileNotFoundError: No recording has that name.
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
            f"{name + _TIMING} lists {expected} bytes, and {name + ending} has {len(body)}"
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
    # The path starts at the parent package, because importing the server imports its web framework.
    return files("streamkit") / "server" / "recordings"


def _json(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"
