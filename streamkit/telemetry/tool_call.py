"""Calls of tools, each within a span, which is current while the tool runs."""

from __future__ import annotations

from contextlib import contextmanager
from inspect import isawaitable
from threading import Lock
from typing import TYPE_CHECKING, Any

from opentelemetry import trace

from streamkit.telemetry.span_error import set_error

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator, Mapping

    from opentelemetry.context import Context
    from opentelemetry.trace import Span, Tracer

__all__ = ["ToolCall", "ToolCalls"]


class ToolCalls:
    """The calls of tools under one span.

    Args:
        tracer: The tracer of the spans.
        parent: The context whose span is their parent, in whatever thread they begin.
        content: Whether they have the arguments.
    """

    def __init__(self, tracer: Tracer, parent: Context, *, content: bool) -> None:
        self._tracer = tracer
        self._parent = parent
        self._content = content

    def around(
        self, name: str, call_id: str, arguments: str, work: Callable[[], Any], /
    ) -> ToolCall:
        """Return the function that makes a call within a span of its own."""
        facts = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.call.id": call_id,
            "gen_ai.tool.name": name,
            "gen_ai.tool.type": "function",
        }
        if self._content:
            facts["gen_ai.tool.call.arguments"] = arguments
        return ToolCall(self._tracer, self._parent, f"execute_tool {name}", facts, work)


class ToolCall:
    """A function that makes the call, in whatever thread or task the tool runs.

    Args:
        tracer: The tracer of the span.
        parent: The context whose span is its parent.
        name: The name of the span.
        facts: Its attributes.
        work: The function that calls the tool; its result may be awaitable.
    """

    def __init__(
        self,
        tracer: Tracer,
        parent: Context,
        name: str,
        facts: Mapping[str, str],
        work: Callable[[], Any],
    ) -> None:
        self._tracer = tracer
        self._parent = parent
        self._name = name
        self._facts = facts
        self._work = work
        self._span: Span | None = None  # while it has not ended
        self._lock = Lock()

    def __call__(self) -> Any:
        """Make the call; return its result, or an awaitable that has to be awaited for it."""
        self._span = span = self._tracer.start_span(
            self._name, self._parent, attributes=self._facts
        )
        with self._within(span):
            result = self._work()
        if isawaitable(result):
            return self._awaited(span, result)
        self._end(None)
        return result

    def failed(self, error: Exception, /) -> None:
        """End the span with an error, though the tool may still run."""
        self._end(error)

    async def _awaited(self, span: Span, result: Awaitable[Any]) -> Any:
        with self._within(span):
            value = await result
        self._end(None)
        return value

    @contextmanager
    def _within(self, span: Span) -> Generator[None]:
        """Make the span current in a block, and end it with the error of the block."""
        with trace.use_span(span, record_exception=False, set_status_on_exception=False):
            try:
                yield
            except BaseException as error:
                self._end(error)
                raise

    def _end(self, error: BaseException | None) -> None:
        with self._lock:  # a time limit ends in another thread
            span, self._span = self._span, None
        if span is None:
            return
        if error is not None:
            set_error(span, error)
        span.end()
