"""What the decoders of streamed answers share: at the end they judge whether there was one."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar, runtime_checkable

from streamkit._core.decoding import is_json, loads
from streamkit._core.machine import Machine
from streamkit._core.reports import is_error, report_in, reported
from streamkit.errors import QUOTE_LIMIT, APIResponseValidationError, OpenAIError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamkit.errors import APIError
    from streamkit.limits import Limits

__all__ = ["SSE", "AnswerDecoder", "OnTruncated"]

A = TypeVar("A")

OnTruncated = Literal["error", "accept"]
"""What a stream that ends before its answer is: an error, or as good as whole."""

_DONE = ("[DONE]", b"[DONE]")


@runtime_checkable
class SSE(Protocol):
    """An event of any SSE library: ours, or httpx-sse's."""

    @property
    def data(self) -> str | bytes:
        """The JSON text of a chunk, or ``[DONE]``."""
        ...

    @property
    def event(self) -> str:
        """The event's type; ``message`` unless the server names one."""
        ...


class AnswerDecoder(Machine[SSE, A]):
    """Server-sent events to the parts of one answer.

    It raises at the end, whatever ended the stream, if nothing that came was part of an answer.
    """

    _limits: Limits

    received: int = 0
    """How many events have come."""
    _passed_over = ""

    @property
    @abstractmethod
    def is_answered(self) -> bool:
        """Whether any part of an answer has come."""

    @property
    @abstractmethod
    def is_complete(self) -> bool:
        """Whether the answer would be whole if the stream ended now."""

    def feed_last(self, value: SSE, /) -> Sequence[A]:
        """Take the event that the end of the body cut off from its blank line.

        Its data count if they are whole, and so is everything else of the answer. ``[DONE]`` and
        an error count anyway.
        """
        data = value.data
        if self.done:
            return ()
        if is_error(value.event) or data.strip() in _DONE:
            return self.feed(value)
        if not is_json(data):
            return ()
        if self.is_complete:
            return self.feed(value)
        if value.event == "message" and (error := self._error_in(data)):
            self.received += 1
            raise error
        return ()

    def fail(self, error: Exception, /) -> None:
        """Let an error of the stream say how much of it had come."""
        if isinstance(error, OpenAIError):
            error.events_received = self.received

    def _error_in(self, data: str | bytes) -> APIError | None:
        try:
            report = report_in(loads(data, self._limits.json_depth))
        except ValueError:
            return None
        return None if report is None else reported(data, report)

    def _pass_over(self, data: str | bytes) -> None:
        """Remember what was no part of an answer, as much of it as an error would quote."""
        text = data[: 4 * QUOTE_LIMIT]
        text = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        if text not in self._passed_over:
            self._passed_over = f"{self._passed_over}\n{text}".lstrip()[: QUOTE_LIMIT + 1]

    def _quoted(self) -> str:
        """What was passed over, as the end of an error's message."""
        quote = self._passed_over[:QUOTE_LIMIT]
        return f": {quote!r}" if quote else ""

    def _no_answer(self, what: str) -> APIResponseValidationError:
        return APIResponseValidationError(
            f"the stream ended without {what}{self._quoted()}", body=self._passed_over[:QUOTE_LIMIT]
        )
