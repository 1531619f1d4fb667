"""The event of the end of a stream, which says how it ended to readers elsewhere."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, TypeAlias

from msgspec import Struct

from streamkit import errors
from streamkit._core.events import Event
from streamkit.errors._copies import again

__all__ = ["EndEvent", "EndStatus", "ErrorReport", "end_of", "error_of", "report_of"]

EndStatus: TypeAlias = Literal["complete", "error", "cancelled", "truncated", "limit"]
"""How a stream ended: whole, with an error, because someone stopped it, cut, or at a limit of
this program, of size, time or turns."""


class ErrorReport(Struct, frozen=True, omit_defaults=True):
    """An error as plain data, without secrets: what is known of it and may leave the process.

    The messages of streamkit's errors have no keys or headers. Those of other errors may have
    anything, so they are left out.
    """

    type: str
    """The name of the error's class."""
    message: str = ""
    code: str | int | None = None
    """The server's code of the error."""
    status_code: int | None = None
    """The HTTP status of the error."""
    limit: str | int | None = None
    """The limit that was reached, or its name."""
    request_id: str | None = None


class EndEvent(Event, frozen=True, gc=False, eq=False):
    """The end of a stream that is read elsewhere, in place of an error that is raised.

    Streams of this process have no such event: they complete, or they raise. A log or a relay
    ends with one, because its readers must be able to distinguish a whole answer from a cut one.
    """

    type: ClassVar[Literal["end"]] = "end"
    status: EndStatus
    error: ErrorReport | None = None
    """The error that ended the stream; None for a whole answer."""

    def to_dict(self, *, delta: bool = False) -> dict[str, Any]:
        """Return the content of the event as plain data; see ``Event``."""
        data = super().to_dict(delta=delta)
        if self.error is None:
            del data["error"]
        return data

    def exception(self) -> Exception | None:
        """Return the error as an exception of its own class, without a traceback; None if whole."""
        return None if self.error is None else error_of(self.error)


_STATUSES: tuple[tuple[type[Exception], EndStatus], ...] = (
    (errors.StreamTruncatedError, "truncated"),
    (errors.StreamClosedError, "cancelled"),
    (errors.LimitExceededError, "limit"),
    (errors.StreamTimeoutError, "limit"),
    (errors.TurnLimitError, "limit"),
)


class ForeignError(errors.StreamkitError):
    """An error of no class of streamkit's, which was raised where the stream was made."""

    def __init__(self, report: ErrorReport) -> None:
        said = f": {report.message}" if report.message else ""
        super().__init__(f"{report.type} was raised where the stream was made{said}")
        self.report = report
        """What is known of the error."""


def end_of(error: BaseException | None = None) -> EndEvent:
    """Return the event of a stream that ended with an error, or without one.

    A ``BaseException`` that is no ``Exception``, such as that of a cancelled task, cancels.
    """
    if error is None:
        return EndEvent("complete")
    status: EndStatus = "error" if isinstance(error, Exception) else "cancelled"
    for kind, of_kind in _STATUSES:
        if isinstance(error, kind):
            status = of_kind
    return EndEvent(status, report_of(error))


def report_of(error: BaseException) -> ErrorReport:
    """Return an error as plain data."""
    if isinstance(error, ForeignError):
        return error.report
    if not isinstance(error, errors.StreamkitError):
        return ErrorReport(type(error).__name__)
    return ErrorReport(
        _known_name(type(error)),
        str(error),
        _one_of(getattr(error, "code", None), (str, int)),
        _one_of(getattr(error, "status_code", None), (int,)),
        _one_of(getattr(error, "limit", None), (str, int)),
        error.request_id,
    )


def error_of(report: ErrorReport) -> errors.StreamkitError:
    """Return the error that a report describes, of the same class if it is one of streamkit's.

    Attributes that a report does not have, such as ``partial`` and ``body``, are None.
    """
    kind = getattr(errors, report.type, None)
    if not (isinstance(kind, type) and issubclass(kind, errors.StreamkitError)):
        return ForeignError(report)
    attributes = dict.fromkeys(_attributes(kind))
    for name in ("message", "code", "status_code", "limit"):
        if name in attributes:
            attributes[name] = getattr(report, name)
    return again(kind, (report.message,), {**attributes, "request_id": report.request_id})


def _known_name(kind: type[BaseException]) -> str:
    """Return the name of the class of ``streamkit.errors`` that a class is or derives from."""
    known = [name for each in kind.__mro__ if getattr(errors, name := each.__name__, None) is each]
    return known[0]


def _attributes(kind: type[errors.StreamkitError]) -> list[str]:
    """Return the names of the attributes that the constructor of an error sets."""
    return [name for each in kind.__mro__ for name in _ATTRIBUTES.get(each, ())]


_ATTRIBUTES: dict[type, tuple[str, ...]] = {
    errors.APIError: ("message", "body", "code", "param", "type"),
    errors.APIStatusError: ("response", "status_code"),
    errors.SchemaError: ("path",),
    errors.ParseError: ("content", "is_incomplete"),
    errors.StreamDecodeError: ("received",),
    errors.LimitExceededError: ("limit", "value"),
    errors.StreamTimeoutError: ("limit", "seconds"),
    errors.TurnLimitError: ("limit", "history"),
    errors.TextWithheldError: ("content",),
    errors.SlowConsumerError: ("limit", "behind"),
}


def _one_of(value: Any, kinds: tuple[type, ...]) -> Any:
    return value if isinstance(value, kinds) else None
