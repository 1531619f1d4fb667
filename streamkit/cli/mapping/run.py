"""One run of ``streamkit map``: the lines that are to be asked, and the records of answers."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from streamkit._http.backoff import is_transient
from streamkit.cli.failures import described
from streamkit.cli.mapping.answers import answer_records, concerns_all, error_record, unusable
from streamkit.cli.mapping.lines import LineError, digest, lines_of
from streamkit.cli.mapping.record_file import ForeignFileError
from streamkit.errors import StreamkitError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from streamkit import Final, MapProgress, MapResult
    from streamkit._core.json.path import Path
    from streamkit.cli.mapping.lines import Line
    from streamkit.cli.mapping.record_file import RecordFile

__all__ = ["Run", "StoppedError"]


class StoppedError(StreamkitError):
    """The rest of the lines would fail as well."""


class Run:
    """The lines of one run.

    Args:
        answers: The file of answers.
        errors: The file of the lines that failed; those are not asked again.
        params: A function that returns the parameters of a line's request.
        parses: Whether answers are read as a type or a schema, else they are text.
        items: The path of the items of an answer, each of which gets a record; or None.
        patience: The number of lines in a row that may fail.
    """

    def __init__(  # noqa: PLR0913 - one for each option
        self,
        answers: RecordFile,
        errors: RecordFile,
        *,
        params: Callable[[Any], Mapping[str, Any]],
        parses: bool,
        items: Path | None,
        patience: int,
    ) -> None:
        self._answers = answers
        self._errors = errors
        self._params = params
        self._parses = parses
        self._items = items
        self._patience = patience
        self._unasked: deque[tuple[Line, Exception]] = deque()
        self._lines: dict[int, Line] = {}  # by the index of the request
        self._in_a_row = 0
        # Failures that another time may not have. If nothing is answered any more, the server is
        # gone, and the lines are left to the next run.
        self._held: list[dict[str, Any]] = []
        self._first_failure = ""
        self.answered = 0
        """The number of lines that this run has answered."""
        self.failed = 0
        """The number of lines that failed in this run."""

    def requests(self, raw: Iterable[bytes]) -> Iterator[Mapping[str, Any]]:
        """Yield the parameters for each line that is in neither file.

        Raises:
            ForeignFileError: The files are about another input.
        """
        index = 0
        for line in lines_of(raw):
            if self._is_done(line):
                continue
            try:
                params = self._params_of(line)
            except LineError as error:
                self._unasked.append((line, error))
                continue
            self._lines[index] = line
            index += 1
            yield params

    def remaining(self, raw: Iterable[bytes]) -> tuple[int, int]:
        """Return the number of lines that are to be asked, and that of those that are done.

        Raises:
            ForeignFileError: The files are about another input.
            MissingFieldError: The first line to be asked lacks a field; so the others will, too.
        """
        remaining = done = 0
        for line in lines_of(raw):
            if self._is_done(line):
                done += 1
                continue
            remaining += 1
            if remaining == 1 and line.fault is None:
                self._params(line.value)
        return remaining, done

    def summary(self, progress: MapProgress | None, before: int) -> str:
        """Return the result of the run in one line."""
        said = [f"{self.answered:,} answered"]
        if self.failed:
            said.append(
                f"{self.failed:,} failed (see {self._errors.path}; --retry-failed asks them again;"
                f" the first is {self._first_failure})"
            )
        if before:
            said.append(f"{before:,} were done before")
        if progress is not None and progress.done:
            said.append(f"{progress.tokens:,} tokens")
            said.append(f"{progress.seconds:.1f} s")
        return ", ".join(said)

    def take(self, result: MapResult[Any, Any]) -> None:
        """Record a result.

        Raises:
            StoppedError: The rest of the lines would fail as well.
        """
        line = self._lines.pop(result.index)
        error = unusable(result, parses=self._parses)
        if error is None:
            records = answer_records(line, result, parses=self._parses, items=self._items)
            try:
                self._answers.add(records)
            except ValueError as fault:
                error = fault
            else:
                self.answered += 1
                self._in_a_row = 0
                self._record_held()
                return
        if concerns_all(error):
            raise StoppedError(f"line {line.number}: {described(error)}")
        self._fail(line, error, result.given)

    def finish(self) -> None:
        """Record the lines that could not be asked, and those that are held."""
        while self._unasked:
            line, error = self._unasked.popleft()
            self._fail(line, error, None)
        self._record_held()

    def _params_of(self, line: Line) -> Mapping[str, Any]:
        if line.fault is not None:
            raise LineError(line.fault)
        return self._params(line.value)

    def _is_done(self, line: Line) -> bool:
        for file in (self._answers, self._errors):
            known = file.lines.get(line.number)
            if known is not None:
                if known != digest(line.value):
                    raise ForeignFileError(
                        f"{file.path} is about another input: its line {line.number} was a"
                        " different one; name another file"
                    )
                return True
        return False

    def _record_held(self) -> None:
        for record in self._held:
            self._errors.add([record])
        self.failed += len(self._held)
        self._held.clear()

    def _fail(self, line: Line, error: Exception, final: Final[Any] | None) -> None:
        self._held.append(error_record(line, error, final))
        self._first_failure = self._first_failure or f"line {line.number}: {described(error)}"
        if not is_transient(error):
            self._record_held()  # the server answers
        self._in_a_row += 1
        if self._in_a_row >= self._patience:
            raise StoppedError(
                f"{self._in_a_row} lines in a row have failed, the last of them, line"
                f" {line.number}, with {described(error)}"
            )
