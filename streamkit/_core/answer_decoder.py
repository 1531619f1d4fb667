"""The base of the decoders of streamed answers, which judge at the end whether one came."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar, runtime_checkable

from streamkit._core.decoding import is_json, loads
from streamkit._core.machine import Machine
from streamkit._core.reports import is_error, report_in, reported
from streamkit.errors import (
    QUOTE_LIMIT,
    APIResponseValidationError,
    StreamDecodeError,
    StreamkitError,
    StreamTruncatedError,
)
from streamkit.limits import DEFAULTS, Limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet

    from streamkit._core.late_template import Changing, LateFill
    from streamkit._core.template import Fill, Hole
    from streamkit.errors import APIError

__all__ = ["SSE", "AnswerDecoder", "OnTruncated"]

A = TypeVar("A")

OnTruncated = Literal["error", "accept"]
"""The treatment of a stream that ends before its answer: as an error, or as complete."""

_SHORT = 16
_DONE = ("[DONE]", b"[DONE]")


@runtime_checkable
class SSE(Protocol):
    """An event of any SSE library: ours, or httpx-sse's."""

    @property
    def data(self) -> str | bytes:
        """The JSON text of a part of an answer, or ``[DONE]``."""
        ...

    @property
    def event(self) -> str:
        """The event's type; ``message`` unless the server names one."""
        ...


class AnswerDecoder(Machine[SSE, A]):
    """A decoder of server-sent events into the parts of one answer.

    A family defines how an event is decoded (``decode``), and notes there whether any part of an
    answer has come (``is_answered``) and whether the whole has (``has_ended``). The base handles
    ``[DONE]``, errors that the server reports, and the end of the stream.
    """

    changing: Changing | None = None
    """The values beside the piece that may change; None if all parts are made of their values."""
    _passed_over = ""

    def __init__(self, *, on_truncated: OnTruncated = "error", limits: Limits = DEFAULTS) -> None:
        self._on_truncated = on_truncated
        self._limits = limits
        # Set here, not in the class, because they are read for each frame.
        self.done: bool = False
        self._is_answered = False
        self._has_ended = False
        self.received: int = 0
        """The number of events received."""
        self.fits_templates: bool = True
        """Whether parts that differ from earlier ones in a piece of text alone need no note."""

    @abstractmethod
    def decode(self, data: str | bytes, event: str = "message", /) -> A | None:
        """Decode the data of an event of this type; return its part of an answer, or None.

        The event counts in ``received``. Once the decoder is ``done``, it ignores events.
        """

    def hole(self, _part: A) -> Hole | None:
        """Return the values of a part that is nothing but an addition to a text.

        A further part that differs in these alone must tell the decoder nothing new.
        """
        return None

    def fill(self, part: A, hole: Hole, /) -> Fill[A]:
        """Return a function of the values of a part in a ``hole``, which makes such parts.

        Each is new, and shares nothing that its reader can change.
        """
        raise NotImplementedError(part, hole)

    def reread(self, data: bytes) -> A | None:
        """Decode data that resemble those of an earlier part, and take no note of them.

        Return None, or raise ``ValueError`` or ``RecursionError``, for data that do not fit.
        """
        raise ValueError(data)

    def gist(self, part: A) -> object:
        """Return what a part with a ``hole`` says besides its piece and the ``changing`` values.

        Parts with an equal gist differ in these alone. A decoder with ``changing`` defines it.
        """
        raise NotImplementedError(part)

    def late_fill(self, part: A, start: int, changing: AbstractSet[str]) -> LateFill[A]:
        """Return a function that decodes frames like the one of a part with a ``hole``.

        Their data begin at ``start``, and values of the ``changing`` names are others in each. A
        decoder with ``changing`` defines it.
        """
        raise NotImplementedError(part, start, changing)

    @property
    def is_answered(self) -> bool:
        """Whether any part of an answer has come."""
        return self._is_answered

    @property
    def has_ended(self) -> bool:
        """Whether the parts show that the answer is whole; ``[DONE]`` shows it anyway."""
        return self._has_ended

    @property
    def is_complete(self) -> bool:
        """Whether the answer would be whole if the stream ended now."""
        return self.done or self.has_ended or self._on_truncated == "accept"

    def feed(self, value: SSE, /) -> Sequence[A]:
        """Decode an event; return its part of an answer, if it has one."""
        name = value.event
        if name != "message" and self._names_error(name) and not self.done:
            self.received += 1
            raise self._reported(value.data)
        part = self.decode(value.data, name)
        return () if part is None else (part,)

    def feed_last(self, value: SSE, /) -> Sequence[A]:
        """Decode the last event, whose blank line the end of the body cut off.

        Its data count if they are whole and the answer before them is, too. ``[DONE]`` and an error
        always count.
        """
        data = value.data
        if self.done:
            return ()
        if self._names_error(value.event) or data.strip() in _DONE:
            return self.feed(value)
        if not is_json(data):
            return ()
        if self.is_complete:
            return self.feed(value)
        if value.event == "message" and (error := self._error_in(data)):
            self.received += 1
            raise error
        return ()

    def close(self) -> Iterable[A]:
        """End the answer, at the end of the body or at ``[DONE]``; raise if it is incomplete."""
        if self.is_complete:
            return ()
        if not self.received:
            raise StreamDecodeError("the stream ended without an event")
        raise StreamTruncatedError(
            f"the stream was cut after {self.received} events: {self._missing()}"
        )

    def fail(self, error: Exception, /) -> None:
        """Set ``events_received`` on an error of the stream."""
        if isinstance(error, StreamkitError):
            error.events_received = self.received

    def _missing(self) -> str:
        """Return the part that a cut stream lacks, and a quote of the data passed over."""
        return f"no [DONE]{self._quoted()}"

    def _names_error(self, event: str) -> bool:
        """Return whether an event of this type reports an error, whatever its data are."""
        return is_error(event)

    def _is_empty(self, data: str | bytes) -> bool:
        """Return whether the data are no part of an answer: blank, or ``[DONE]``."""
        stripped = data.strip()
        if len(data) < _SHORT and stripped[:6] in _DONE:
            self.done = True
        return self.done or not stripped

    def _error_in(self, data: str | bytes) -> APIError | None:
        try:
            report = report_in(loads(data, self._limits.json_depth))
        except ValueError:
            return None
        return None if report is None else self._reported(data, report)

    def _reported(self, data: str | bytes, report: object = None) -> APIError:
        """Return the error for a report; a family overrides this where it knows more classes."""
        return reported(data, report)

    def _pass_over(self, data: str | bytes) -> None:
        """Keep data that were no part of an answer, up to the length of an error's quote."""
        text = data[: 4 * QUOTE_LIMIT]
        text = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        if text not in self._passed_over:
            self._passed_over = f"{self._passed_over}\n{text}".lstrip()[: QUOTE_LIMIT + 1]

    def _quoted(self) -> str:
        """Return the data that were passed over, as the end of an error's message."""
        quote = self._passed_over[:QUOTE_LIMIT]
        return f": {quote!r}" if quote else ""

    def _no_answer(self, what: str) -> APIResponseValidationError:
        return APIResponseValidationError(
            f"the stream ended without {what}{self._quoted()}", body=self._passed_over[:QUOTE_LIMIT]
        )
