"""The lines of the input: JSON values, by their numbers."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

from streamkit._core.decoding import loads
from streamkit.limits import DEFAULTS

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from pathlib import Path

__all__ = ["STDIN", "Line", "LineError", "digest", "lines_of", "opened_input"]

STDIN = "-"
"""The name of the input that stands for the standard input."""


class LineError(ValueError):
    """A request cannot be made of an input line."""


class Line(NamedTuple):
    """A line of the input."""

    number: int
    """The number of the line in the input, from 1."""
    value: Any
    """Its JSON value; of a line that is no JSON, its text."""
    fault: str | None
    """The reason why the line is no JSON, or None."""


def lines_of(raw: Iterable[bytes]) -> Iterator[Line]:
    """Yield the lines that are not blank."""
    for number, text in enumerate(raw, start=1):
        stripped = text.removeprefix(b"\xef\xbb\xbf").strip() if number == 1 else text.strip()
        if not stripped:
            continue
        try:
            yield Line(number, loads(stripped, DEFAULTS.json_depth), None)
        except ValueError as error:
            yield Line(number, stripped.decode(errors="replace"), f"the line is no JSON: {error}")


@contextmanager
def opened_input(path: Path) -> Generator[Iterable[bytes]]:
    """Yield the lines of a file, or of the standard input, as bytes."""
    if str(path) == STDIN:
        yield sys.stdin.buffer
        return
    with path.open("rb") as file:
        yield file


def digest(value: object) -> bytes:
    """Return a few bytes that tell this value from any other, whatever the order of its members."""
    return blake2b(json.dumps(value, sort_keys=True).encode(), digest_size=8).digest()
