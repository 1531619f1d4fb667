"""Recorded responses: a request, the bytes that answered it, and the time of each read.

A recording is three files beside each other: ``NAME.request.json``, the body (``NAME.sse`` of a
stream, ``NAME.json`` of a single response) and ``NAME.timing.json``, whose ``reads`` are pairs of
the seconds since the request and a number of bytes. Without the timing file, the whole body counts
as one read at second 0.
"""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from streamkit._cassette.cassette import Cassette
from streamkit._cassette.recording import Read, Recording
from streamkit._core.compiled import decoder

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from os import PathLike

__all__ = ["load", "load_all", "save", "shipped", "shipped_names"]

T = TypeVar("T")

_CASSETTE = ".jsonl"
_REQUEST, _TIMING, _STREAM, _SINGLE = ".request.json", ".timing.json", ".sse", ".json"
_ONE_OF_THREE = (_REQUEST, _TIMING, _STREAM, _SINGLE)


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


def load_all(path: str | PathLike[str]) -> Cassette:
    """Read the exchanges of a cassette, or the only one of a recording, named by one of its files.

    Raises:
        OSError: A file cannot be read.
        ValueError: It is no cassette, or a line of it is damaged, or the files of the recording
            contradict each other.
    """
    if not Path(path).name.endswith(_ONE_OF_THREE):
        return Cassette.load(path)
    recording = load(path)
    # The files do not say where the request went, but the answer shows its protocol.
    url = f"http://recorded.invalid/v1/{_resource(recording.body)}"
    return Cassette((msgspec.structs.replace(recording, url=url),))


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
    request = _decoded(folder / (name + _REQUEST), dict[str, Any])
    ending = _STREAM if request.get("stream") is True else _SINGLE
    body = (folder / (name + ending)).read_bytes()
    timing = folder / (name + _TIMING)
    if not timing.is_file():
        return Recording(request=request, reads=(Read(0.0, body),))
    plan = _decoded(timing, _Timing).reads
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


def _resource(body: bytes) -> str:
    found = _names_its_protocol(body[:_HEAD])
    named = b"" if found is None else found[1]
    if named.startswith(b"message"):
        return "messages"
    return "responses" if named.startswith(b"response") else "chat/completions"


_names_its_protocol = re.compile(
    rb'"(?:type|object)":\s*"(message_start"|message"|response"|response\.created"|chat\.)'
).search
_HEAD = 4096
"""The bytes at the beginning of a body that name its protocol."""


def _decoded(file: Traversable, wanted: type[T]) -> T:
    try:
        return decoder(wanted).decode(file.read_bytes())
    except ValueError as error:
        raise ValueError(f"{file.name}: {error}") from None


class _Timing(msgspec.Struct):
    reads: list[tuple[float, int]]


def _split(path: Path) -> tuple[Path, str]:
    for ending in _ONE_OF_THREE:
        if path.name.endswith(ending):
            return path.parent, path.name.removesuffix(ending)
    return path.parent, path.name


def _shipped() -> Traversable:
    # The path starts at the parent package, because importing the server imports its web framework.
    return files("streamkit") / "server" / "recordings"


def _json(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"
