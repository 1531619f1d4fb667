"""What the decoders of streamed answers share: they judge at the end whether there was an answer."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol, TypeVar

from streamkit.errors import QUOTE_LIMIT, APIResponseValidationError, OpenAIError
from streamkit.machine import Machine
from streamkit.types.decoding import is_json

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["SSE", "AnswerDecoder"]

A = TypeVar("A")

_DONE = ("[DONE]", b"[DONE]")


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

    received = 0
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

        It counts if its data are whole, and the answer with them; an error counts anyway.
        """
        data = value.data
        if self.done or not (value.event == "error" or data.strip() in _DONE or is_json(data)):
            return ()
        parts = self.feed(value)
        return parts if self.is_complete else ()

    def fail(self, error: Exception, /) -> None:
        """Let an error of the stream say how much of it had come."""
        if isinstance(error, OpenAIError):
            error.events_received = self.received

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
