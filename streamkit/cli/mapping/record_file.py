"""A file of records, one JSON object a line, that a killed process leaves readable."""

# Strategy: the records of one input line are appended by one system call, so only the end of the
# file can be incomplete: half a line, or some of the records. What is incomplete is cut off before
# anything else is appended. Whole lines are never changed, and a file that is not ours is refused.

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from streamkit.cli.mapping.lines import digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path
    from types import TracebackType
    from typing import Self

__all__ = ["ForeignFileError", "RecordFile"]


class ForeignFileError(ValueError):
    """A file has other lines than those that this command writes, or another process writes it."""


class RecordFile:
    """The records of input lines; each has the number of its ``line`` and its ``input``.

    Several records of one line have the number of all of them as ``of``.

    Args:
        path: The file, which is made if it does not exist, and removed if it stays empty.

    Raises:
        ForeignFileError: The file has other lines, or another process writes it.
        OSError: The file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: dict[int, bytes] = {}
        """The digest of the input of each line that has all its records."""
        self._file = path.open("a+b", buffering=0)
        try:
            _lock(self._file.fileno(), path)
            self._read()
        except BaseException:
            self._file.close()
            raise

    def add(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Append all the records of one input line."""
        rest = b"".join(_encoded(record) + b"\n" for record in records)
        while rest:
            rest = rest[self._file.write(rest) :]

    def clear(self) -> None:
        """Remove all records."""
        self._file.truncate(0)
        self.lines.clear()

    def close(self) -> None:
        """Close the file, and remove an empty one."""
        if not self._file.seek(0, os.SEEK_END):
            self.path.unlink(missing_ok=True)
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _read(self) -> None:
        """Read the lines, and cut off what is incomplete at the end."""
        self._file.seek(0)
        begins = at = 0  # where the records of the last input line begin, and the next record
        last, seen = 0, 0
        with open(self._file.fileno(), "rb", closefd=False) as buffered:
            for number, text in enumerate(buffered, start=1):
                if not text.endswith(b"\n") and not _is_whole(text):
                    break
                record = _record(text, number, self.path)
                if record["line"] != last:
                    begins, last, seen = at, record["line"], 0
                seen += 1
                at += len(text)
                if seen >= (record.get("of") or 1):
                    self.lines[last] = digest(record["input"])
                    begins, last, seen = at, 0, 0
        size = self._file.seek(0, os.SEEK_END)
        if size > begins:
            self._file.truncate(begins)
        elif size and not self._ends_in_line_break(size):
            self._file.write(b"\n")

    def _ends_in_line_break(self, size: int) -> bool:
        self._file.seek(size - 1)
        return self._file.read(1) == b"\n"


def _encoded(record: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(record, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return json.dumps(record).encode()


def _is_whole(text: bytes) -> bool:
    """Return whether a last line without a line break lacks nothing else."""
    with suppress(ValueError):
        json.loads(text)
        return True
    return False


def _record(text: bytes, number: int, path: Path) -> dict[str, Any]:
    record: dict[str, Any] = {}
    with suppress(ValueError, TypeError):
        record = dict(**json.loads(text))
    if type(record.get("line")) is not int or "input" not in record:
        raise ForeignFileError(
            f"line {number} of {path} is none that this command has written: name another file, or"
            " move this one away"
        )
    return record


def _lock(descriptor: int, path: Path) -> None:
    """Lock a file until it is closed, where the system has such locks."""
    try:
        import fcntl
    except ModuleNotFoundError:  # Windows
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ForeignFileError(f"another process is writing {path}") from None
