"""The run of a pipeline over one cassette: a result, or an error, for each exchange."""

from __future__ import annotations

from collections.abc import Callable
from os import fspath
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import msgspec
from msgspec import UNSET, Struct

from streamkit._cassette.files import load_all
from streamkit._cassette.recording import Failure, Recording
from streamkit._core.serialization import json_default
from streamkit._sources.recorded import stream_of

if TYPE_CHECKING:
    from os import PathLike

__all__ = ["Outcome", "Pipeline", "answer", "outcomes"]

Pipeline: TypeAlias = Callable[[Recording], Any]
"""A function of a recording."""


class Outcome(Struct, frozen=True, omit_defaults=True):
    """What a pipeline made of an exchange: a result as plain JSON, or an error."""

    file: str
    """The name of the cassette."""
    exchange: int | None = None
    """The number of the exchange in its cassette, from 1; None if the cassette cannot be read."""
    result: Any = UNSET
    """What the pipeline returned; UNSET if it failed."""
    error: Failure | None = None
    """The type and the message of the exception, if it failed."""

    @property
    def has_failed(self) -> bool:
        """Whether there is an error in place of a result."""
        return self.error is not None

    def to_dict(self) -> dict[str, Any]:
        """Return this as plain JSON; without ``error``, or without ``result``."""
        return cast("dict[str, Any]", msgspec.to_builtins(self))

    def to_json(self) -> str:
        """Return a line of JSON, whose members have the same order always."""
        # A name of a file need not be Unicode.
        return msgspec.json.encode(msgspec.structs.replace(self, file=_said(self.file))).decode()


def outcomes(pipeline: Pipeline, cassette: str | PathLike[str]) -> list[Outcome]:
    """Return the outcome of a pipeline for each exchange of a cassette, in their order.

    Nothing is raised but ``KeyboardInterrupt``: errors of the pipeline, and those of reading the
    file, are outcomes.

    Args:
        pipeline: The function.
        cassette: The file, or the first of the three of a recording.
    """
    file = fspath(cassette)
    try:
        recordings = load_all(file).recordings
    except Exception as error:  # noqa: BLE001 - of any kind: it is said in the outcome
        return [Outcome(file, error=_failure(error))]
    return [
        _outcome(pipeline, file, number, recording)
        for number, recording in enumerate(recordings, start=1)
    ]


def answer(recording: Recording) -> dict[str, Any]:
    """Return the whole answer of an exchange: its text, calls, reason, usage and the like."""
    final = stream_of(recording).get_final()
    return {
        name: value
        for name in final.__struct_fields__
        if name != "raw" and (value := getattr(final, name)) not in (None, "", [])
    }


def _outcome(pipeline: Pipeline, file: str, number: int, recording: Recording) -> Outcome:
    try:
        result = _plain(pipeline(recording))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - of any kind: it is said in the outcome
        return Outcome(file, number, error=_failure(error))
    return Outcome(file, number, result)


def _plain(result: Any) -> Any:
    """Return a result as plain JSON."""
    from pydantic_core import to_jsonable_python

    plain = to_jsonable_python(result, by_alias=True, fallback=json_default)
    msgspec.json.encode(plain)  # which raises for half of a surrogate pair, and the like
    return plain


def _failure(error: BaseException) -> Failure:
    return Failure(type(error).__name__, _said(str(error)))


def _said(text: str) -> str:
    return text.encode(errors="backslashreplace").decode()
