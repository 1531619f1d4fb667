"""The watch over one conversation, which is a span around its requests and its calls of tools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opentelemetry import trace

from streamkit.telemetry.span_error import set_error
from streamkit.telemetry.tool_call import ToolCalls

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from opentelemetry.trace import Tracer

__all__ = ["AgentSpan"]


class AgentSpan(ToolCalls):
    """The span of a conversation; it is current only while one of its requests begins.

    Args:
        tracer: The tracer of the span, and of those below it.
        facts: Its attributes.
        content: Whether the spans of tools have the arguments.
    """

    def __init__(self, tracer: Tracer, facts: Mapping[str, Any], *, content: bool) -> None:
        self._span = tracer.start_span("invoke_agent", attributes=facts)
        super().__init__(tracer, trace.set_span_in_context(self._span), content=content)
        self._has_ended = False

    def within(self) -> AbstractContextManager[object]:
        """Make the span current in a block; an error of the block is no end."""
        return trace.use_span(self._span, record_exception=False, set_status_on_exception=False)

    def ended(self, turns: int, error: BaseException | None, /) -> None:
        """End the span; only the first call counts."""
        if self._has_ended:
            return
        self._has_ended = True
        self._span.set_attribute("streamkit.turns", turns)
        if error is not None:
            set_error(self._span, error)
        self._span.end()
