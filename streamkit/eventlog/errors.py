"""The errors of event logs."""

from __future__ import annotations

from streamkit.errors import StreamkitError

__all__ = [
    "CursorError",
    "EventLogError",
    "LogEndedError",
    "LogExistsError",
    "LogExpiredError",
    "LogNotFoundError",
    "LogTrimmedError",
    "LogUnavailableError",
    "ProducerFencedError",
]


class EventLogError(StreamkitError):
    """The base of the errors of an event log."""


class LogNotFoundError(EventLogError):
    """No log of this stream was begun, or it has expired so long ago that nothing is left of it."""


class LogExpiredError(EventLogError):
    """The log of this stream has expired: its entries were deleted."""


class LogTrimmedError(EventLogError):
    """The entries after the cursor were trimmed, so a reader would miss some."""

    def __init__(self, message: str, *, resume_after: str) -> None:
        super().__init__(message)
        self.resume_after = resume_after
        """The cursor after which the log still has everything."""


class CursorError(EventLogError, ValueError):
    """The cursor is malformed, or belongs to another log than the one that the stream has now."""


class LogExistsError(EventLogError):
    """A log of this stream was begun before; ``existing=`` says what to do with it."""


class LogEndedError(EventLogError):
    """The log has its end, so nothing can be appended."""


class ProducerFencedError(EventLogError):
    """Another producer has taken over the log, or a reader has ended it as abandoned."""


class LogUnavailableError(EventLogError):
    """The server or file of the log could not be reached within ``patience``."""
