"""The error of a span, by its type; a message is left out, because it may quote what was said."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from opentelemetry.trace import Status, StatusCode

from streamkit.errors import StreamClosedError

if TYPE_CHECKING:
    from opentelemetry.trace import Span

__all__ = ["CANCELLED", "set_error"]

CANCELLED = "streamkit.cancelled"
"""The attribute of a span whose work was left before its end; that is no error."""


def set_error(span: Span, error: BaseException) -> str | None:
    """Mark a span as failed, or as cancelled; return the type of the error if it is one."""
    if isinstance(error, StreamClosedError | asyncio.CancelledError):
        span.set_attribute(CANCELLED, True)  # noqa: FBT003 - the value of an attribute
        return None
    code = getattr(error, "code", None)
    kind = code if isinstance(code, str) and code else type(error).__name__
    span.set_attribute("error.type", kind)
    span.set_status(Status(StatusCode.ERROR, type(error).__name__))
    return kind
