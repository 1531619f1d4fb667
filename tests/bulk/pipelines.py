"""Pipelines that other processes import."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from streamkit import bulk, iterate, operators

if TYPE_CHECKING:
    from streamkit.recording import Recording


def words(recording: Recording) -> int:
    return len(bulk.stream_of(recording).get_final().text.split())


def pieces(recording: Recording) -> list[str]:
    return [*iterate(bulk.observe(recording).pipe(operators.text()))]


def moody(recording: Recording) -> str:
    """Return the text of an answer, unless it says what to do instead."""
    text = bulk.stream_of(recording).get_final().text
    print("read", text)  # noqa: T201 - which must not be among the lines of results
    if text == "die":
        os._exit(3)
    if text == "raise":
        raise LookupError("as I was told")
    if text == "leave":
        raise SystemExit(4)
    return text


def patient(recording: Recording) -> str:
    """Leave a file, once there is the one that the answer names after itself."""
    own, other = bulk.stream_of(recording).get_final().text.split()
    while not Path(other).exists():
        threading.Event().wait(0.005)
    Path(own).touch()
    return own


def waiting(recording: Recording) -> Any:
    """Say which process this is, in a file, and wait for ever."""
    folder = Path(bulk.stream_of(recording).get_final().text)
    (folder / f"{os.getpid()}.pid").touch()
    threading.Event().wait()
