"""The watch over one request, which is a span from its first attempt to the end of its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from opentelemetry.trace import SpanKind

from streamkit._core.logger import logger
from streamkit.telemetry.content import content_of_answer
from streamkit.telemetry.facts import answer_facts, member
from streamkit.telemetry.runs import begins_run, run_facts, run_of, set_run_failure
from streamkit.telemetry.span_error import set_error

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from streamkit._http.request import Request
    from streamkit.telemetry.instrument import Telemetry

__all__ = ["RequestSpan"]

E = TypeVar("E")


class RequestSpan:
    """The span of a request; it is not made current, so tools and callers keep their own.

    Args:
        telemetry: The instrument that the request belongs to.
        request: The request.
        identity: The attributes that the metrics have as well.
        facts: The other attributes of the request.
    """

    def __init__(
        self,
        telemetry: Telemetry,
        request: Request,
        identity: dict[str, Any],
        facts: dict[str, Any],
    ) -> None:
        self._telemetry = telemetry
        self._request = request
        self._identity = identity
        self._clock = telemetry.clock
        operation, model = identity["gen_ai.operation.name"], identity.get("gen_ai.request.model")
        self._span = telemetry.tracer.start_span(
            f"chat {model}" if model and operation == "chat" else operation,
            kind=SpanKind.CLIENT,
            attributes={**identity, **facts},
        )
        self._began = self._clock()
        self._first: float | None = None
        self._has_ended = False

    def reading(self, read: Callable[[bytes], E], /) -> Callable[[bytes], E]:
        """Return the function that reads the pieces of an answer, and notes when they come."""
        self._first = None
        if self._telemetry.per_chunk:
            return self._timing(read)

        def noting(data: bytes) -> E:
            if self._first is None:
                self._first = self._clock()
            return read(data)

        return noting

    def answered(self, response: httpx.Response, /) -> None:
        """Take an answer that came whole, and end the span."""
        try:
            answer = msgspec.json.decode(response.content)
        except msgspec.DecodeError:
            answer = None
        self.ended(answer, None)

    def ended(self, answer: Any, error: BaseException | None, /) -> None:
        """End the span, and record the request's metrics; only the first call counts."""
        if self._has_ended:
            return
        self._has_ended = True
        try:
            self._end(answer, error)
        except Exception:  # noqa: BLE001 - telemetry must not break what it watches
            logger().exception("telemetry: the end of a request was not recorded whole")
        finally:
            self._span.end()

    def _timing(self, read: Callable[[bytes], E]) -> Callable[[bytes], E]:
        last: float | None = None
        record, identity = self._telemetry.metrics.later_chunk.record, self._identity

        def timing(data: bytes) -> E:
            nonlocal last
            now = self._clock()
            if last is None:
                self._first = now
            else:
                record(now - last, identity)
            last = now
            return read(data)

        return timing

    def _end(self, answer: Any, error: BaseException | None) -> None:
        span, path = self._span, self._request.path
        duration = self._clock() - self._began
        is_run = begins_run(path)
        told = run_of(answer) if is_run else answer
        facts = answer_facts(path, told, self._request.json, self._telemetry.names)
        if is_run:
            facts |= run_facts(path, told)
        if error is None and member(told, "status") in ("queued", "in_progress", "cancelling"):
            del facts["gen_ai.response.finish_reasons"]  # the work goes on at the server
        if self._telemetry.content and span.is_recording():
            facts |= content_of_answer(path, answer)
        first = None if self._first is None else self._first - self._began
        if first is not None:
            facts["gen_ai.response.time_to_first_chunk"] = first
        span.set_attributes(facts)
        error_type = None if error is None else set_error(span, error)
        if error is None and is_run:
            error_type = set_run_failure(span, told)
        self._telemetry.metrics.record(self._identity, facts, duration, first, error_type)
